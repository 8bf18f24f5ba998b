//go:build unix && !race

package whatsapp_test

import (
	"database/sql"
	"errors"
	"strings"
	"testing"

	"llave/adapters/whatsapp"
	"llave/adapters/whatsapp/pgtest"
	"llave/bot"
)

// All the same in Postgres: paired, both ways, through a restart, one process only, nothing readable.
func TestPostgres(t *testing.T) {
	where := pgtest.New(t)
	r, chat, to := conversation(t, func(o *whatsapp.Options) { o.Store = where })
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
