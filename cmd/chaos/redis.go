package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"sync"
	"time"
)

// conversationsIn says where the program keeps its conversations: a Redis that is begun for the run, or the data folder.
var conversationsIn redisServer

// redisServer is a Redis of this run. The zero value is none.
type redisServer struct {
	ctx   context.Context // ends it
	addr  string
	fsync string // zero: everysec, with which it may answer before it writes: what is killed then may lose what it acknowledged
	args  []string
	cmd   *exec.Cmd
	ended chan struct{}

	group *redisGroup // several servers instead of this one

	mu    sync.Mutex
	bases map[string]int // the database of each data folder
}

// databases is how many data folders there may be.
const databases = 64

// begin starts the server in a folder. It ends with the context.
func (s *redisServer) begin(ctx context.Context, dir string) error {
	addr, err := freeAddress()
	if err != nil {
		return err
	}
	_, port, _ := net.SplitHostPort(addr)
	s.args = []string{"--port", port, "--bind", "127.0.0.1", "--dir", dir, "--databases", fmt.Sprint(databases),
		"--save", "", "--appendonly", "yes", "--appendfsync", cmp.Or(s.fsync, "everysec"), "--logfile", "redis.log"}
	s.ctx, s.addr, s.bases = ctx, addr, map[string]int{}
	return s.start()
}

// start starts the server, and returns when it answers PONG.
func (s *redisServer) start() error {
	s.cmd = exec.CommandContext(s.ctx, "redis-server", s.args...)
	if err := s.cmd.Start(); err != nil {
		return err
	}
	cmd, ended := s.cmd, make(chan struct{})
	s.ended = ended
	go func() {
		defer close(ended)
		cmd.Wait()
	}()
	for range 2000 {
		if s.answers() {
			return nil
		}
		time.Sleep(5 * time.Millisecond)
	}
	return errors.New("redis-server does not answer")
}

// answers reports whether the server says PONG: while it loads what it kept, it does not.
func (s *redisServer) answers() bool {
	c, err := net.Dial("tcp", s.addr)
	if err != nil {
		return false
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(time.Second))
	io.WriteString(c, "PING\r\n")
	var answer [5]byte
	io.ReadFull(c, answer[:])
	return string(answer[:]) == "+PONG"
}

// restart kills the server and starts it again after a while.
func (s *redisServer) restart(down time.Duration) error {
	s.kill()
	time.Sleep(down)
	return s.start()
}

// kill ends the server as a crash does.
func (s *redisServer) kill() {
	s.cmd.Process.Kill()
	s.wait()
}

// wait returns when the server has ended.
func (s *redisServer) wait() {
	if s.ended != nil {
		<-s.ended
	}
}

// waitAll returns when all servers of the run have ended.
func (s *redisServer) waitAll() {
	s.wait()
	if s.group != nil {
		s.group.wait()
	}
}

// storeKey seals what is in the Redis.
const storeKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

// environment is what tells the program of a data folder where its conversations are.
func (s *redisServer) environment(data string) []string {
	if s.addr == "" && s.group == nil {
		return nil
	}
	return []string{"LLAVE_STORE=" + s.address(data), "LLAVE_KEY=" + storeKey}
}

// address is that of the conversations of a data folder.
func (s *redisServer) address(data string) string {
	if s.group != nil {
		return s.group.address()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n, ok := s.bases[data]
	if !ok {
		n = len(s.bases) % databases
		s.bases[data] = n
	}
	return fmt.Sprintf("redis://%s/%d", s.addr, n)
}

// beginStore starts what keeps the conversations. The function that it returns stops it.
func beginStore(kind string) (stop func(), err error) {
	switch kind {
	case "sqlite":
		return func() {}, nil
	case "redis", "sentinel", "cluster":
	default:
		return nil, errors.New("it is sqlite or redis")
	}
	dir, err := os.MkdirTemp("", "llave-chaos-redis")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	if kind == "redis" {
		err = conversationsIn.begin(ctx, dir)
	} else {
		conversationsIn.group = &redisGroup{ctx: ctx, dir: dir}
		err = conversationsIn.group.begin(kind)
	}
	stop = func() {
		cancel()
		conversationsIn.waitAll()
		os.RemoveAll(dir)
	}
	if err != nil {
		stop()
		return nil, err
	}
	return stop, nil
}
