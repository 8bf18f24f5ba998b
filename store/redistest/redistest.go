//go:build unix

// Package redistest starts a Redis for a test that needs one: a server of its own on this machine, in a temporary folder,
// that ends with the test.
package redistest

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// databases is how many stores a server has room for, each in a database of its own.
const databases = 4096

// Server is a server that a test has started.
type Server struct {
	Addr   string
	dir    string
	args   []string
	daemon *exec.Cmd
	next   atomic.Int64
}

// Here reports whether this machine has a redis-server. With LLAVE_TEST_REQUIRE=1 it is a failure if it has none.
func Here(t testing.TB) bool {
	t.Helper()
	_, err := exec.LookPath("redis-server")
	if err != nil && os.Getenv("LLAVE_TEST_REQUIRE") == "1" {
		t.Fatal("no redis-server on this machine")
	}
	return err == nil
}

// New starts a server. Without a redis-server the test is skipped, unless LLAVE_TEST_REQUIRE=1. More arguments are added to
// the server's own.
func New(t testing.TB, args ...string) *Server {
	t.Helper()
	if !Here(t) {
		t.Skip("no redis-server on this machine")
	}
	dir, err := os.MkdirTemp("", "llave-redis")
	if err != nil {
		t.Fatal(err)
	}
	s, err := start(dir, args)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Kill()
		os.RemoveAll(dir)
	})
	return s
}

func start(dir string, args []string) (*Server, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	s := &Server{Addr: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), dir: dir}
	s.args = append([]string{
		"--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--dir", dir, "--databases", strconv.Itoa(databases), "--save", "",
		"--appendonly", "yes", "--appendfsync", "everysec", "--daemonize", "no", "--logfile", filepath.Join(dir, "log"),
	}, args...)
	return s, s.Start()
}

// Start starts the server again after Kill, with what its folder holds.
func (s *Server) Start() error {
	s.daemon = exec.Command("redis-server", s.args...)
	if err := s.daemon.Start(); err != nil {
		return err
	}
	for range 1000 {
		if s.answers() {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.Kill()
	return errors.New("redis-server does not answer")
}

// answers reports whether the server takes commands.
func (s *Server) answers() bool {
	c, err := net.Dial("tcp", s.Addr)
	if err != nil {
		return false
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(time.Second))
	if _, err := c.Write([]byte("PING\r\n")); err != nil {
		return false
	}
	b := make([]byte, 5)
	n, _ := c.Read(b)
	return string(b[:n]) == "+PONG" || string(b[:n]) == "-NOAU"
}

// Kill ends the server as a crash does.
func (s *Server) Kill() {
	if s.daemon != nil {
		_ = s.daemon.Process.Kill()
		_ = s.daemon.Wait()
		s.daemon = nil
	}
}

// Address is that of an empty database of the server.
func (s *Server) Address() string {
	return fmt.Sprintf("redis://%s/%d", s.Addr, s.next.Add(1)%databases)
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// Stop halts the server without ending it, and Continue lets it go on: a network that hangs.
func (s *Server) Stop()     { _ = s.daemon.Process.Signal(syscall.SIGSTOP) }
func (s *Server) Continue() { _ = s.daemon.Process.Signal(syscall.SIGCONT) }

// Cluster starts servers and makes a cluster of them, each the master of its part of the slots.
func Cluster(t testing.TB, masters int) (servers []*Server) {
	t.Helper()
	for range masters {
		bus, err := freePort()
		if err != nil {
			t.Fatal(err)
		}
		servers = append(servers, New(t, "--databases", "1", "--cluster-enabled", "yes", "--cluster-port", strconv.Itoa(bus)))
	}
	args := []string{"--cluster", "create"}
	for _, s := range servers {
		args = append(args, s.Addr)
	}
	if out, err := exec.Command("redis-cli", append(args, "--cluster-yes")...).CombinedOutput(); err != nil {
		t.Fatalf("redis-cli: %v\n%s", err, out)
	}
	for _, s := range servers {
		if !s.clusterReady() {
			t.Fatal("the cluster does not come together")
		}
	}
	return servers
}

// clusterReady waits until a server knows of all slots.
func (s *Server) clusterReady() bool {
	_, port, _ := net.SplitHostPort(s.Addr)
	for range 1000 {
		out, err := exec.Command("redis-cli", "-p", port, "cluster", "info").Output()
		if err == nil && strings.Contains(string(out), "cluster_state:ok") {
			return true
		}
		time.Sleep(20 * time.Millisecond)
	}
	return false
}

// Port is where the server listens.
func (s *Server) Port() string {
	_, port, _ := net.SplitHostPort(s.Addr)
	return port
}
