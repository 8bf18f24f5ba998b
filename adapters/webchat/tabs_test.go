package webchat

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"llave/adapters/webchat/webchattest"
	"llave/bot"
)

// tabs opens pages of one browser.
func (s *screen) tabs(n int) []*screen {
	s.t.Helper()
	all := []*screen{s}
	for range n - 1 {
		x := &screen{s.Another(phone()), s.fixture, s.t}
		x.opens()
		all = append(all, x)
	}
	return all
}

// Eight tabs that are all to be seen, over HTTP/1.1, which gives a site six connections: one holds the stream, and all
// show the same. When it closes, another goes on.
func TestManyTabs(t *testing.T) {
	t.Parallel()
	s, m := newMiddle(t, phone())
	s.opens()
	all := s.tabs(8)
	s.streams(1)
	chat := all[5].writes("desde la sexta")
	for n := range 5 {
		s.says(chat, fmt.Sprint(n), bot.Reply{Text: fmt.Sprint("respuesta ", n)})
	}
	said := "[...document.querySelectorAll('#mensajes .dicho')].map(e => e.textContent).join()"
	want := "desde la sexta,respuesta 0,respuesta 1,respuesta 2,respuesta 3,respuesta 4"
	for n, x := range all {
		x.WaitsFor("respuesta 4")
		if got := x.String(said); got != want {
			t.Errorf("tab %d shows %q", n, got)
		}
	}
	if n := m.streams.Load(); n > 3 {
		t.Errorf("%d streams were opened", n)
	}
	for round := range 3 { // the leader is one of those that close
		all[0].Goes("about:blank")
		all = all[1:]
		s.says(chat, fmt.Sprint("x", round), bot.Reply{Text: fmt.Sprint("sigue ", round)})
		for _, x := range all {
			x.WaitsFor(fmt.Sprint("sigue ", round))
		}
		s.streams(1) // another one took over
	}
	for n, x := range all {
		if at := x.String("document.getElementById('estado').textContent"); at != "" {
			t.Errorf("tab %d says %q", n, at)
		}
	}
}

// A tab that leads and hangs is not waited for. When it comes to itself it shows everything, and one leads.
func TestATabThatHangs(t *testing.T) {
	t.Parallel()
	s, m := newMiddle(t, phone())
	s.opens()
	s.streams(1)
	all := s.tabs(2)
	chat := all[1].writes("hola")
	s.WaitsFor("hola")
	s.Waits("setTimeout(() => { const end = Date.now() + 20000; while (Date.now() < end); }, 0)")
	begin := time.Now()
	s.says(chat, "1", bot.Reply{Text: "acá"})
	all[1].WaitsFor("acá")
	if time.Since(begin) > 18*time.Second && m.streams.Load() < 2 { // it came when the tab had come to itself, and nobody took over
		t.Error("it waits for a tab that hangs")
	}
	s.WaitsFor("acá")
	s.streams(1)
	s.says(chat, "2", bot.Reply{Text: "y acá"})
	for _, x := range all {
		x.WaitsFor("y acá")
	}
}

// Tabs that cannot talk to one another hold nothing, so that all have a connection when they need one.
func TestManyTabsWithoutAChannel(t *testing.T) {
	t.Parallel()
	s, m := newMiddle(t, phone())
	s.Injects("delete window.BroadcastChannel")
	s.opens()
	all := []*screen{s}
	for range 7 {
		x := &screen{s.Another(phone()), s.fixture, t}
		x.Injects("delete window.BroadcastChannel")
		x.opens()
		all = append(all, x)
	}
	chat := all[7].writes("hola")
	s.says(chat, "1", bot.Reply{Text: "acá"})
	for _, x := range all {
		x.WaitsFor("acá")
	}
	if m.streams.Load() > 0 || s.web.hub.open() > 0 {
		t.Errorf("%d streams were opened, %d pages wait", m.streams.Load(), s.web.hub.open())
	}
}

// What is unlinked goes from every page, at once and after a reload, with its files.
func TestUnlinkedOnAllPages(t *testing.T) {
	t.Parallel()
	s, m := newMiddle(t, phone())
	s.opens()
	all := s.tabs(3)
	chat := s.writes("token de juana")
	s.shows(chat, "1", "Token de Juana: 482 913")
	s.says(chat, "2", bot.Reply{Text: "La hoja de Juana", File: &bot.File{Name: "hoja.pdf", Type: "application/pdf", Data: []byte{1}}})
	for _, x := range all {
		x.WaitsFor("La hoja de Juana")
	}
	file := s.String("document.querySelector('a[download]').href")
	s.writes("desvincular")
	s.forgets(chat, "3")
	s.says(chat, "4", bot.Reply{Text: "Listo"})
	left := "[...document.querySelectorAll('#mensajes .dicho')].map(e => e.textContent).join()"
	for n, x := range append(all, all...) {
		x.WaitsFor("Listo")
		if got := x.String(left); got != "desvincular,Listo" {
			t.Errorf("page %d shows %q", n, got)
		}
		if html := x.String("document.documentElement.outerHTML"); strings.Contains(html, "482913") || strings.Contains(html, "Juana") {
			t.Errorf("page %d still holds it", n)
		}
		if got := x.Number("fetch('" + file + "').then(r => r.status)"); got != 404 {
			t.Errorf("its file: %d", got)
		}
		x.opens()
	}
	if m.polls.Load() == 0 {
		t.Error("nobody asks")
	}
}

// A tab that is not looked at gives way to one that is, and shows everything when it is looked at again.
func TestHiddenTabs(t *testing.T) {
	t.Parallel()
	s, _ := newMiddle(t, webchattest.Look{Width: 360, Height: 640, Phone: true})
	s.opens()
	s.streams(1)
	hide := func(x *screen, hidden bool) {
		x.Waits(fmt.Sprintf("(Object.defineProperty(document, 'hidden', { value: %v, configurable: true }), document.dispatchEvent(new Event('visibilitychange')), true)", hidden))
	}
	second := s.tabs(2)[1]
	hide(s, true)
	chat := second.writes("hola")
	s.says(chat, "1", bot.Reply{Text: "acá"})
	second.WaitsFor("acá")
	s.Goes("about:blank")
	s.says(chat, "2", bot.Reply{Text: "y acá"})
	second.WaitsFor("y acá")
	hide(second, true)
	s.opens()
	s.WaitsFor("y acá")
	s.says(chat, "3", bot.Reply{Text: "y más acá"})
	s.WaitsFor("y más acá")
	hide(second, false)
	second.WaitsFor("y más acá")
	s.streams(1)
}
