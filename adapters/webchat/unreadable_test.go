package webchat

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"llave/bot"
)

// damage changes rows behind the program's back.
func (w *fixture) damage(query string, args ...any) {
	w.t.Helper()
	if _, err := w.web.sqlite().Writer.Exec(query, args...); err != nil {
		w.t.Fatal(err)
	}
}

func (w *fixture) count(query string) (n int) {
	w.t.Helper()
	if w.opt.Redis != nil {
		return w.countOnRedis(query)
	}
	if err := w.web.sqlite().Writer.QueryRow("SELECT count(*) FROM " + query).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// An entry that cannot be read stops no forgetting, whatever is wrong with it, and its page goes on without it.
func TestAnUnreadableEntryStopsNothing(t *testing.T) {
	for what, damage := range map[string]string{
		"noise":         "UPDATE entry SET body = zeroblob(60) WHERE expires > 0",
		"nothing":       "UPDATE entry SET body = x'' WHERE expires > 0",
		"a text":        "UPDATE entry SET body = 'x' WHERE expires > 0",
		"a short mark":  "UPDATE entry SET mark = x'00' WHERE expires > 0",
		"another mark":  "UPDATE entry SET mark = zeroblob(16) WHERE expires > 0",
		"a lost file":   "DELETE FROM file",
		"a broken file": "UPDATE file SET body = zeroblob(90)",
	} {
		t.Run(what, func(t *testing.T) {
			w := newFixture(t)
			ana, beto := w.person(), w.person()
			ana.writes("hola")
			w.says(ana.chat(), "1", bot.Reply{Kind: bot.Show, Text: "Token 482 913", Expires: w.clock.now().Add(time.Hour),
				File: &bot.File{Name: "c.png", Type: "image/png", Data: []byte("picture")}})
			w.says(ana.chat(), "2", botSays("algo más"))
			beto.writes("hola")
			all := ana.polls(0, "")
			token := all.Entries[1].Seq
			w.damage(damage)
			if got := ana.history(); got[0] != "person: hola" || got[len(got)-1] != "bot: algo más" {
				t.Errorf("the page shows %v", got)
			}
			// A page that shows it already is not emptied for it.
			if got := ana.polls(token, ""); got.Reset || !slices.Equal(got.texts(), []string{"bot: algo más"}) {
				t.Errorf("an open page is told %v", got.texts())
			}
			if got := ana.status(fmt.Sprint("/chat/files/", token)); got != http.StatusNotFound {
				t.Errorf("its file: %d", got)
			}
			for range 10 {
				w.clock.pass(12 * time.Hour)
				ana.writes("hola")
				if _, err := w.web.history.sweep(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if n := w.count("chat"); n != 1 {
				t.Errorf("five days later there are %d chats", n)
			}
			if n := w.count("entry WHERE expires > 0"); n != 0 {
				t.Errorf("%d entries that should be blank are not", n)
			}
			if want := int64(1); what != "a lost file" && w.web.Stats().Unreadable.Load() < want {
				t.Error("it is not counted")
			}
		})
	}
}

// A chat that cannot be forgotten keeps no other one.
func TestAChatThatStaysStopsNothing(t *testing.T) {
	w := newFixture(t)
	people := []*person{w.person(), w.person(), w.person()}
	for _, p := range people {
		p.writes("hola")
		w.says(p.chat(), "1", bot.Reply{Kind: bot.Show, Text: "Token 482 913", Expires: w.clock.now().Add(time.Hour)})
	}
	w.damage("CREATE TRIGGER stuck BEFORE DELETE ON chat WHEN OLD.id = 2 BEGIN SELECT RAISE(ABORT, 'stuck'); END")
	w.damage("CREATE TRIGGER stiff BEFORE UPDATE ON entry WHEN OLD.chat = 2 BEGIN SELECT RAISE(ABORT, 'stiff'); END")
	w.clock.pass(2 * time.Hour)
	if _, err := w.web.history.sweep(t.Context()); err == nil {
		t.Error("an entry that could not be blanked is not said")
	}
	if n := w.count("entry WHERE expires > 0"); n != 1 {
		t.Errorf("%d entries are not blank", n)
	}
	w.clock.pass(keepChat)
	gone, err := w.web.history.sweep(t.Context())
	if err == nil || len(gone) != 2 || w.count("chat") != 1 {
		t.Errorf("forgotten: %d, %v", len(gone), err)
	}
}

// What had its time goes in one sweep, however much it is.
func TestASweepGoesOnUntilItIsDone(t *testing.T) {
	w := newFixture(t)
	w.damage(`INSERT INTO chat (name, last, at) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
		SELECT randomblob(16), i, 1 FROM n`)
	p := w.person()
	p.writes("hola")
	w.damage(`INSERT INTO entry (chat, seq, mark, expires, body) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
		SELECT (SELECT max(id) FROM chat), i, randomblob(16), 1, x'' FROM n`)
	_, err := w.web.history.sweep(t.Context()) // the sweeper of its own may take a part of them
	if err != nil || w.count("chat") != 1 || w.count("entry") != 1 {
		t.Errorf("%v; %d chats and %d entries are left", err, w.count("chat"), w.count("entry"))
	}
}

// Replies of an outbox that was lost or restored count from the beginning again.
func TestRepliesOfARestoredOutbox(t *testing.T) {
	w := newFixture(t)
	p := w.person()
	begin := w.clock.now()
	for n, text := range []string{"Token 111 111", "Token 222 222", "Token 222 222"} {
		at := begin.Add(time.Duration(min(n, 1)) * time.Nanosecond)
		w.says(p.chat(), "0", bot.Reply{Text: text, At: at, File: &bot.File{Name: "h.pdf", Type: "application/pdf", Data: []byte{byte(n)}}})
		w.clock.pass(time.Hour)
	}
	a := p.polls(0, "")
	if got := a.texts(); !slices.Equal(got, []string{"bot: Token 111 111", "bot: Token 222 222"}) {
		t.Errorf("the page shows %v", got)
	}
	for _, e := range a.Entries {
		if got := p.status(fmt.Sprint("/chat/files/", e.Seq)); got != http.StatusOK {
			t.Errorf("the file of %s: %d", e.text(), got)
		}
	}
}

// A file that was made by the first version opens, with what stands in it.
func TestAFileOfTheFirstVersion(t *testing.T) {
	w := newFixture(t)
	p := w.person()
	p.writes("hola")
	w.says(p.chat(), "1", bot.Reply{Text: "acá", File: &bot.File{Name: "h.pdf", Type: "application/pdf", Data: []byte{1}}})
	w.damage("DROP TABLE known")
	w.damage("DROP TABLE upload_piece")
	w.damage("DROP TABLE upload")
	w.damage("PRAGMA user_version = 1")
	w.stop()
	w.start()
	a := p.polls(0, "")
	if got := a.texts(); !slices.Equal(got, []string{"person: hola", "bot: acá"}) {
		t.Fatalf("after the upgrade the page shows %v", got)
	}
	if got := p.status(fmt.Sprint("/chat/files/", a.Entries[1].Seq)); got != http.StatusOK {
		t.Errorf("its file: %d", got)
	}
	if w.count("known") != 1 {
		t.Error("whoever was there is new")
	}
	if v := w.count("pragma_user_version WHERE user_version = 3"); v != 1 {
		t.Error("the version stayed")
	}
}
