//go:build unix

// Package pgtest starts a Postgres for a test that needs one: a server of its own, on this machine, with nothing in it.
package pgtest

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
)

// New starts a server and returns the address of a database in it. Without a Postgres the test is skipped, unless
// LLAVE_TEST_REQUIRE=1: then what is missing is a failure.
func New(t testing.TB) string {
	t.Helper()
	bin, as, why := find()
	switch {
	case why != "" && os.Getenv("LLAVE_TEST_REQUIRE") == "1":
		t.Fatal(why)
	case why != "":
		t.Skip(why)
	}
	home, err := os.MkdirTemp("", "llave-pg")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(home) })
	if as.Credential != nil {
		must(t, os.Chown(home, int(as.Credential.Uid), int(as.Credential.Gid)))
	}
	run := func(name string, args ...string) {
		t.Helper()
		c := exec.Command(filepath.Join(bin, name), args...)
		c.SysProcAttr, c.Dir = as, home
		if err := c.Run(); err != nil { // no output is awaited: the server would keep its pipe open
			t.Fatalf("%s %v: %v", name, args, err)
		}
	}
	data := filepath.Join(home, "data")
	run("initdb", "-D", data, "-A", "trust", "-U", "llave", "--no-sync")
	port := freePort(t)
	run("pg_ctl", "-D", data, "-w", "-s", "-l", filepath.Join(home, "log"), "-o", fmt.Sprintf("-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -p %d", port), "start")
	t.Cleanup(func() { run("pg_ctl", "-D", data, "-m", "immediate", "-s", "stop") })
	return fmt.Sprintf("postgres://llave@127.0.0.1:%d/postgres?sslmode=disable", port)
}

// find returns the path of the programs and the user to run them, or why that is impossible.
func find() (bin string, as *syscall.SysProcAttr, why string) {
	as = &syscall.SysProcAttr{}
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil { // its siblings may not be linked
			bin = filepath.Dir(path)
		}
	} else if all, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb"); len(all) > 0 { // Debian's are not in the PATH
		bin = filepath.Dir(slices.Max(all))
	}
	if bin == "" {
		return "", nil, "no Postgres on this machine"
	}
	if os.Getuid() != 0 {
		return bin, as, ""
	}
	u, err := user.Lookup("postgres") // it refuses to run as root
	if err != nil {
		return "", nil, "nobody to run Postgres as"
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	as.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return bin, as, ""
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
