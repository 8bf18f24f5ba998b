package archivetest

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"
	"time"

	"llave/adapters/desk/archive"
	"llave/bot"
)

func noise(n int) []byte {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(r.Uint32())
	}
	return data
}

// A file is read as it was written, from any place, whatever its length is to the pieces.
func files(t *testing.T) {
	a := Open(t, NewClock())
	ctx := t.Context()
	for _, n := range []int{0, 1, 1<<20 - 1, 1 << 20, 1<<20 + 1, 5<<20/2 + 3} {
		data := noise(n)
		f, err := a.AddFile(ctx, archive.File{Case: 7, Kind: "document", Name: "receta.pdf", Type: "application/pdf"}, data)
		if err != nil {
			t.Fatal(err)
		}
		got, r, err := a.File(ctx, f.ID)
		if err != nil || got != f || got.Size != int64(n) || got.Name != "receta.pdf" {
			t.Errorf("%+v, %v", got, err)
		}
		if err := iotest.TestReader(r, data); err != nil {
			t.Errorf("%d bytes: %v", n, err)
		}
		if _, err := r.Seek(int64(n/2), io.SeekStart); err != nil {
			t.Error(err)
		}
		if rest, err := io.ReadAll(r); err != nil || !bytes.Equal(rest, data[n/2:]) {
			t.Errorf("the second half of %d bytes: %d bytes, %v", n, len(rest), err)
		}
	}
	if _, err := a.AddFile(ctx, archive.File{Case: 7}, make([]byte, archive.MaxFile+1)); !errors.Is(err, archive.ErrTooLong) {
		t.Errorf("beyond the limit: %v", err)
	}
	if _, _, err := a.File(ctx, "none"); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("no such file: %v", err)
	}
}

// A file that an affiliate sent is waited for until it is here, or never will be; the entry says which.
func fetches(t *testing.T) {
	c := NewClock()
	a, l := Open(t, c), NewLog(c, 3)
	ctx := t.Context()
	x := l.Chat("one").Opens("help", "hola")
	photo := x.Sends(bot.Media{Type: "image/jpeg", Name: "foto.jpg", Ref: []byte("secret ref")})
	voice := x.Sends(bot.Media{Type: "audio/ogg", Ref: []byte("voice ref")})
	none := x.Sends(bot.Media{Type: "image/jpeg"})
	l.Feed(t, a)
	list, err := a.Fetches(ctx, 10)
	if err != nil || len(list) != 2 || list[0].N != photo.N || string(list[0].Media.Ref) != "secret ref" || list[0].Ref != "ref one" || list[0].Media.Name != "foto.jpg" {
		t.Fatalf("%+v, %v", list, err)
	}
	state := func(e *bot.Entry) archive.FileState {
		t.Helper()
		got, err := a.Entry(ctx, e.Case, e.N)
		if err != nil || got.Media == nil || got.Media.Ref != nil {
			t.Errorf("entry %+v, %v", got.Media, err)
		}
		return got.Got
	}
	if got := state(none); got != (archive.FileState{Gone: true, Reason: archive.FetchNoRef}) {
		t.Errorf("without a reference: %+v", got)
	}
	if err := a.FetchFailed(ctx, photo.Case, photo.N, "limited", c.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if got := state(photo); got != (archive.FileState{Reason: "limited"}) {
		t.Errorf("tried once: %+v", got)
	}
	if list, err := a.Fetches(ctx, 10); err != nil || len(list) != 1 || list[0].N != voice.N {
		t.Errorf("due: %+v, %v", list, err)
	}
	c.Add(time.Minute)
	if list, err := a.Fetches(ctx, 10); err != nil || len(list) != 2 || list[1].Tries != 1 {
		t.Errorf("due a minute later: %+v, %v", list, err)
	}
	f, err := a.Fetched(ctx, photo.Case, photo.N, archive.File{Kind: "picture", Name: "foto.jpg", Type: "image/jpeg"}, []byte("jpeg"))
	if err != nil || f.Case != x.Case.ID {
		t.Fatalf("%+v, %v", f, err)
	}
	if got := state(photo); got != (archive.FileState{Blob: f.ID}) {
		t.Errorf("here: %+v", got)
	}
	if err := a.FetchFailed(ctx, voice.Case, voice.N, "too_large", time.Time{}); err != nil {
		t.Fatal(err)
	}
	if got := state(voice); got != (archive.FileState{Gone: true, Reason: "too_large"}) {
		t.Errorf("never: %+v", got)
	}
	if list, err := a.Fetches(ctx, 10); err != nil || len(list) != 0 {
		t.Errorf("nothing is due: %+v, %v", list, err)
	}
	if _, err := a.Fetched(ctx, photo.Case, photo.N, archive.File{}, nil); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("fetched twice: %v", err)
	}
	if err := a.FetchFailed(ctx, voice.Case, voice.N, "again", c.Now()); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("failed after the end: %v", err)
	}
}
