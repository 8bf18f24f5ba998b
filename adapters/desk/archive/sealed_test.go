package archive_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/alexedwards/scs/v2"

	"llave/adapters/desk/archive"
	"llave/adapters/desk/archive/archivetest"
	"llave/adapters/desk/hours"
	"llave/bot"
	"llave/bot/keyring"
)

// canary marks what must not be readable in a file.
const canary = "CANARIO7Q"

func session(t *testing.T, user string) []byte {
	t.Helper()
	data, err := scs.GobCodec{}.Encode(archivetest.NewClock().Now().AddDate(1, 0, 0), map[string]any{"flash": user})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// fill puts the canary everywhere that a person's words, names, numbers or files go. It returns what must not be readable
// either.
func fill(t *testing.T, a *archive.Archive, l *archivetest.Log) (secrets []string) {
	t.Helper()
	ctx := t.Context()
	x := l.Chat(canary)
	x.Key = bot.ChatKey{9, 1}
	x.Opens("help", canary)
	x.Says(canary + " said")
	photo := x.Sends(bot.Media{Type: "image/jpeg", Name: canary + ".jpg", Ref: []byte(canary + "ref")})
	x.Sends(bot.Media{Type: "image/jpeg", Name: canary + ".jpg", Ref: []byte(canary + "ref")})
	x.Act(bot.Act{By: bot.Agent{ID: "zoe", Name: "Zoe " + canary, Role: bot.RoleAgent}, Do: bot.DeedTake})
	spoken := x.Act(bot.Act{By: bot.Agent{ID: "zoe", Name: "Zoe " + canary, Role: bot.RoleAgent}, Do: bot.DeedSay, Text: canary})
	spoken.Marks = []string{canary}
	l.Events = append(l.Events, bot.Happened{Seq: uint64(len(l.Events) + 1), Logged: bot.Logged{Entry: &bot.Entry{V: bot.EntryVersion + 1, Kind: "x", Text: canary}}})
	l.Feed(t, a)
	_, err := a.AddNote(ctx, x.Case.ID, "zoe", canary+" note")
	steps := []error{err}
	_, err = a.Fetched(ctx, x.Case.ID, photo.N, archive.File{Name: canary}, bytes.Repeat([]byte(canary), 200_000))
	steps = append(steps, err)
	_, err = a.AddFile(ctx, archive.File{Case: x.Case.ID, Name: canary}, []byte(canary))
	steps = append(steps, err)
	code, err := a.AddAgent(ctx, bot.Agent{ID: "zoe", Name: "Zoe " + canary, Role: bot.RoleAgent}, "")
	steps = append(steps, err, a.Audit(ctx, archive.Record{What: "reveal", Detail: canary}), a.Set(ctx, "banner", canary, ""),
		a.AddHoliday(ctx, hours.Holiday{Day: "2026-12-07", Name: "Puente"}, ""))
	for _, err := range steps {
		if err != nil {
			t.Fatal(err)
		}
	}
	e, err := a.Enrolment(ctx, code)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Sessions().Commit("token"+canary, session(t, canary), archivetest.NewClock().Now().AddDate(1, 0, 0)); err != nil {
		t.Fatal(err)
	}
	if _, err := a.SignIn(ctx, "user"+canary, canary, canary, canary); err == nil {
		t.Error("a sign-in with nothing")
	}
	return []string{code, e.Secret}
}

// Nothing of it can be read in the database or beside it, while it is open and after.
func TestNothingIsReadable(t *testing.T) {
	dir := t.TempDir()
	clock := archivetest.NewClock()
	options := archive.Options{Path: filepath.Join(dir, "mesa.db"), Key: archivetest.Key, Now: clock.Now, Cost: archivetest.Cheap}
	a, err := archive.Open(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	secrets := fill(t, a, archivetest.NewLog(clock, 9))
	look := func(when string) {
		t.Helper()
		files, err := filepath.Glob(filepath.Join(dir, "*"))
		if err != nil || len(files) == 0 {
			t.Fatal(files, err)
		}
		size := 0
		for _, f := range files {
			data, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			size += len(data)
			for _, word := range append([]string{canary, "canario7q"}, secrets...) {
				if bytes.Contains(data, []byte(word)) {
					t.Errorf("%s: %q can be read in %s", when, word, filepath.Base(f))
				}
			}
		}
		if size < 1_000_000 {
			t.Errorf("%s: only %d bytes were looked at", when, size)
		}
	}
	look("open")
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	look("closed")
	options.Key = bytes.Repeat([]byte{8}, keyring.KeySize)
	if _, err := archive.Open(t.Context(), options); err == nil {
		t.Error("it opens with another key")
	}
}
