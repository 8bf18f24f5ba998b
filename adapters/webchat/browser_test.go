package webchat

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"llave/adapters/webchat/webchattest"
	"llave/bot"
)

// screen is a real browser on the page of a fixture whose bot says what the test wants.
type screen struct {
	*webchattest.Tab
	*fixture
	t *testing.T
}

func phone() webchattest.Look { return webchattest.Look{Width: 320, Height: 640, Phone: true} }

func newScreen(t *testing.T, l webchattest.Look) *screen {
	t.Helper()
	tab := webchattest.New(t, l)
	s := &screen{tab, newFixture(t), t}
	s.opens()
	return s
}

func (s *screen) opens() {
	s.t.Helper()
	s.Goes(s.srv.URL + "/")
	s.Waits("document.getElementById('rollo').getAttribute('aria-live') === 'polite' && !document.getElementById('escribir').hidden")
}

// writes says something, and returns the chat that it was said in.
func (s *screen) writes(words string) bot.ChatID {
	s.t.Helper()
	s.Fills("#texto", words+"\r")
	s.Waits("[...document.querySelectorAll('.mio')].length && !document.querySelector('.pendiente, .enviado')")
	got := s.bot.updates()
	return got[len(got)-1].Chat
}

func (s *screen) audit(where string) {
	s.t.Helper()
	axe, err := os.ReadFile("testdata/axe.min.js")
	if err != nil {
		s.t.Fatal(err)
	}
	s.Fits(where)
	for _, line := range s.Audit(where, axe) {
		s.t.Error(line)
	}
}

func TestEverythingOnAPage(t *testing.T) {
	t.Parallel()
	for _, l := range []webchattest.Look{phone(), {Width: 320, Height: 640, Phone: true, Dark: true}, {Width: 1280, Height: 800, Dark: true}} {
		t.Run(fmt.Sprint(l.Width, l.Dark), func(t *testing.T) {
			s := newScreen(t, l)
			chat := s.writes("hola")
			soon := s.clock.now().Add(time.Hour)
			s.says(chat, "1", bot.Reply{Kind: bot.Show, Text: "Token de Juana: 482 913\nEscribí *menú*.", Copy: "482913", Expires: soon})
			s.says(chat, "2", bot.Reply{Kind: bot.Secret, Text: "Tres pasos:\n\n1. Abrí https://autogestion.ioma.example/vincular/" + strings.Repeat("x", 60) + "\n2. Entrá: *menú*.\n3. Listo.\n\nNo es para nadie más.\n• Uno\n• Dos", Expires: soon})
			s.says(chat, "3", bot.Reply{Kind: bot.Show, Text: "La credencial:", Expires: soon, File: &bot.File{Name: "c.png", Type: "image/png", Alt: "Credencial de Juana", Data: somePNG()}})
			s.says(chat, "4", bot.Reply{Text: strings.Repeat("larguísimo", 40), File: &bot.File{Name: "hoja de tokens preimpresos de noviembre.pdf", Type: "application/pdf", Alt: "Hoja de noviembre", Data: make([]byte, 3000)}})
			s.says(chat, "5", bot.Reply{Kind: bot.Ask, Text: "¿Quién?", Question: "q", Choices: []bot.Option{{Text: "María Elena Gómez de los Santos Lugares", Value: "1"}, {Text: "Otra", Value: "2"}}})
			s.Waits("document.querySelectorAll('#mensajes .opciones button').length === 2 && [...document.images].every(i => i.complete && i.naturalWidth === 40) && !document.querySelector('.recien')")
			s.audit("everything")
			for js, want := range map[string]string{
				"document.querySelector('.cifras [aria-hidden]').textContent":                                  "482 913",
				"document.querySelector('.cifras .oculto').textContent":                                        "4 8 2 9 1 3",
				"document.querySelector('.tipeable').textContent":                                              "menú",
				"[...document.querySelectorAll('.dicho ol > li')].map(l => l.value + l.textContent).join('|')": "1Abrí Entrar a Autogestiónautogestion.ioma.example|2Entrá: menú.|3Listo.",
				"[...document.querySelectorAll('.dicho ul > li')].map(l => l.textContent).slice(-2).join('|')": "Uno|Dos",
				"document.querySelector('img').alt":                                                            "Credencial de Juana",
				"document.querySelector('a[download]').textContent":                                            "Descargar (PDF, 3 kB): Hoja de noviembre",
				"document.querySelector('#mensajes .opciones').getAttribute('aria-label')":                     "Respuestas posibles",
				"document.querySelector('a.enlace').textContent + document.querySelector('a.enlace').target":   "Entrar a Autogestiónautogestion.ioma.example",
				"document.querySelector('img').parentElement.target":                                           "_blank",
				"getComputedStyle(document.querySelector('img')).width":                                        "40px",
				"[...document.querySelectorAll('.opciones:last-of-type button')].length + ''":                  "2",
				"document.querySelector('#mensajes .globo .oculto').textContent":                               "Vos:",
				"document.getElementById('rollo').getAttribute('role') + document.documentElement.lang":        "loges-AR",
			} {
				if got := s.String(js); got != want {
					t.Errorf("%s is %q, want %q", js, got, want)
				}
			}
			small := s.String(`[...document.querySelectorAll('button, a, summary, textarea')].filter(e => e.checkVisibility() && !e.matches('.saltar')).filter(e => { const r = e.getBoundingClientRect(), i = e.querySelector('img'); least = e.matches('.dicho .tipeable, .dicho .tel') ? 32 : 44; return !i && (r.width < least || r.height < least) }).map(e => e.outerHTML.slice(0, 90)).join('\n')`)
			if small != "" {
				t.Errorf("too small to be hit: %s", small)
			}
		})
	}
}

