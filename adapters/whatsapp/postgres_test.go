//go:build unix && !race

package whatsapp_test

import (
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"llave/adapters/whatsapp"
	"llave/bot"
)

// postgres starts a server of its own, and returns the address of a database in it.
func postgres(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("initdb"); err != nil {
		t.Skip("no Postgres on this machine")
	}
	home, err := os.MkdirTemp("", "llave-pg")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(home) })
	as := &syscall.SysProcAttr{}
	if os.Getuid() == 0 { // it refuses to run as root
		u, err := user.Lookup("postgres")
		if err != nil {
			t.Skip("nobody to run Postgres as")
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		must(t, os.Chown(home, uid, gid))
		as.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	run := func(name string, args ...string) {
		t.Helper()
		c := exec.Command(name, args...)
		c.SysProcAttr, c.Dir = as, home
		if name == "initdb" {
			if out, err := c.CombinedOutput(); err != nil {
				t.Fatalf("%s: %v\n%s", name, err, out)
			}
		} else if err := c.Run(); err != nil { // the server would keep a pipe open
			t.Fatalf("%s %v: %v", name, args, err)
		}
	}
	data := filepath.Join(home, "data")
	run("initdb", "-D", data, "-A", "trust", "-U", "llave", "--no-sync")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	port := l.Addr().(*net.TCPAddr).Port
	must(t, l.Close())
	run("pg_ctl", "-D", data, "-w", "-s", "-l", filepath.Join(home, "log"), "-o", fmt.Sprintf("-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -p %d", port), "start")
	t.Cleanup(func() { run("pg_ctl", "-D", data, "-m", "immediate", "-s", "stop") })
	return fmt.Sprintf("postgres://llave@127.0.0.1:%d/postgres?sslmode=disable", port)
}

// All the same in Postgres: paired, both ways, through a restart, one process only, nothing readable.
func TestPostgres(t *testing.T) {
	where := postgres(t)
	r, chat, to := talk(t, func(o *whatsapp.Options) { o.Store = where })
	must(t, r.sends(to, "Token de Ana: 482 913"))
	chat.Expects("482 913")
	must(t, r.wa.Send(t.Context(), to, bot.Reply{ID: "h", File: &bot.File{Name: "hoja.pdf", Type: "application/pdf", Data: []byte("%PDF-1.7")}}))
	if _, data := chat.ExpectsDocument("hoja.pdf"); string(data) != "%PDF-1.7" {
		t.Errorf("got %q", data)
	}
	if _, err := whatsapp.Open(t.Context(), r.opt); !errors.Is(err, whatsapp.ErrInUse) {
		t.Errorf("opened twice: %v", err)
	}
	db, err := sql.Open("pgx", where)
	must(t, err)
	defer db.Close()
	var kept []byte
	must(t, db.QueryRow(`SELECT plaintext FROM whatsmeow_retry_buffer LIMIT 1`).Scan(&kept))
	if len(kept) < 40 || strings.Contains(string(kept), "482 913") {
		t.Errorf("kept: %q", kept)
	}
	r.down()
	chat.Says("mientras tanto")
	r.opens()
	r.up()
	if u := r.bot.gets(t); u.Text != "mientras tanto" || u.Chat != to {
		t.Errorf("got %+v", u)
	}
	login := "postgres://llave:un-secreto@127.0.0.1:1/x?sslmode=disable"
	if _, err := whatsapp.Open(t.Context(), whatsapp.Options{Store: login, Key: key}); err == nil || strings.Contains(err.Error(), "un-secreto") {
		t.Errorf("nobody there: %v", err)
	}
}
