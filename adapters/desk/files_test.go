package desk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"llave/adapters/desk/archive"
	"llave/adapters/desk/desktest"
	"llave/bot"
)

// awaits waits until the file of an entry is here or gone.
func (f *fixture) awaits(id, n uint64, want func(archive.FileState) bool) archive.FileState {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		changed := f.db.Changed()
		e, err := f.db.Entry(ctx, id, n)
		if err == nil && want(e.Got) {
			return e.Got
		}
		select {
		case <-changed:
		case <-ctx.Done():
			f.t.Fatalf("entry %d: %+v %v", n, e.Got, err)
		}
	}
}

func here(s archive.FileState) bool { return s.Blob != "" }
func gone(s archive.FileState) bool { return s.Gone }

// A file is fetched when its entry is filed. A picture is kept as a safe one; anything else is saved, whatever it says it is.
func TestFilesOfAffiliates(t *testing.T) {
	f := newFixture(t)
	id := f.opens()
	ana := f.signedIn("ana")
	ogg, err := os.ReadFile("testdata/voice.ogg")
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range []struct {
		kind, name string
		data       []byte
		want, how  string
	}{
		{"image/jpeg", "foto.jpg", photo(t, 300, 200, 6), "image/jpeg", "inline"},
		{"audio/ogg; codecs=opus", "", ogg, "audio/ogg", "inline"},
		{"application/pdf", "receta.pdf", []byte("%PDF-1.4 x"), "application/octet-stream", "attachment"},
		{"image/png", "pagina.png", []byte("<html><script>alert(1)</script>"), "application/octet-stream", "attachment"},
		{"image/svg+xml", "x.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), "application/octet-stream", "attachment"},
		{"text/html", "../../\"x\r\n.html", []byte("<b>hola</b>"), "application/octet-stream", "attachment"},
	} {
		ref := fmt.Sprint("r", i)
		f.engine.Holds(ref, desktest.File{Data: c.data})
		f.engine.Sends(maria().Chat, "document", "", bot.Media{Type: c.kind, Name: c.name, Ref: []byte(ref)})
		got := f.awaits(id, f.engine.Case(maria().Chat).Last, here)
		a := ana.page("/mesa/archivos/" + got.Blob)
		if a.status != 200 || a.header.Get("Content-Type") != c.want || !strings.HasPrefix(a.header.Get("Content-Disposition"), c.how) || a.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %s %s", c.name, a.status, a.header.Get("Content-Type"), a.header.Get("Content-Disposition"))
		}
		if c.want == "image/jpeg" && strings.Contains(a.body, "GPS") {
			t.Error("metadata is served")
		}
	}
}

func TestFilesThatNeverCome(t *testing.T) {
	f := newFixture(t)
	id := f.opens()
	ana := f.signedIn("ana")
	for why, c := range map[string]struct {
		file desktest.File
		size int64
		ref  string
	}{
		gonePermanent: {desktest.File{Err: &bot.PermanentFailure{Reason: "gone"}}, 0, "a"}, gonePixels: {desktest.File{Data: hugePNG()}, 0, "b"},
		gonePicture: {desktest.File{Data: photo(t, 50, 50, 0)[:60]}, 0, "c"}, goneLarge: {desktest.File{Data: []byte("x")}, maxFile + 1, "d"}, archive.FetchNoRef: {},
	} {
		f.engine.Holds(c.ref, c.file)
		m := bot.Media{Type: "image/png", Name: "x.png", Size: c.size}
		if c.ref != "" {
			m.Ref = []byte(c.ref)
		}
		f.engine.Sends(maria().Chat, "photo", "", m)
		n := f.engine.Case(maria().Chat).Last
		if got := f.awaits(id, n, gone); got.Reason != why {
			t.Errorf("%s: %q", why, got.Reason)
		}
		page := ana.page(fmt.Sprintf("%s/hilo?since=%d", caseURL(id), n-1))
		if !strings.Contains(page.body, f.desk.text("fetch_"+why, nil)) || strings.Contains(page.body, "<img") {
			t.Errorf("%s: the page says %s", why, page.body)
		}
	}
}