// Neither the bot's words nor a person's ever become markup or leave the site.
func TestWordsStayWords(t *testing.T) {
	t.Parallel()
	s := newScreen(t, phone())
	evil := `<img src=x onerror="window.hit=1"><script>window.hit=1</script> javascript:alert(1) *<b>x</b>* https://a.example/"onmouseover="window.hit=1`
	chat := s.writes(evil)
	s.says(chat, "1", bot.Reply{Kind: bot.Ask, Text: evil, Copy: evil, Question: "q", Choices: []bot.Option{{Text: evil, Value: "1"}}})
	s.WaitsFor("a.example")
	s.Waits("document.querySelector('#mensajes .opciones button')")
	if s.True("window.hit || document.querySelector('#mensajes img, #mensajes script, #mensajes b')") {
		t.Errorf("words became markup: %s", s.String("document.getElementById('mensajes').innerHTML"))
	}
	if got := s.String("document.querySelector('.mio .dicho').textContent"); got != evil {
		t.Errorf("what was said is shown as %q", got)
	}
	if s.True("[...document.querySelectorAll('#mensajes a')].some(a => !/^https?:/.test(a.href))") {
		t.Error("there is a link that is none")
	}
}

func TestChoicesOnThePage(t *testing.T) {
	t.Parallel()
	s := newScreen(t, webchattest.Look{Width: 800, Height: 600})
	chat := s.writes("hola")
	ask := func(n string) {
		s.says(chat, n, bot.Reply{Kind: bot.Ask, Text: "¿Sí? " + n, Question: "q" + n, Choices: []bot.Option{{Text: "Sí " + n, Value: "yes"}}})
		s.WaitsFor("¿Sí? " + n)
	}
	offered := "[...document.querySelectorAll('.opciones button')].filter(b => b.checkVisibility()).map(b => b.textContent).join()"
	ask("1")
	ask("2")
	if got := s.String(offered); got != "Sí 2" {
		t.Errorf("offered: %s", got)
	}
	s.Clicks("#mensajes .opciones button")
	s.Waits("[...document.querySelectorAll('.mio')].length === 2 && !document.querySelector('.pendiente, .enviado')")
	if got := s.String(offered); got != "" {
		t.Errorf("offered after an answer: %s", got)
	}
	if u := s.bot.updates()[1]; u.Kind != bot.Pressed || u.Choice != (bot.Choice{Question: "q2", Value: "yes"}) {
		t.Errorf("the bot is told %+v", u)
	}
	s.opens()
	s.WaitsFor("¿Sí? 2")
	if got := s.String(offered); got != "" {
		t.Errorf("offered after a reload: %s", got)
	}
}

