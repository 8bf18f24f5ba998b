package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// redisGroup is several servers of which one takes another's place when that dies: with Sentinels, or in a cluster.
type redisGroup struct {
	ctx       context.Context
	dir       string
	kind      string // sentinel or cluster
	nodes     []*redisNode
	sentinels []*redisServer
	dead      *redisNode // the one that was killed last
}

// redisNode is a server that the others and the program reach by a way of its own.
type redisNode struct {
	*redisServer
	way   *replicaWay
	asked *redis.Client // without the way
}

// How the groups are set up. A master that is silent for so long is taken for dead.
const (
	replicaBehind = 150 * time.Millisecond
	masterName    = "llave"
	silent        = time.Second
)

// begin starts the servers and makes a group of them.
func (g *redisGroup) begin(kind string) (err error) {
	g.kind = kind
	if kind == "sentinel" {
		return g.beginSentinels()
	}
	var all []string
	for range 6 {
		n, err := g.node()
		if err != nil {
			return err
		}
		all = append(all, n.way.addr)
	}
	create := append(append([]string{"--cluster", "create"}, all...), "--cluster-replicas", "1", "--cluster-yes")
	if out, err := exec.CommandContext(g.ctx, "redis-cli", create...).CombinedOutput(); err != nil {
		return fmt.Errorf("redis-cli: %w\n%s", err, out)
	}
	return g.settled()
}

// beginSentinels starts a master, a replica and three Sentinels that watch them.
func (g *redisGroup) beginSentinels() error {
	master, err := g.node()
	if err != nil {
		return err
	}
	host, port, _ := net.SplitHostPort(master.way.addr)
	if _, err = g.node("--replicaof", host+" "+port); err != nil {
		return err
	}
	for i := range 3 {
		addr, err := freeAddress()
		if err != nil {
			return err
		}
		_, own, _ := net.SplitHostPort(addr)
		file := filepath.Join(g.dir, fmt.Sprint("sentinel", i, ".conf"))
		text := fmt.Sprintf("port %s\nbind 127.0.0.1\ndir %s\nlogfile %s.log\nsentinel monitor %[4]s %[5]s %[6]s 2\nsentinel down-after-milliseconds %[4]s %[7]d\nsentinel failover-timeout %[4]s 3000\n",
			own, g.dir, file, masterName, host, port, silent.Milliseconds())
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return err
		}
		s := &redisServer{ctx: g.ctx, addr: addr, args: []string{file, "--sentinel"}}
		if err := s.start(); err != nil {
			return err
		}
		g.sentinels = append(g.sentinels, s)
	}
	return g.settled()
}

// node starts a server.
func (g *redisGroup) node(args ...string) (*redisNode, error) {
	own, err := freeAddress()
	if err != nil {
		return nil, err
	}
	announced, err := freeAddress()
	if err != nil {
		return nil, err
	}
	bus, err := freeAddress()
	if err != nil {
		return nil, err
	}
	_, port, _ := net.SplitHostPort(own)
	host, shown, _ := net.SplitHostPort(announced)
	_, busPort, _ := net.SplitHostPort(bus)
	dir := filepath.Join(g.dir, port)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	args = append([]string{"--port", port, "--bind", "127.0.0.1", "--dir", dir, "--save", "", "--appendonly", "yes", "--appendfsync", "everysec",
		"--logfile", "redis.log", "--repl-diskless-sync-delay", "0"}, args...)
	if g.kind == "sentinel" {
		args = append(args, "--replica-announce-ip", host, "--replica-announce-port", shown)
	} else {
		args = append(args, "--cluster-enabled", "yes", "--cluster-node-timeout", fmt.Sprint(silent.Milliseconds()), "--cluster-port", busPort,
			"--cluster-announce-ip", host, "--cluster-announce-port", shown, "--cluster-announce-bus-port", busPort)
	}
	n := &redisNode{redisServer: &redisServer{ctx: g.ctx, addr: own, args: args}, way: &replicaWay{addr: announced, to: own, behind: replicaBehind},
		asked: redis.NewClient(&redis.Options{Addr: own, MaxRetries: -1, PoolSize: 1000})}
	g.nodes = append(g.nodes, n)
	if err := n.redisServer.start(); err != nil {
		return nil, err
	}
	return n, n.way.begin()
}

