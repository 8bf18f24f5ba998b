package terminal

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"llave/bot"
)

// fakeBot is a bot that keeps what it is given.
type fakeBot struct {
	got []bot.Update
	err error
}

func (b *fakeBot) Accept(_ context.Context, u bot.Update) error {
	if b.err == nil {
		b.got = append(b.got, u)
	}
	return b.err
}

func run(t *testing.T, input io.Reader, b *fakeBot, settled func(context.Context) error) (string, error) {
	t.Helper()
	var out strings.Builder
	term, err := New("me", input, &out, func() time.Time { return time.Unix(1e9, 0) })
	if err != nil {
		t.Fatal(err)
	}
	err = term.Run(t.Context(), b, settled)
	return out.String(), err
}

func TestLines(t *testing.T) {
	b := &fakeBot{}
	settled := 0
	if _, err := run(t, strings.NewReader("token\n\n  \nñandú\r\nlast"), b, func(context.Context) error { settled++; return nil }); err != nil {
		t.Fatal(err)
	}
	if len(b.got) != 3 || settled != 3 || b.got[0].Text != "token" || b.got[1].Text != "ñandú" || b.got[2].Text != "last" {
		t.Errorf("took %+v, settled %d times", b.got, settled)
	}
	seen := map[string]bool{}
	for range 2 { // another run of the program on the same data
		for _, u := range b.got {
			if seen[u.ID] {
				t.Errorf("id %s is given twice", u.ID)
			}
			seen[u.ID] = true
		}
		b.got = nil
		run(t, strings.NewReader("token\nagain\n"), b, nil)
	}
}

func TestFailures(t *testing.T) {
	full := errors.New("disk full")
	if _, err := run(t, strings.NewReader("token\n"), &fakeBot{err: full}, nil); !errors.Is(err, full) {
		t.Errorf("a bot that takes nothing: %v", err)
	}
	if _, err := run(t, strings.NewReader("token\n"), &fakeBot{}, func(context.Context) error { return full }); !errors.Is(err, full) {
		t.Errorf("a bot that does not settle: %v", err)
	}
	if _, err := run(t, strings.NewReader(strings.Repeat("a", maxLine+1)), &fakeBot{}, nil); err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Errorf("an endless line: %v", err)
	}
	if _, err := New("", nil, nil, nil); err == nil {
		t.Error("a terminal without a name")
	}
}

func TestSend(t *testing.T) {
	var out strings.Builder
	term, err := New("me", nil, &out, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := term.Send(t.Context(), term.Chat(), bot.Reply{Text: "¿Sí?", Choices: []bot.Option{{Text: "Sí", Value: "yes"}, {Text: "No", Value: "no"}}}); err != nil {
		t.Error(err)
	}
	if want := "¿Sí?\n[1] Sí\n[2] No\n\n"; out.String() != want {
		t.Errorf("printed %q, want %q", out.String(), want)
	}
	var never *bot.PermanentFailure
	if err := term.Send(t.Context(), "terminal/local/other", bot.Reply{}); !errors.As(err, &never) {
		t.Errorf("another's chat: %v", err)
	}
}

// An agent's words begin with who says them.
func TestAnAgentsWords(t *testing.T) {
	var out strings.Builder
	term, err := New("me", nil, &out, nil)
	if err != nil {
		t.Fatal(err)
	}
	term.Files = filepath.Join(t.TempDir(), "files")
	for _, r := range []bot.Reply{
		{Kind: bot.Spoken, Text: "Hola.\n¿Qué pasó?", From: "Ana\u202e"},
		{Kind: bot.Spoken, ID: "2", From: "Ana", File: &bot.File{Name: "a.pdf", Data: []byte("x")}},
		{Kind: bot.Told, Text: "Te atiende *Ana*, de Mesa de Ayuda."},
	} {
		if err := term.Send(t.Context(), term.Chat(), r); err != nil {
			t.Fatal(err)
		}
	}
	want := "Ana (Mesa de Ayuda): Hola.\n¿Qué pasó?\n\nAna (Mesa de Ayuda):\n[archivo] " + filepath.Join(term.Files, "2-a.pdf") + "\n\nTe atiende *Ana*, de Mesa de Ayuda.\n\n"
	if out.String() != want {
		t.Errorf("printed %q, want %q", out.String(), want)
	}
}

func TestFilesAreWritten(t *testing.T) {
	var out strings.Builder
	term, err := New("me", nil, &out, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := bot.Reply{ID: "7", Text: "credencial", File: &bot.File{Name: "../../c.png", Data: []byte("png")}, Choices: []bot.Option{{Text: "Menú"}}}
	if err := term.Send(t.Context(), term.Chat(), r); err != nil || out.String() != "credencial\n[1] Menú\n\n" {
		t.Errorf("nowhere to put a file: printed %q, %v", out.String(), err)
	}
	term.Files = filepath.Join(t.TempDir(), "files")
	os.Mkdir(term.Files, 0o700)
	old := filepath.Join(term.Files, "1-old.png")
	os.WriteFile(old, []byte("a token"), 0o600)
	out.Reset()
	if err := term.Send(t.Context(), term.Chat(), r); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(term.Files, "7-c.png")
	if want := "credencial\n[archivo] " + path + "\n[1] Menú\n\n"; out.String() != want {
		t.Errorf("printed %q, want %q", out.String(), want)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "png" {
		t.Errorf("the file holds %q, %v", data, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is for others to read: %v %v", info, err)
	}
	if _, err := os.Stat(old); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file of an earlier run is still there: %v", err)
	}
	r.ID = "8"
	if err := term.Send(t.Context(), term.Chat(), r); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("a file of this run is gone: %v", err)
	}
}

func FuzzLines(f *testing.F) {
	f.Add([]byte("token\n\x00\xff\n"))
	f.Add([]byte("\r\n\r\n"))
	f.Fuzz(func(t *testing.T, input []byte) {
		b := &fakeBot{}
		var out strings.Builder
		term, _ := New("me", strings.NewReader(string(input)), &out, func() time.Time { return time.Unix(1e9, 0) })
		if err := term.Run(t.Context(), b, nil); err != nil {
			t.Error(err)
		}
		for _, u := range b.got {
			if strings.ContainsRune(u.Text, '\n') || strings.TrimSpace(u.Text) == "" {
				t.Errorf("took %q as a line", u.Text)
			}
		}
	})
}