// What expires, expires on an open page too, whatever hour the phone thinks it is.
func TestItExpiresOnAnOpenPage(t *testing.T) {
	t.Parallel()
	s := newScreen(t, phone())
	chat := s.writes("token")
	s.says(chat, "1", bot.Reply{Kind: bot.Show, Text: "Token: 482 913", Copy: "482913", Expires: s.clock.now().Add(1500 * time.Millisecond)})
	s.WaitsFor("482 913")
	s.Waits("!document.getElementById('mensajes').textContent.includes('482')")
	s.Waits("document.querySelector('.vencido')?.textContent.includes('Venció') && !document.querySelector('.copiar')")
}

func TestForgetOnThePage(t *testing.T) {
	t.Parallel()
	s := newScreen(t, phone())
	first := s.writes("hola")
	second := &screen{s.Another(phone()), s.fixture, t}
	second.opens()
	second.WaitsFor("hola")
	s.Clicks("#menu")
	s.Waits("!document.querySelector('#menu-lista .recien')")
	s.audit("the menu")
	s.Clicks("#borrar")
	s.Waits("document.querySelector('dialog[open]')")
	s.audit("the question")
	if !s.True("document.activeElement.value === 'no'") {
		t.Error("the focus is not on the harmless button")
	}
	s.Types("\r")
	s.Waits("!document.querySelector('dialog[open]') && document.activeElement.id === 'menu'")
	s.Clicks("#menu")
	s.Clicks("#borrar")
	s.Clicks("dialog button[value=si]")
	s.Waits("!document.querySelector('#mensajes .globo') && !document.getElementById('sugerencias').hidden")
	s.Waits("document.getElementById('estado').textContent.includes('se borró')")
	second.Waits("!document.querySelector('#mensajes .globo')")
	if next := s.writes("otra vez"); next == first {
		t.Error("it goes on in the old chat")
	}
	second.WaitsFor("otra vez") // both pages have found the same new chat
	if got := s.bot.updates()[1]; got.Kind != bot.Gone {
		t.Errorf("the bot is told %+v", got)
	}
}

// Two pages were given a cookie each, and the browser kept one: the other page comes over to that chat.
func TestAnotherPageHasAnotherChat(t *testing.T) {
	t.Parallel()
	s := newScreen(t, phone())
	old := s.writes("uno")
	if err := s.LoseCookies(); err != nil {
		t.Fatal(err)
	}
	second := &screen{s.Another(phone()), s.fixture, t}
	second.opens()
	s.Fills("#texto", "dos\r")
	second.WaitsFor("dos")
	s.Waits("[...document.querySelectorAll('.mio .dicho')].map(e => e.textContent).join() === 'dos'")
	chat := s.bot.updates()[1].Chat
	s.says(chat, "1", bot.Reply{Text: "acá"})
	s.WaitsFor("acá")
	second.WaitsFor("acá")
	if chat == old {
		t.Error("the cookie was not lost")
	}
}

// gate is a server that takes messages and loses its answers while it is shut.
type gate struct {
	http.Handler
	mu   sync.Mutex
	shut bool
	lost int
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	shut := g.shut && r.Method == http.MethodPost
	g.mu.Unlock()
	if !shut {
		g.Handler.ServeHTTP(w, r)
		return
	}
	g.Handler.ServeHTTP(httptest.NewRecorder(), r)
	g.mu.Lock()
	g.lost++
	g.mu.Unlock()
	panic(http.ErrAbortHandler)
}

