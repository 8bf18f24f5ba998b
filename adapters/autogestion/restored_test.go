package autogestion

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"llave/flows/backend"
	"llave/store/sqlitedb"
)

// copied copies the file of a service as it is now.
func copied(t *testing.T, path string) []byte {
	t.Helper()
	cut, err := sqlitedb.TakeCut(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer cut.Close()
	to := filepath.Join(t.TempDir(), "copy.db")
	if err := cut.Copy(t.Context(), path, to); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// fromCopy opens a service on a copy.
func (a sheetFixture) fromCopy(content []byte) sheetFixture {
	a.t.Helper()
	o := testOptions(a.t, a.clock)
	if err := os.WriteFile(o.Path, content, 0o600); err != nil {
		a.t.Fatal(err)
	}
	s, err := Open(a.t.Context(), o)
	if err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(func() { s.Close() })
	at := *a.pharmacy
	at.Service, at.path = s, o.Path
	return sheetFixture{&at, a.g, a.me}
}

// digitsOf prints a month and uses up tokens, and returns the digits.
func (a sheetFixture) digitsOf(seen map[string]bool, name string) {
	a.t.Helper()
	note := func(digits string) {
		if seen[digits] {
			a.t.Errorf("%s: %s comes again", name, digits)
		}
		seen[digits] = true
	}
	for _, p := range a.sheet("2026-12", 5).Tokens {
		note(p.Digits)
	}
	for range 5 {
		given, err := a.Current(a.t.Context(), a.g.Credential, []backend.MemberID{a.me.ID})
		if err != nil || len(given.Tokens) != 1 {
			a.t.Fatal(given, err)
		}
		note(given.Tokens[0].Digits)
		if why := a.try(given.Tokens[0].Digits, ""); why != "" {
			a.t.Fatalf("%s: a new token is denied: %s", name, why)
		}
	}
}

// A service that came from a copy makes no digits that were made since the copy, nor does a second one from the same copy.
func TestNoDigitsComeTwiceAfterARestore(t *testing.T) {
	a := papers(t)
	a.clock.set(buenos(2026, 11, 25, 10, 0, 0))
	content, at := copied(t, a.path), a.Now()
	seen := map[string]bool{}
	a.digitsOf(seen, "the first service")
	for times := 1; times <= 3; times++ {
		b := a.fromCopy(content)
		if _, err := b.Restored(t.Context(), RestoreOptions{Copied: at, Times: times}); err != nil {
			t.Fatal(err)
		}
		b.digitsOf(seen, fmt.Sprint("restored ", times))
	}
	if room := roomFor(RestoreOptions{Copied: at.Add(-48 * time.Hour), Times: 1}, at); room != 1000+3*500 {
		t.Errorf("after two days there is room for %d", room)
	}
	if room := roomFor(RestoreOptions{Copied: at.Add(time.Hour), Times: 1}, at); room != 1000+500 {
		t.Errorf("with a clock that went back there is room for %d", room)
	}
}

// What was live in the copy ends, and paper with it: whoever holds some is told in every chat that may ask for it. With keep it
// stays.
func TestWhatARestoreEnds(t *testing.T) {
	for _, keep := range []bool{false, true} {
		a := papers(t)
		given, err := a.Current(t.Context(), a.g.Credential, []backend.MemberID{a.me.ID})
		if err != nil {
			t.Fatal(err)
		}
		paper := a.sheet("2026-11", 3)
		carlos := a.linked(t, "20-99999003-8", "chat of carlos")
		a.linked(t, "20-99999021-6", "chat of jorge")
		invite, err := a.Invite(t.Context(), backend.Invitation{Chat: "new", Channel: "Telegram", Key: "i"})
		if err != nil {
			t.Fatal(err)
		}
		b := a.fromCopy(copied(t, a.path))
		done, err := b.Restored(t.Context(), RestoreOptions{Copied: b.Now(), Times: 1, KeepSheets: keep})
		if err != nil {
			t.Fatal(err)
		}
		want := Restored{Moved: 1500, Dynamic: 1, Paper: 3, Holders: 1, Told: 1}
		if keep {
			want.Paper, want.Holders, want.Told = 0, 0, 0
		}
		if done != want {
			t.Errorf("keep %v: it says %+v, want %+v", keep, done, want)
		}
		if why := b.try(given.Tokens[0].Digits, ""); why != backend.Replaced {
			t.Errorf("the live token of the copy: %q", why)
		}
		if why := b.try(paper.Tokens[0].Digits, ""); (why == "") != keep || !keep && why != backend.Replaced {
			t.Errorf("keep %v: paper: %q", keep, why)
		}
		if err := b.open(t.Context(), invite.URL); err == nil {
			t.Error("an invite of before opens")
		}
		if _, err := b.Group(t.Context(), carlos.Credential); err != nil {
			t.Errorf("a link of the copy: %v", err)
		}
		list, err := b.Notices(t.Context())
		if err != nil || len(list) != want.Told {
			t.Fatalf("notices: %+v, %v", list, err)
		}
		if !keep {
			if n := list[0]; n.What != backend.NoticeVoided || len(n.People) != 1 || n.People[0] != a.me.Name {
				t.Errorf("the notice is %+v", n)
			}
			if err := b.Told(t.Context(), []string{list[0].Name}); err != nil {
				t.Fatal(err)
			}
			if list, err := b.Notices(t.Context()); err != nil || len(list) != 0 {
				t.Errorf("told, and still there: %+v, %v", list, err)
			}
		}
		if rows, err := b.VerifyAudit(t.Context()); err != nil || rows != 1 {
			t.Errorf("the audit has %d rows, %v", rows, err)
		}
	}
}
