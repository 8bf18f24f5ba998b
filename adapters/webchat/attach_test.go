package webchat

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"llave/adapters/webchat/webchattest"
	"llave/bot"
)

// onDisk writes a file to be attached.
func onDisk(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const (
	chip     = "document.getElementById('adjunto')"
	chipName = "document.getElementById('adjunto-nombre').textContent"
	fault    = "document.getElementById('adjunto-error').textContent"
	settled  = "!document.querySelector('.pendiente, .enviado') && " + chip + ".hidden"
)

// told waits for the nth message and returns it.
func (s *screen) told(n int) bot.Update {
	s.t.Helper()
	s.Waits(fmt.Sprintf("document.querySelectorAll('.mio').length === %d && %s", n, settled))
	got := s.bot.updates()
	if len(got) != n {
		s.t.Fatalf("the bot is told %+v, want %d messages", got, n)
	}
	return got[n-1]
}

// A file is attached by the button, by pasting and by dropping; it waits to be sent, with words or without, and can be taken away.
func TestAttaching(t *testing.T) {
	t.Parallel()
	for _, l := range []webchattest.Look{phone(), {Width: 320, Height: 640, Dark: true}, {Width: 1280, Height: 800}} {
		t.Run(fmt.Sprint(l.Width, l.Phone, l.Dark), func(t *testing.T) {
			s := newScreen(t, l)
			photo := onDisk(t, "la receta de la abuela, que tiene un nombre larguísimo y sin espaciosespaciosespaciosespacios.jpg", jpg(300<<10))
			s.Chooses("#adjuntar", photo)
			s.Waits("!" + chip + ".hidden")
			if got := s.String(chipName); !strings.HasPrefix(got, "la receta de la abuela") || !strings.HasSuffix(got, "(300 kB)") || len([]rune(got)) > 75 {
				t.Errorf("it is called %q", got)
			}
			if n := len(s.bot.updates()); n != 0 || !s.True("document.activeElement.id === 'texto'") {
				t.Errorf("sent before the person said so: %d; the focus is on %s", n, s.String("document.activeElement.id"))
			}
			s.audit("a file to be sent")
			s.Clicks("#sacar")
			s.Waits(chip + ".hidden && document.activeElement.id === 'texto'")
			s.Chooses("#adjuntar", photo) // the same again
			s.Waits("!" + chip + ".hidden")
			s.Fills("#texto", "mirá\r")
			if u := s.told(1); u.Kind != bot.Message || u.Text != "mirá" || u.Subtype != "photo" || u.Media == nil || u.Media.Size != 300<<10 {
				t.Errorf("the bot is told %+v", u)
			}
			s.Pastes("captura.png", "image/png", 5000)
			s.Waits(chipName + " === 'captura.png (5 kB)'")
			s.Types("\r")
			if u := s.told(2); u.Kind != bot.Other || u.Media == nil || u.Media.Name != "captura.png" || u.Text != "" {
				t.Errorf("the bot is told %+v", u)
			}
			s.Drops(s.Middle("#rollo"), onDisk(t, "orden.pdf", []byte("%PDF-1.7 orden")), photo)
			s.Waits(chipName + " === 'orden.pdf (1 kB)' && document.getElementById('soltar').hidden")
			if got := s.String(fault); !strings.Contains(got, "de a uno") {
				t.Errorf("of two files one is left out: %q", got)
			}
			s.Clicks("#enviar")
			if u := s.told(3); u.Subtype != "document" || u.Media.Type != "application/pdf" {
				t.Errorf("the bot is told %+v", u)
			}
			s.audit("files that were sent")
			want := "Adjunto: captura.png (5 kB)"
			if got := s.String("document.querySelectorAll('.mio .dicho')[1].textContent"); got != want {
				t.Errorf("shown as %q", got)
			}
			s.opens()
			s.Waits("document.querySelectorAll('.mio').length === 3")
			if got := s.String("document.querySelectorAll('.mio .dicho')[1].textContent + location.pathname"); got != want+"/" {
				t.Errorf("after a reload shown as %q", got)
			}
			if got := s.String("document.querySelector('.mio .dicho').textContent"); !strings.HasSuffix(got, "kB)mirá") {
				t.Errorf("with words shown as %q", got)
			}
		})
	}
}

// What cannot be sent is refused in words, by the page already or by the server, and what was typed stays.
func TestAttachingWhatIsNotTaken(t *testing.T) {
	t.Parallel()
	s := newScreen(t, phone())
	for _, c := range []struct {
		name, kind string
		bytes      int
		want       string
	}{
		{"grande.png", "image/png", uploadMax + 1, "El archivo pesa 10,0 MB y el máximo son 10 MB. Elegí uno más chico."},
		{"peli.mp4", "video/mp4", 10, "Ese archivo no se puede mandar. Elegí una foto (JPG o PNG), un PDF o un audio."},
		{"vacio.png", "image/png", 0, "Ese archivo está vacío."},
	} {
		s.Fills("#texto", "x")
		s.Pastes(c.name, c.kind, c.bytes)
		s.Waits(fault + " !== ''")
		if got := s.String(fault); got != c.want || !s.True(chip+".hidden") {
			t.Errorf("%s: %q", c.name, got)
		}
	}
	s.audit("a file that is refused")
	if got := s.String("document.getElementById('texto').value"); got != "xxx" {
		t.Errorf("what was typed is %q", got)
	}
	s.Pastes("captura.png", "image/png", 10)
	s.Waits(fault + " === '' && !" + chip + ".hidden")
	s.Clicks("#sacar")
	s.Drops(s.Middle("#rollo"), onDisk(t, "foto.jpg", []byte("<html>no es una foto")))
	s.Waits("!" + chip + ".hidden")
	s.Clicks("#enviar")
	s.Waits("document.querySelector('.rechazado .fallo')?.textContent.startsWith('Ese archivo no lo podemos recibir')")
	s.audit("a file that the server refuses")
	s.writes("sigue andando")
	chat := s.bot.updates()[0].Chat
	for n := range hourOfChat {
		(&person{fixture: s.fixture}).uploadsTo(s, chat, n)
	}
	s.Pastes("captura.png", "image/png", 10)
	s.Clicks("#enviar")
	s.Waits("[...document.querySelectorAll('.rechazado .fallo')].pop()?.textContent.startsWith('Mandaste muchos archivos')")
}

// uploadsTo fills a chat's hour.
func (*person) uploadsTo(s *screen, chat bot.ChatID, n int) {
	s.t.Helper()
	at := s.web.keys.name(chat)
	u, err := newUpload(s.t.Context(), s.web.history, s.web.keys, at, name{byte(n)})
	if err == nil {
		_, err = u.finish(s.t.Context(), name{byte(n)}, id(500+n))
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// slowGate lets the first part of a file through, and the rest when it is opened. A shut one drops what comes.
type slowGate struct {
	http.Handler
	mu   sync.Mutex
	open chan bool
	drop bool
}

func (g *slowGate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	open, drop := g.open, g.drop
	g.mu.Unlock()
	if r.URL.Path == "/chat/files" {
		if drop {
			io.CopyN(io.Discard, r.Body, 1000)
			g.Handler.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		}
		select {
		case <-open:
		case <-r.Context().Done():
		}
	}
	g.Handler.ServeHTTP(w, r)
}

func (g *slowGate) set(drop bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.drop = drop
}

// A slow file says how far it is and holds up no word; one whose connection breaks is sent again; one that was still waiting when the
// page was loaded anew is said to be lost.
func TestASlowFile(t *testing.T) {
	t.Parallel()
	tab := webchattest.New(t, phone())
	w := newFixture(t)
	g := &slowGate{Handler: w.web.Handler(w.bot), open: make(chan bool)}
	w.srv.Config.Handler = g
	s := &screen{tab, w, t}
	s.opens()
	s.Pastes("captura.png", "image/png", 2<<20)
	s.Clicks("#enviar")
	s.Waits("document.querySelector('.pendiente progress')")
	s.audit("a file on its way")
	s.Fills("#texto", "token\r")
	s.Waits("[...document.querySelectorAll('.mio:not(.pendiente) .dicho')].some(e => e.textContent === 'token')")
	if u := w.bot.updates(); len(u) != 1 || u[0].Text != "token" {
		t.Errorf("the bot is told %+v", u)
	}
	close(g.open)
	if u := s.told(2); u.Media == nil || u.Media.Size != 2<<20 {
		t.Errorf("the bot is told %+v", u)
	}
	g.set(true)
	s.Pastes("captura.png", "image/png", 1<<20)
	s.Clicks("#enviar")
	s.Waits("document.getElementById('estado').textContent.includes('Sin conexión')")
	g.set(false)
	s.Waits("document.querySelectorAll('.mio').length === 3 && " + settled)
	g.set(true)
	s.Pastes("otra.png", "image/png", 1<<20)
	s.Clicks("#enviar")
	s.Waits("document.querySelector('.pendiente')")
	s.opens()
	s.Waits("document.querySelector('.rechazado .fallo')?.textContent === 'El archivo no llegó a salir. Adjuntalo de nuevo.'")
	if got := s.String("document.querySelector('.rechazado .dicho').textContent"); got != "Adjunto: otra.png (1,0 MB)" {
		t.Errorf("lost: %q", got)
	}
	if n := len(w.bot.updates()); n != 3 {
		t.Errorf("the bot is told of %d messages", n)
	}
}

// Names and words of files never become markup.
func TestFileNamesStayWords(t *testing.T) {
	t.Parallel()
	s := newScreen(t, phone())
	evil := `<img src=x onerror=window.hit=1>$&.png`
	s.Pastes(evil, "image/png", 100)
	s.Waits("!" + chip + ".hidden")
	if got := s.String(chipName); got != evil+" (1 kB)" {
		t.Errorf("it is called %q", got)
	}
	s.Fills("#texto", evil+"\r")
	u := s.told(1)
	s.says(u.Chat, "1", bot.Reply{Kind: bot.Spoken, From: evil, Text: evil, File: &bot.File{Name: evil, Type: "audio/ogg", Data: []byte("x")}})
	s.Waits("document.querySelector('.de-agente')")
	if s.True("window.hit || document.querySelector('#mensajes img, #mensajes script')") {
		t.Errorf("words became markup: %s", s.String("document.getElementById('mensajes').innerHTML"))
	}
	if got := s.String("document.querySelector('.mio .archivo').textContent"); got != "Adjunto: "+strings.NewReplacer(`"`, "").Replace(evil)+" (1 kB)" {
		t.Errorf("shown as %q", got)
	}
}

// An agent is not to be taken for the bot: their name stands above their words, seen and heard; a notice of the case is neither's. It
// stays so after a reload, and when it is asked for and not streamed.
func TestAnAgentOnThePage(t *testing.T) {
	t.Parallel()
	for _, l := range []webchattest.Look{phone(), {Width: 1280, Height: 800, Dark: true}} {
		s := newScreen(t, l)
		chat := s.writes("hola")
		s.says(chat, "1", bot.Reply{Text: "Soy el bot"})
		s.says(chat, "2", bot.Reply{Kind: bot.Told, Text: "Te atiende *Ana*, de Mesa de Ayuda.", Question: "q", Choices: []bot.Option{{Text: "Estoy en el mostrador", Value: "1"}}})
		s.Waits("document.querySelectorAll('#mensajes .opciones button').length === 1")
		s.audit("a notice")
		s.says(chat, "3", bot.Reply{Kind: bot.Spoken, From: "Ana", Text: "Hola, soy Ana."})
		s.says(chat, "4", bot.Reply{Kind: bot.Spoken, From: "Ana", File: &bot.File{Name: "c.png", Type: "image/png", Alt: "Foto", Data: somePNG()}})
		s.says(chat, "5", bot.Reply{Kind: bot.Spoken, From: "Ana", File: &bot.File{Name: "nota.pdf", Type: "application/pdf", Data: make([]byte, 5<<20)}})
		for range 2 {
			s.Waits("document.querySelectorAll('.de-agente').length === 3 && [...document.images].every(i => i.complete && i.naturalWidth === 40)")
			s.audit("an agent")
			for js, want := range map[string]string{
				"document.querySelector('.de-agente .quien').textContent":                                                  "Ana, de Mesa de Ayuda",
				"document.querySelector('.de-agente').innerText.split('\\n')[0]":                                           "Ana, de Mesa de Ayuda",
				"[...document.querySelectorAll('.de-agente')].map(e => e.querySelectorAll('.oculto').length).join()":       "0,0,1", // of the file
				"document.querySelector('.de-mesa .oculto').textContent":                                                   "Aviso de Mesa de Ayuda:",
				"[...document.querySelectorAll('#mensajes .del-bot .quien')].filter(e => e.checkVisibility()).length + ''": "3",
				"document.querySelector('.de-agente a[download]').textContent":                                             "Descargar (PDF, 5120 kB): nota.pdf",
			} {
				if got := s.String(js); got != want {
					t.Errorf("%s is %q, want %q", js, got, want)
				}
			}
			look := "(e => { const c = getComputedStyle(e.querySelector('.dicho')); return c.backgroundColor + c.borderLeftWidth + c.borderLeftColor })"
			if s.True(look + "(document.querySelector('.de-agente')) === " + look + "(document.querySelector('#mensajes .del-bot:not(.de-agente):not(.de-mesa)'))") {
				t.Error("an agent looks like the bot")
			}
			s.opens()
		}
		a := (&person{fixture: s.fixture}).pollsAs(s, chat)
		if e := a.Entries[3]; e.From != "Ana, de Mesa de Ayuda" || e.Told || !a.Entries[2].Told || a.Entries[1].From != "" {
			t.Errorf("a page that asks is told %+v", a.Entries)
		}
	}
}

// pollsAs is what a page without a stream is told.
func (*person) pollsAs(s *screen, chat bot.ChatID) pollAnswer {
	s.t.Helper()
	a, err := s.web.missed(s.t.Context(), s.web.keys.name(chat), 0)
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

// That an agent writes is shown in every tab, for a moment, and kept nowhere. While an agent has the chat, nothing else claims to be
// writing.
func TestAnAgentWrites(t *testing.T) {
	t.Parallel()
	s := newScreen(t, phone())
	chat := s.writes("hola")
	s.says(chat, "1", bot.Reply{Kind: bot.Spoken, From: "Ana", Text: "Hola"})
	s.WaitsFor("Hola")
	s.writes("y algo más")
	s.Waits("new Promise(go => setTimeout(() => go(true), 900))")
	if !s.True("document.getElementById('escribiendo').hidden") {
		t.Error("the bot seems to write while it may not")
	}
	second := &screen{s.Another(phone()), s.fixture, t}
	second.opens()
	second.WaitsFor("y algo más")
	shown := "!document.getElementById('escribiendo').hidden"
	for _, x := range []*screen{s, second} {
		x.Front()
		if err := s.web.Types(t.Context(), chat); err != nil {
			t.Fatal(err)
		}
		x.Waits(shown)
	}
	s.says(chat, "2", bot.Reply{Kind: bot.Spoken, From: "Ana", Text: "Acá estoy"})
	second.WaitsFor("Acá estoy")
	second.Waits("document.getElementById('escribiendo').hidden")
	if err := s.web.Types(t.Context(), "telegram/1/2"); err == nil {
		t.Error("another channel's chat is shown something")
	}
	if got := s.web.history; got == nil {
		t.Error("no history")
	}
	a := (&person{fixture: s.fixture}).pollsAs(s, chat)
	if len(a.Entries) != 4 || a.Typing {
		t.Errorf("kept: %+v", a)
	}
}