func (g *gate) losses() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.lost
}

func (g *gate) set(shut bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = shut
}

// An answer is lost: the page says it again, and it is said once.
func TestALostAnswer(t *testing.T) {
	t.Parallel()
	tab := webchattest.New(t, phone())
	w := newFixture(t)
	g := &gate{Handler: w.web.Handler(w.bot), shut: true}
	w.srv.Config.Handler = g
	s := &screen{tab, w, t}
	s.opens()
	s.Fills("#texto", "uno\r")
	s.Fills("#texto", "dos\r")
	s.Waits("document.querySelectorAll('.mio').length === 2")
	g.set(false)
	s.Waits("!document.querySelector('.pendiente, .enviado') && document.querySelectorAll('.mio').length === 2")
	if got := s.bot.updates(); len(got) != 2 || got[0].Text != "uno" || got[1].Text != "dos" || g.losses() == 0 {
		t.Errorf("the bot is told %+v, %d answers were lost", got, g.losses())
	}
	s.opens()
	s.Waits("document.querySelectorAll('.mio').length === 2")
}

// What was not sent outlives a reload, and what is refused is said to be.
func TestUnsent(t *testing.T) {
	t.Parallel()
	s := newScreen(t, phone())
	s.bot.does(func(bot.Update) error { return bot.ErrStopped })
	s.Fills("#texto", "uno\r")
	s.Waits("document.querySelector('.pendiente')")
	s.opens()
	s.Waits("document.querySelector('.pendiente .dicho')?.textContent === 'uno'")
	s.bot.does(nil)
	s.Waits("document.querySelectorAll('.mio').length === 1 && !document.querySelector('.pendiente, .enviado')")
	if got := s.bot.updates(); len(got) != 1 {
		t.Errorf("the bot is told %+v", got)
	}
	chat := s.bot.updates()[0].Chat
	s.says(chat, "1", bot.Reply{Kind: bot.Ask, Text: "¿Sí?", Question: "q", Choices: []bot.Option{{Text: "Sí", Value: "yes"}}})
	s.Waits("document.querySelector('#mensajes .opciones button')")
	if _, err := s.web.sqlite().Writer.Exec("DELETE FROM entry"); err != nil {
		t.Fatal(err)
	}
	s.Clicks("#mensajes .opciones button")
	s.Waits("document.querySelector('.rechazado .fallo')?.textContent.startsWith('Ese botón')")
	if s.writes("dos") != chat {
		t.Error("it does not go on")
	}
}

func TestLinksIntoThePage(t *testing.T) {
	t.Parallel()
	s := newScreen(t, phone())
	for n, c := range []struct{ at, text, shown string }{
		{"/#codigo=QMTM-MYZF", "QMTM-MYZF", "Volví de Autogestión"},
		{"/?start=token", "token", "token"},
		{"/#start=token", "token", "token"},
	} {
		s.Goes("about:blank")
		s.Goes(s.srv.URL + c.at)
		s.Waits(fmt.Sprintf("document.querySelectorAll('.mio').length === %d && !document.querySelector('.pendiente, .enviado')", n+1))
		u := s.bot.updates()
		if len(u) != n+1 || u[n].Kind != bot.Started || u[n].Text != c.text {
			t.Errorf("%s: the bot is told %+v", c.at, u)
		}
		if got := s.String("[...document.querySelectorAll('.mio .dicho')].pop().textContent + location.href.slice(location.origin.length)"); got != c.shown+"/" {
			t.Errorf("%s: the page shows %q", c.at, got)
		}
	}
	s.opens()
	if n := len(s.bot.updates()); n != 3 {
		t.Errorf("a reload says it again: %d", n)
	}
}

