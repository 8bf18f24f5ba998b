package webchat

import (
	"bytes"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"llave/bot"
)

// What Send has taken stands in the file: a process that is killed leaves it as it is at that moment.
func TestKilled(t *testing.T) {
	w := newFixture(t)
	p := w.person()
	p.writes("token")
	w.says(p.chat(), "1", bot.Reply{Text: "one", Question: "q", Choices: []bot.Option{{Text: "Sí", Value: "yes"}}})
	dir := t.TempDir()
	for _, file := range files(t, w) {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(file)), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	o := w.opt
	o.Path = filepath.Join(dir, "webchat.db")
	again, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	list, _, err := again.history.since(t.Context(), again.keys.name(p.chat()), 0)
	if err != nil || len(list) != 2 || list[1].Text != "one" || len(list[1].Choices) != 1 {
		t.Errorf("after a kill there is %+v, %v", list, err)
	}
}

// A kill leaves what was written; only this survives the loss of power, which no test can take away.
func TestWritesWaitForTheDisk(t *testing.T) {
	w := newFixture(t)
	for pragma, want := range map[string]int{"synchronous": 2, "secure_delete": 1, "foreign_keys": 1} {
		var got int
		if err := w.web.sqlite().Writer.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %d, %v", pragma, got, err)
		}
	}
}

func files(t *testing.T, w *fixture) []string {
	t.Helper()
	list, err := filepath.Glob(w.opt.Path + "*")
	if err != nil || len(list) < 2 {
		t.Fatalf("%v, %v", list, err)
	}
	return list
}

// atRest is what the history keeps, by file or server.
func atRest(t *testing.T, w *fixture) map[string][]byte {
	t.Helper()
	if w.opt.Redis != nil {
		return map[string][]byte{"the server": w.dumpOfRedis()}
	}
	all := map[string][]byte{}
	for _, file := range files(t, w) {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all[file] = raw
	}
	return all
}

func TestNothingReadableAtRest(t *testing.T) {
	w := newFixture(t)
	p := w.person()
	p.writes("necesito el token de mi abuela")
	w.says(p.chat(), "1", bot.Reply{Kind: bot.Show, Text: "Token de Juana Ruiz: 482 913", Copy: "482913", Expires: w.clock.now().Add(time.Hour),
		File: &bot.File{Name: "credencial.png", Type: "image/png", Alt: "Credencial de Juana", Data: []byte("the bytes of a picture")}})
	w.says(p.chat(), "2", bot.Reply{Kind: bot.Secret, Text: "Abrí http://llave.test/autogestion/vincular/geheim", Choices: []bot.Option{{Text: "Cancelar", Value: "cancel"}}})
	w.says(p.chat(), "the letter's id", bot.Reply{Text: "hola"})
	for file, raw := range atRest(t, w) {
		for _, s := range []string{"abuela", "Juana", "482 913", "482913", "credencial", "image/png", "bytes of a picture", "geheim", "vincular", "Cancelar", "person",
			"letter's id", p.cookie(), string(p.chat()), p.chat().Native(), id(1)} {
			if bytes.Contains(raw, []byte(s)) {
				t.Errorf("%q stands in %s", s, filepath.Base(file))
			}
		}
		if info, err := os.Stat(file); err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("others can read %s: %s", filepath.Base(file), info.Mode())
		}
	}
}

// What is sealed for one chat and one entry opens nowhere else.
func TestRowsCannotBeExchanged(t *testing.T) {
	w := newFixture(t)
	p, other := w.person(), w.person()
	p.writes("mine")
	other.writes("theirs")
	if _, err := w.web.sqlite().Writer.Exec("UPDATE entry SET body = (SELECT body FROM entry e ORDER BY chat DESC LIMIT 1)"); err != nil {
		t.Fatal(err)
	}
	if list, _, err := w.web.history.since(t.Context(), w.web.keys.name(p.chat()), 0); len(list) > 0 || err != nil || w.web.Stats().Unreadable.Load() != 1 {
		t.Errorf("another chat's row is read as %+v, %v", list, err)
	}
}

