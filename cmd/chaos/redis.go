package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"sync"
	"time"
)

// conversationsIn says where the program keeps its conversations: a Redis that is begun for the run, or the data folder.
var conversationsIn redisServer

// redisServer is a Redis of this run. The zero value is none.
type redisServer struct {
	addr  string
	ended chan struct{}

	mu    sync.Mutex
	bases map[string]int // the database of each data folder
}

// databases is how many data folders there may be.
const databases = 64

// begin starts the server in a folder. It ends with the context.
func (s *redisServer) begin(ctx context.Context, dir string) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	addr := l.Addr().String()
	l.Close()
	cmd := exec.CommandContext(ctx, "redis-server", "--port", port, "--bind", "127.0.0.1", "--dir", dir, "--databases", fmt.Sprint(databases),
		"--save", "", "--appendonly", "yes", "--appendfsync", "everysec", "--logfile", "redis.log")
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	s.ended = ended
	go func() {
		defer close(ended)
		cmd.Wait()
	}()
	for range 100 {
		if c, err := net.Dial("tcp", addr); err == nil {
			s.addr, s.bases = addr, map[string]int{}
			return c.Close()
		}
		time.Sleep(50 * time.Millisecond)
	}
	return errors.New("redis-server does not answer")
}

// wait returns when the server has ended.
func (s *redisServer) wait() { <-s.ended }

// environment is what tells the program of a data folder where its conversations are.
func (s *redisServer) environment(data string) []string {
	if s.addr == "" {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n, ok := s.bases[data]
	if !ok {
		n = len(s.bases) % databases
		s.bases[data] = n
	}
	return []string{fmt.Sprintf("LLAVE_STORE=redis://%s/%d", s.addr, n), "LLAVE_KEY=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}
}