func TestWriting(t *testing.T) {
	t.Parallel()
	s := newScreen(t, webchattest.Look{Width: 800, Height: 600})
	s.Fills("#texto", "uno")
	s.Waits("document.getElementById('texto').setRangeText('\\ndos', 3, 3, 'end') ?? true")
	s.Types("\r")
	s.Waits("document.querySelector('.mio .dicho')?.textContent === 'uno\\ndos'")
	if !s.True("document.activeElement.id === 'texto' && document.getElementById('texto').value === ''") {
		t.Error("the focus is lost after sending")
	}
	s.Types("  \r")
	s.Waits("(document.getElementById('texto').value = 'x'.repeat(950), document.getElementById('texto').dispatchEvent(new Event('input')))")
	if got := s.String("document.getElementById('quedan').textContent"); got != "Quedan 50 letras" {
		t.Errorf("near the end it says %q", got)
	}
	s.Clicks("#enviar")
	s.Waits("document.querySelectorAll('.mio').length === 2 && document.activeElement.id === 'texto'")
	if n := len(s.bot.updates()); n > 2 {
		t.Errorf("white space was sent")
	}
}

func TestTypingAndMotion(t *testing.T) {
	t.Parallel()
	for _, motion := range []bool{false, true} {
		s := newScreen(t, webchattest.Look{Width: 360, Height: 640, Motion: motion})
		chat := s.writes("hola")
		s.Waits("!document.getElementById('escribiendo').hidden")
		if moves := s.Number("document.getAnimations().filter(a => a.playState === 'running').length") > 0; moves != motion {
			t.Errorf("motion is wanted: %v; something moves: %v", motion, moves)
		}
		s.says(chat, "1", bot.Reply{Text: "acá"})
		s.WaitsFor("acá")
		s.Waits("document.getElementById('escribiendo').hidden")
	}
}

// Who reads what was said before is not torn away from it.
func TestScrolling(t *testing.T) {
	t.Parallel()
	s := newScreen(t, phone())
	chat := s.writes("hola")
	for n := range 30 {
		s.says(chat, fmt.Sprint(n), bot.Reply{Text: fmt.Sprint("línea ", n)})
	}
	s.WaitsFor("línea 29")
	at := "document.getElementById('rollo').scrollTop"
	s.Waits(at + " + document.getElementById('rollo').clientHeight > document.getElementById('rollo').scrollHeight - 80")
	s.Waits("(document.getElementById('rollo').scrollTop = 100) && document.getElementById('rollo').scrollTop === 100")
	s.Waits("new Promise(go => setTimeout(() => go(true), 100))")
	s.says(chat, "new", bot.Reply{Text: "la nueva"})
	s.WaitsFor("la nueva")
	if s.Number(at) != 100 {
		t.Error("the page scrolls away from what is being read")
	}
	s.Clicks("#nuevos")
	s.Waits(at + " > 500 && document.getElementById('nuevos').hidden")
	s.says(chat, "long", bot.Reply{Kind: bot.Show, Text: "Token: 482 913\n" + strings.Repeat("y además\n", 40), Expires: s.clock.now().Add(time.Hour)})
	s.WaitsFor("482 913")
	s.Waits("(r => r.top > 0 && r.bottom < innerHeight)(document.querySelector('.cifras').getBoundingClientRect())")
}

// A window of 1280 by 1024 at 400 %: nothing is cut off, and what was said is not squeezed between head and foot.
func TestZoomed(t *testing.T) {
	t.Parallel()
	s := newScreen(t, webchattest.Look{Width: 320, Height: 256, Scale: 4})
	chat := s.writes("hola")
	s.says(chat, "1", bot.Reply{Kind: bot.Show, Text: "Token: 482 913\n" + strings.Repeat("y además ", 40), Expires: s.clock.now().Add(time.Hour)})
	s.WaitsFor("482 913")
	s.audit("zoomed")
	if h := s.Number("Math.round(document.getElementById('rollo').getBoundingClientRect().height)"); h < 400 {
		t.Errorf("there are %d pixels for what was said", h)
	}
	s.Waits("(r => r.top >= 0 && r.bottom <= innerHeight)(document.querySelector('.cifras').getBoundingClientRect())")
}
