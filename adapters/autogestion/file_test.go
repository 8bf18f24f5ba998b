package autogestion

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"llave/flows/backend"
)

func TestAFileOfANewerProgramStaysAsItIs(t *testing.T) {
	w := demo(t)
	if _, err := w.file.Writer.Exec("PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	w.Close()
	sum := func() string {
		b, err := os.ReadFile(w.path)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%x", sha256.Sum256(b))
	}
	before := sum()
	o := testOptions(t, w.clock)
	o.Path = w.path
	_, err := Open(t.Context(), o)
	if err == nil || !strings.Contains(err.Error(), "version 99") {
		t.Errorf("got %v", err)
	}
	if sum() != before {
		t.Error("the file was touched")
	}
}

func TestAnotherKeyOrNoDatabaseIsAClearError(t *testing.T) {
	w := demo(t)
	o := testOptions(t, w.clock)
	o.Path, o.Key = w.path, bytes.Repeat([]byte{8}, 32)
	if _, err := Open(t.Context(), o); err == nil || !strings.Contains(err.Error(), "another key") {
		t.Errorf("got %v", err)
	}
	o = testOptions(t, w.clock)
	if err := os.WriteFile(o.Path, []byte(strings.Repeat("this is no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), o); err == nil || !strings.Contains(err.Error(), "not a database") {
		t.Errorf("got %v", err)
	}
	for _, change := range []func(*Options){
		func(o *Options) { o.Key = nil }, func(o *Options) { o.Path = "" }, func(o *Options) { o.PublicURL = "llave" },
		func(o *Options) { o.PublicURL = "https://llave.example/below" },
		func(o *Options) { o.Path = filepath.Join(o.Path, "no", "such", "folder.db") },
	} {
		o := testOptions(t, w.clock)
		change(&o)
		if s, err := Open(t.Context(), o); err == nil {
			s.Close()
			t.Error("opened")
		}
	}
}

func TestFilesAreTheOwnersAlone(t *testing.T) {
	w := demo(t)
	for _, suffix := range []string{"", "-wal", "-shm"} {
		st, err := os.Stat(w.path + suffix)
		if err != nil || st.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", suffix, st.Mode(), err)
		}
	}
	var mode, sync string
	if err := w.file.Writer.QueryRow("PRAGMA journal_mode").Scan(&mode); err != nil || mode != "wal" {
		t.Error(mode, err)
	}
	if err := w.file.Writer.QueryRow("PRAGMA synchronous").Scan(&sync); err != nil || sync != "2" {
		t.Error(sync, err)
	}
	if _, err := w.file.Readers.Exec("DELETE FROM link"); err == nil {
		t.Error("a reader can write")
	}
	if err := w.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	w.Close()
	if err := w.Close(); err != nil {
		t.Errorf("closed twice: %v", err)
	}
	if err := w.Ping(t.Context()); err == nil {
		t.Error("a closed file answers")
	}
}

// After everything that a chat can do, nothing personal or secret is in the files or in the log.
func TestNothingPersonalIsAtRest(t *testing.T) {
	var log bytes.Buffer
	w := demo(t, func(o *Options) {
		o.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	ctx := t.Context()
	i, err := w.Invite(ctx, backend.Invitation{Chat: "canary-chat", Channel: "CanaryGram", Label: "canary-label", Sender: "canary-sender", Back: "https://canary-back/%s", Key: "canary-key"})
	if err != nil {
		t.Fatal(err)
	}
	code, err := w.SignIn(ctx, i.URL, maria, DemoPassword, true)
	if err != nil {
		t.Fatal(err)
	}
	g, err := w.Redeem(ctx, i.ID, code, "canary-key")
	if err != nil {
		t.Fatal(err)
	}
	given, err := w.Current(ctx, g.Credential, []backend.MemberID{g.Group.Own})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Validate(ctx, DemoProviderKey, Validation{RequestID: "canary-request", AffiliateNumber: g.Group.Members[0].Number, Token: given.Tokens[0].Digits, Visit: "canary-visit"}); err != nil {
		t.Fatal(err)
	}
	another, err := w.Another(ctx, g.Credential, g.Group.Own, "canary-key")
	if err != nil {
		t.Fatal(err)
	}
	canaries := []string{"canary", "CanaryGram", "María", "Gómez", "4071852", "99999001", "99999003", "@demo.example", DemoPassword,
		secretIn(i.URL), code, strings.ReplaceAll(code, "-", ""), string(g.Credential), given.Tokens[0].Digits, another.Tokens[0].Digits}
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(w.path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range canaries {
			if bytes.Contains(b, []byte(c)) {
				t.Errorf("the file%s holds %q", suffix, c)
			}
		}
	}
	for _, c := range canaries {
		if strings.Contains(log.String(), c) {
			t.Errorf("the log holds %q", c)
		}
	}
}

func TestWhatIsOldIsForgotten(t *testing.T) {
	w := demo(t)
	ctx := t.Context()
	g := w.linked(t, maria, "c")
	w.opened(t, "x", "b")
	for n := range 3 {
		if _, err := w.Another(ctx, g.Credential, g.Group.Own, fmt.Sprint(n)); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Validate(ctx, DemoProviderKey, Validation{RequestID: fmt.Sprint(n), AffiliateNumber: g.Group.Members[0].Number, Token: "000000"}); err != nil {
			t.Fatal(err)
		}
	}
	w.advance(keepTokens + time.Hour)
	if err := w.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	for table, want := range map[string]int{"invite": 0, "another": 0, "validation": 0, "guard": 0, "token": 1, "link": 1, "person": 9} {
		var n int
		if err := w.file.Writer.QueryRow("SELECT count(*) FROM " + table).Scan(&n); err != nil || n != want {
			t.Errorf("%s: %d rows left, want %d (%v)", table, n, want, err)
		}
	}
	st, err := w.State(ctx, g.Credential, g.Group.Own)
	if err != nil || !st.Exists {
		t.Errorf("%+v %v", st, err)
	}
	given, err := w.Current(ctx, g.Credential, []backend.MemberID{g.Group.Own})
	if err != nil {
		t.Fatal(err)
	}
	if n, _ := w.counter(g.Group.Own, given.Tokens[0].Digits); n != 3 {
		t.Errorf("the counter went back to %d", n)
	}
}

func TestTokensEndRatherThanRepeat(t *testing.T) {
	w := demo(t)
	g := w.linked(t, maria, "c")
	if _, err := w.file.Writer.Exec("UPDATE person SET next = 999999"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Another(t.Context(), g.Credential, g.Group.Own, "a"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Another(t.Context(), g.Credential, g.Group.Own, "b"); err == nil {
		t.Error("a token beyond the last")
	}
	if _, err := w.Current(t.Context(), g.Credential, []backend.MemberID{g.Group.Own}); err != nil {
		t.Errorf("the refused one ended the live one: %v", err)
	}
}

func TestSeedingTwiceChangesNothing(t *testing.T) {
	w := demo(t)
	var before, after string
	q := "SELECT group_concat(hex(password) || hex(sealed)) || (SELECT group_concat(hex(key)) FROM provider) FROM account"
	if err := w.file.Writer.QueryRow(q).Scan(&before); err != nil {
		t.Fatal(err)
	}
	if err := w.SeedDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := w.file.Writer.QueryRow(q).Scan(&after); err != nil || before != after {
		t.Errorf("changed (%v)", err)
	}
	if _, err := w.LinkDirect(t.Context(), "27-99999004-0", backend.Invitation{Chat: "x"}); err == nil {
		t.Error("linked somebody without an account")
	}
	for _, cuil := range []string{"", "nonsense", "20-12345678-6"} {
		if _, err := w.LinkDirect(t.Context(), cuil, backend.Invitation{Chat: "x"}); err == nil {
			t.Errorf("linked %q", cuil)
		}
	}
}

func TestMailIsDeliveredOnce(t *testing.T) {
	w := demo(t)
	i := w.opened(t, "a", "b")
	if err := w.attempt(t, i.URL, "b", "1", maria, DemoPassword); err != nil {
		t.Fatal(err)
	}
	done, _ := w.signedIn(t.Context(), i.URL, "b")
	if _, err := w.Redeem(t.Context(), i.ID, done.Code, "k"); err != nil {
		t.Fatal(err)
	}
	var box mailbox
	box.fail = sql.ErrConnDone
	if err := w.Deliver(t.Context(), &box); err == nil {
		t.Error("a failure is no error")
	}
	box.fail = nil
	w.advance(mailFirstPause)
	for range 2 {
		if err := w.Deliver(t.Context(), &box); err != nil {
			t.Fatal(err)
		}
	}
	if len(box.got) != 1 || box.got[0].To != "maria@demo.example" || !strings.Contains(box.got[0].Text, "Telegram ···1") || !strings.Contains(box.got[0].Text, "23/11/2026 10:00") {
		t.Errorf("%+v", box.got)
	}
}

// DemoGroup, which opens no file, returns the groups of the demo.
func TestDemoGroupIsTheDemos(t *testing.T) {
	w := demo(t)
	for _, a := range demoAccounts {
		want := w.linked(t, a.cuil, a.cuil).Group
		have, err := DemoGroup(a.cuil)
		if err != nil || len(have.Members) != len(want.Members) {
			t.Fatalf("%s: %v, %v", a.cuil, have, err)
		}
		for i, m := range want.Members {
			h := have.Members[i]
			if (m.ID == want.Own) != (h.ID == have.Own) || h.Name != m.Name || h.Kinship != m.Kinship || h.Standing != m.Standing || h.Number != m.Number {
				t.Errorf("%+v, want %+v", h, m)
			}
		}
	}
	if _, err := DemoGroup("27-99999004-0"); !errors.Is(err, ErrUnknownCUIL) {
		t.Errorf("somebody without an account: %v", err)
	}
}
