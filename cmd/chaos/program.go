package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// prepare makes a folder for what is kept, and the program if it is not given.
func prepare(ctx context.Context, binary string) (dir, built string, remove func(), err error) {
	if dir, err = os.MkdirTemp("", "llave-chaos"); err != nil {
		return "", "", nil, err
	}
	remove = func() { os.RemoveAll(dir) }
	if binary == "" {
		binary = filepath.Join(dir, "llave")
		build := exec.CommandContext(ctx, "go", "build", "-tags", "testclock", "-o", binary, "llave/cmd/llave")
		if out, err := build.CombinedOutput(); err != nil {
			remove()
			return "", "", nil, fmt.Errorf("build: %w\n%s", err, out)
		}
	}
	return dir, binary, remove, nil
}

// environment is ours without what would configure the program, with its clock and where it keeps what it knows.
func environment(data string) []string {
	env := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "LLAVE_") })
	env = append(env, "TESTCLOCK_AHEAD="+time.Duration(clock).String(), "LLAVE_DATA="+data)
	return append(env, conversationsIn.environment(data)...)
}

// freeAddress is an address on this machine that nobody listens on.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// hasConnection reports whether a process has a TCP connection from an address of this machine, where the system tells.
func hasConnection(pid int64, from string) bool {
	_, port, _ := net.SplitHostPort(from)
	n, err := strconv.Atoi(port)
	if err != nil {
		return false
	}
	table, _ := os.ReadFile(fmt.Sprintf("/proc/%d/net/tcp", pid))
	for line := range strings.Lines(string(table)) {
		fields := strings.Fields(line) // 1: local address in hexadecimal, 9: inode
		if len(fields) < 10 || !strings.HasSuffix(fields[1], fmt.Sprintf(":%04X", n)) {
			continue
		}
		open, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
		for _, fd := range open {
			if to, _ := os.Readlink(fd); to == "socket:["+fields[9]+"]" {
				return true
			}
		}
	}
	return false
}