// A file that a channel does not give now is tried again later, and says so.
func TestFilesThatComeLater(t *testing.T) {
	f := newFixture(t)
	id := f.opens()
	f.engine.Holds("r", desktest.File{Err: errors.New("down")})
	f.engine.Sends(maria().Chat, "document", "", bot.Media{Name: "a.pdf", Ref: []byte("r")})
	n := f.engine.Case(maria().Chat).Last
	f.awaits(id, n, func(s archive.FileState) bool { return s.Reason == lateTry })
	f.engine.Holds("r", desktest.File{Data: []byte("%PDF-1.4")})
	f.clock.add(fetchFirst + time.Second)
	f.engine.Says(maria().Chat, "¿lo ves?") // a change wakes the fetching
	f.awaits(id, n, here)
	f.engine.Holds("s", desktest.File{Err: errors.New("down")})
	f.engine.Sends(maria().Chat, "document", "", bot.Media{Name: "b.pdf", Ref: []byte("s")})
	n = f.engine.Case(maria().Chat).Last
	for range fetchTries {
		f.clock.add(2 * time.Hour)
		f.engine.Files(maria().Chat, bot.EntryBot, "…")
	}
	for try := 0; ; try++ {
		e, err := f.db.Entry(context.Background(), id, n)
		if err != nil {
			t.Fatal(err)
		}
		if e.Got.Gone {
			if e.Got.Reason != goneTries {
				t.Errorf("after all tries: %+v", e.Got)
			}
			return
		}
		f.clock.add(2 * time.Hour)
		changed := f.db.Changed()
		f.engine.Files(maria().Chat, bot.EntryBot, "…")
		<-changed
		if try > 10000 {
			t.Fatal("it is tried for ever")
		}
	}
}

func TestVoiceForOtherBrowsers(t *testing.T) {
	f := newFixture(t)
	id := f.opens()
	ana := f.signedIn("ana")
	ogg, _ := os.ReadFile("testdata/voice.ogg")
	f.engine.Holds("v", desktest.File{Data: ogg})
	f.engine.Sends(maria().Chat, "voice", "", bot.Media{Type: "audio/ogg", Seconds: 1, Ref: []byte("v")})
	got := f.awaits(id, f.engine.Case(maria().Chat).Last, here)
	whole := ana.page("/mesa/archivos/" + got.Blob + "?as=wav")
	if whole.status != 200 || whole.header.Get("Content-Type") != "audio/wav" || !strings.HasPrefix(whole.body, "RIFF") {
		t.Errorf("%d %s", whole.status, whole.header)
	}
	for path, all := range map[string]string{got.Blob + "?as=wav": whole.body, got.Blob: string(ogg)} {
		r, _ := http.NewRequest("GET", f.url+"/mesa/archivos/"+path, nil)
		r.Header.Set("Range", "bytes=4-19")
		resp, err := ana.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		part, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != 206 || string(part) != all[4:20] {
			t.Errorf("%s: %d %q", path, resp.StatusCode, part)
		}
	}
	page := ana.page(caseURL(id)).body
	if first, second := strings.Index(page, `type="audio/ogg`), strings.Index(page, `type="audio/wav"`); first < 0 || second < first {
		t.Error("the page does not name Ogg, and then WAV")
	}
}

// An agent's file goes as a recipe whose bytes lie in the archive.
func TestUploads(t *testing.T) {
	f := newFixture(t)
	id := f.opens()
	ana := f.signedIn("ana")
	ana.acts(id, "tomar")
	got := ana.uploads(caseURL(id)+"/mensajes", ana.form(id, "text", "Mirá"), "foto <b>.png", photo(t, 80, 60, 6))
	if got.status != 200 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	acts := f.engine.Acts()
	file := acts[len(acts)-1].File
	if file == nil || file.Template != Template || file.Type != "image/jpeg" || len(file.Data) > 0 {
		t.Fatalf("the file: %+v", file)
	}
	first, err := f.desk.Render(context.Background(), maria().Chat, *file)
	again, _ := f.desk.Render(context.Background(), maria().Chat, *file)
	if err != nil || !bytes.Equal(first, again) || bytes.Contains(first, []byte("GPS")) || !bytes.HasPrefix(first, []byte{0xff, 0xd8}) {
		t.Errorf("rendered: %d bytes, %v", len(first), err)
	}
	var final *bot.PermanentFailure
	for _, bad := range []bot.File{{Template: "credential"}, {Template: Template, Args: bot.Of(deskFile{Blob: "nada"})}} {
		if _, err := f.desk.Render(context.Background(), maria().Chat, bad); !errors.As(err, &final) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	if got := ana.uploads(caseURL(id)+"/mensajes", ana.form(id), "grande.png", hugePNG()); got.status != 422 || got.why() != "pixels" {
		t.Errorf("a huge picture: %d %s", got.status, got.body)
	}
	beto := f.signedIn("beto")
	if got := beto.uploads(caseURL(id)+"/mensajes", beto.form(id), "x.txt", []byte("hola")); got.status != 403 || got.why() != "not_owner" {
		t.Errorf("another's file: %d %s", got.status, got.body)
	}
	page := ana.page(caseURL(id)).body
	if !strings.Contains(page, `src="/mesa/archivos/`) || strings.Contains(page, "<b>.jpg") {
		t.Error("the page does not show it, or shows its name as markup")
	}
}