// address is what the program is told.
func (g *redisGroup) address() string {
	var all []string
	if g.kind == "sentinel" {
		for _, s := range g.sentinels {
			all = append(all, s.addr)
		}
		return "redis://" + strings.Join(all, ",") + "?master_name=" + masterName
	}
	for _, n := range g.nodes {
		all = append(all, n.way.addr)
	}
	return "redis://" + strings.Join(all, ",")
}

// wait returns when all have ended.
func (g *redisGroup) wait() {
	for _, n := range g.nodes {
		n.way.end()
		n.wait()
		n.asked.Close()
	}
	for _, s := range g.sentinels {
		s.wait()
	}
}

// says is what a server says of its part in the group.
func (n *redisNode) says(ctx context.Context) map[string]string {
	text, _ := n.asked.Info(ctx, "replication").Result()
	says := map[string]string{}
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		says[name] = value
	}
	return says
}

// failover kills a master. It returns when a replica has its place.
func (g *redisGroup) failover(at int) (promoted time.Time, err error) {
	masters, replicas := g.parts()
	master := masters[at%len(masters)]
	_, port, _ := net.SplitHostPort(master.way.addr)
	var follow []*redisNode
	for _, n := range replicas {
		if n.says(g.ctx)["master_port"] == port {
			follow = append(follow, n)
		}
	}
	g.dead = master
	master.way.end()
	master.kill()
	for range 3000 {
		for _, n := range follow {
			if n.says(g.ctx)["role"] == "master" {
				return time.Now(), nil
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	return promoted, errors.New("no replica takes the place of a master")
}

// parts are the servers that are there, by what they are.
func (g *redisGroup) parts() (masters, replicas []*redisNode) {
	for _, n := range g.nodes {
		switch n.says(g.ctx)["role"] {
		case "master":
			masters = append(masters, n)
		case "slave":
			replicas = append(replicas, n)
		}
	}
	return masters, replicas
}

// restore starts the server that was killed, and returns when it follows the one that has its place.
func (g *redisGroup) restore() error {
	if err := errors.Join(g.dead.way.begin(), g.dead.start()); err != nil {
		return err
	}
	return g.settled()
}

// settled returns when every master has a replica that follows, and the Sentinels know that.
func (g *redisGroup) settled() error {
	for range 3000 {
		if g.isSettled() {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return errors.New("the servers do not come together")
}

func (g *redisGroup) isSettled() bool {
	masters, replicas := g.parts()
	if len(masters) != len(g.nodes)/2 || len(replicas) != len(g.nodes)/2 {
		return false
	}
	for _, n := range masters {
		if !strings.Contains(n.says(g.ctx)["slave0"], "state=online") {
			return false
		}
	}
	for _, n := range replicas {
		if n.says(g.ctx)["master_link_status"] != "up" {
			return false
		}
	}
	for _, s := range g.sentinels {
		if !s.knows(g.ctx, len(replicas), len(g.sentinels)-1) {
			return false
		}
	}
	for _, n := range g.nodes {
		if g.kind == "cluster" && !strings.Contains(n.asked.ClusterInfo(g.ctx).Val(), "cluster_state:ok") {
			return false
		}
	}
	return true
}

// knows reports whether a Sentinel knows so many replicas and other Sentinels, and takes the master for alive.
func (s *redisServer) knows(ctx context.Context, replicas, others int) bool {
	c := redis.NewSentinelClient(&redis.Options{Addr: s.addr})
	defer c.Close()
	says, err := c.Master(ctx, masterName).Result()
	return err == nil && says["flags"] == "master" && says["num-slaves"] == fmt.Sprint(replicas) && says["num-other-sentinels"] == fmt.Sprint(others)
}