func TestWhatExpiredIsNotShown(t *testing.T) {
	w := newFixture(t)
	p := w.person()
	soon := w.clock.now().Add(time.Hour)
	w.says(p.chat(), "1", bot.Reply{Kind: bot.Show, Text: "Token: 482 913", Copy: "482913", Expires: soon, Else: "otra cosa",
		File: &bot.File{Name: "c.png", Type: "image/png", Data: []byte("picture")}})
	w.says(p.chat(), "2", bot.Reply{Kind: bot.Secret, Text: "http://llave.test/geheim", Expires: soon})
	w.says(p.chat(), "3", bot.Reply{Kind: bot.Ask, Text: "¿Sí?", Expires: soon, Choices: []bot.Option{{Text: "Sí", Value: "yes"}}})
	f := p.follows("", "")
	e := f.next()
	if e.Left != time.Hour.Milliseconds()+1 || e.Copy == "" || e.Expired || e.Parts[1] != (span{"n", "482 913"}) || len(e.Then) == 0 {
		t.Errorf("a token is shown as %+v", e.pageEntry)
	}
	for _, then := range e.Then {
		if strings.Contains(then[1], "482") {
			t.Errorf("in its place comes %v", e.Then)
		}
	}
	file := fmt.Sprint("/chat/files/", e.id)
	if res := p.get(file); res.StatusCode != 200 {
		t.Errorf("its picture: %s", res.Status)
	}
	w.clock.pass(time.Hour - time.Millisecond)
	if h := p.history(); h[0] != "bot: Token: 482 913" {
		t.Errorf("a moment before it expires the page shows %v", h)
	}
	w.clock.pass(time.Millisecond)
	for _, when := range []string{"before", "after"} {
		f := p.follows("", "")
		token, link, question := f.next(), f.next(), f.next()
		if !token.Expired || token.Copy != "" || token.File != nil || token.Left != 0 || !strings.Contains(token.text(), "venció") || !link.Expired || question.text() != "bot: ¿Sí?" {
			t.Errorf("%s the sweep the page shows %+v, %+v, %+v", when, token.pageEntry, link.pageEntry, question.pageEntry)
		}
		if all := token.data + link.data; strings.Contains(all, "482") || strings.Contains(all, "geheim") {
			t.Errorf("%s the sweep the page is told %s", when, all)
		}
		if res := p.get(file); res.StatusCode != 404 {
			t.Errorf("%s the sweep its picture: %s", when, res.Status)
		}
		if _, err := w.web.history.sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	list, _, err := w.web.history.since(t.Context(), w.web.keys.name(p.chat()), 0)
	if err != nil || list[0].Text != "" || list[0].Copy != "" || list[0].File != nil || list[1].Text != "" {
		t.Errorf("the sweep leaves %+v, %v", list, err)
	}
	if n := w.count("file"); n != 0 {
		t.Errorf("the sweep leaves %d files", n)
	}
}

func TestForgottenAfterADay(t *testing.T) {
	w := newFixture(t)
	p, other := w.person(), w.person()
	p.writes("one")
	other.writes("two")
	f := p.follows("", "")
	f.until("ready")
	_, ids := p.follows("", "").until("ready")
	w.clock.pass(keepChat - time.Second)
	other.writes("three")
	if len(p.history()) != 1 {
		t.Error("forgotten too early")
	}
	w.clock.pass(time.Second)
	if h := p.history(); len(h) != 0 {
		t.Errorf("a day later, before the sweep, the page shows %v", h)
	}
	gone, err := w.web.history.sweep(t.Context())
	if err != nil || !slices.Equal(gone, []name{w.web.keys.name(p.chat())}) {
		t.Errorf("the sweep forgets %v, %v", gone, err)
	}
	w.web.hub.wake(gone[0])
	if e := f.next(); e.kind != "reset" {
		t.Errorf("a page that is still open is told %+v", e)
	}
	if len(other.history()) != 2 {
		t.Error("another chat is forgotten with it")
	}
	// It goes on with numbers that were never given: a page that slept through it notices.
	p.n = 10
	p.writes("again")
	if texts, _ := p.follows(ids[0], "").until("ready"); !slices.Equal(texts, []string{"<reset>", "person: again"}) {
		t.Errorf("a page that slept is told %v", texts)
	}
}

func TestBounded(t *testing.T) {
	w := newFixture(t)
	p := w.person()
	const more = 7
	for n := range keepEntries + more {
		r := bot.Reply{Text: fmt.Sprint(n)}
		if n >= 100 && n < 100+maxFiles+more {
			r.File = &bot.File{Name: "x.pdf", Type: "application/pdf", Data: []byte{1}}
		}
		w.says(p.chat(), fmt.Sprint(n), r)
	}
	h := p.history()
	if len(h) != keepEntries || h[0] != fmt.Sprint("bot: ", more) || h[len(h)-1] != fmt.Sprint("bot: ", keepEntries+more-1) {
		t.Errorf("%d lines, from %q to %q", len(h), h[0], h[len(h)-1])
	}
	if n := w.count("file"); n != maxFiles {
		t.Errorf("%d files", n)
	}
	w.says(p.chat(), "large", bot.Reply{Text: "look", File: &bot.File{Name: "x.pdf", Type: "application/pdf", Data: make([]byte, maxFile+1)}})
	if h := p.history(); !strings.HasPrefix(h[len(h)-1], "bot: look\n\nEl archivo") {
		t.Errorf("of a file that is too large the page says %q", h[len(h)-1])
	}
}

func TestOpenRefuses(t *testing.T) {
	w := newFixture(t)
	bad := func(what string, change func(*Options)) {
		t.Helper()
		o := w.opt
		o.Path = filepath.Join(t.TempDir(), "new.db")
		change(&o)
		if x, err := Open(t.Context(), o); err == nil {
			t.Errorf("%s: opened", what)
			x.Close()
		}
	}
	bad("another key", func(o *Options) { o.Path, o.Key = w.opt.Path, bytes.Repeat([]byte{4}, 32) })
	bad("a short key", func(o *Options) { o.Key = o.Key[1:] })
	bad("no path", func(o *Options) { o.Path = "" })
	bad("no URL", func(o *Options) { o.PublicURL = "" })
	bad("a URL with a path", func(o *Options) { o.PublicURL = "https://llave.example/x" })
	newer := filepath.Join(t.TempDir(), "newer.db")
	db, err := sql.Open("sqlite", newer)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	db.Close()
	bad("a file of a newer program", func(o *Options) { o.Path = newer })
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte(strings.Repeat("no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	bad("no database", func(o *Options) { o.Path = text })
}
