package desk

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"llave/adapters/desk/archive"
	"llave/adapters/desk/desktest"
	"llave/adapters/webchat/webchattest"
	"llave/bot"
)

// screen is a page of a signed-in agent in a real browser.
type screen struct {
	*webchattest.Tab
	f *fixture
}

func wide() webchattest.Look { return webchattest.Look{Width: 1440, Height: 900} }

// screen opens a browser of its own and signs in.
func (f *fixture) screen(look webchattest.Look, user string) *screen {
	f.t.Helper()
	s := &screen{webchattest.New(f.t, look), f}
	s.Injects("window.faults = []; addEventListener('error', e => faults.push(e.message)); addEventListener('unhandledrejection', e => faults.push(String(e.reason))); addEventListener('securitypolicyviolation', e => faults.push(e.violatedDirective + ' ' + e.blockedURI))")
	s.signsIn(user)
	return s
}

func (s *screen) signsIn(user string) {
	s.Goes(s.f.url + "/mesa/")
	s.Fills("#u", user)
	s.Fills("#c", archive.DemoPassword)
	s.Types("\r")
	s.Waits("document.querySelector('.cuenta-mia')")
}

// Clicks waits until the page is loaded: what is clicked on while it loads may be another element a moment later.
func (s *screen) Clicks(css string) {
	s.f.t.Helper()
	s.Waits("document.readyState === 'complete'")
	s.Tab.Clicks(css)
}

// opensCase goes to a case.
func (s *screen) opensCase(id uint64) { s.Goes(s.f.url + caseURL(id)) }

// says waits until an element's text holds some words.
func (s *screen) shows(css, words string) {
	raw, _ := json.Marshal(words)
	s.Waits(fmt.Sprintf("[...document.querySelectorAll(%q)].some(e => e.checkVisibility() && e.textContent.includes(%s))", css, raw))
}

// sound checks that no script of the page failed, and that the policy was kept.
func (s *screen) sound(t *testing.T) {
	t.Helper()
	if faults := s.String("JSON.stringify(window.faults ?? [])"); faults != "[]" {
		t.Errorf("on the page: %s", faults)
	}
}

// A case from the queue to its end: take, reply, note, and what the affiliate answers, without loading the page.
func TestACaseInTheBrowser(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := f.opens()
	s := f.screen(wide(), "ana")
	s.shows("#filas .quien", "María Elena G.")
	s.Clicks("#filas .fila")
	s.Waits("document.getElementById('tomar')")
	s.Clicks("#tomar button")
	s.Waits("document.getElementById('texto')")
	s.shows(".sis", "Ana tomó el caso")
	s.Fills("#texto", "Hola, soy Ana")
	s.Clicks("#enviar")
	s.shows(".m.mio .g", "Hola, soy Ana")
	s.Waits("document.getElementById('texto').value === ''")
	f.engine.Says(maria().Chat, "Es para Juana")
	s.shows(".m .g", "Es para Juana")
	s.Clicks("#modos .not")
	s.Fills("#nota", "Ojo: es para Juana")
	s.Clicks("#anotar button")
	s.shows(".nota", "Ojo: es para Juana")
	s.shows(".nota", "no la ve María Elena")
	f.engine.Delivers(maria().Chat, 4, bot.DeliveryRead, "")
	s.shows(".m.mio .pie", "Leído")
	f.engine.Delivers(maria().Chat, 4, bot.DeliveryRead, "")
	s.Clicks("[popovertarget=p-cerrar]")
	s.Clicks("#p-cerrar .ops .p")
	s.shows(".caja.lisa", "El caso está cerrado")
	s.Waits("document.querySelectorAll('#filas li').length === 0")
	for _, a := range f.engine.Acts() {
		if strings.Contains(a.Text, "Ojo") {
			t.Error("the note was said")
		}
	}
	if n := len(f.engine.Typed()); n != 1 {
		t.Errorf("that somebody writes was shown %d times", n)
	}
	if c := f.engine.Case(maria().Chat); c.State != bot.CaseClosed || c.ID != id {
		t.Errorf("the case: %+v", c)
	}
	s.sound(t)
}

// The composer and the note are opposite: place, colour, border, sentence, side of the button.
func TestANoteLooksLikeNoReply(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := f.opens()
	f.signedIn("ana").acts(id, "tomar")
	s := f.screen(wide(), "ana")
	s.opensCase(id)
	look := func(box, button string) string {
		return s.String(fmt.Sprintf(`(() => { const b = document.querySelector(%q), c = getComputedStyle(b), k = document.querySelector(%q).getBoundingClientRect(), r = b.getBoundingClientRect();
			return JSON.stringify([c.backgroundColor, c.borderTopStyle, k.left - r.left < r.right - k.right ? 'left' : 'right', b.querySelector('.para').textContent]) })()`, box, button))
	}
	reply := look("#responder .caja", "#enviar")
	s.Clicks("#modos .not")
	s.Waits("document.getElementById('anotar').checkVisibility() && !document.getElementById('responder').checkVisibility()")
	note := look("#anotar .caja", "#anotar button")
	var a, b []string
	_ = json.Unmarshal([]byte(reply), &a)
	_ = json.Unmarshal([]byte(note), &b)
	for i := range a {
		if a[i] == b[i] {
			t.Errorf("both are %q", a[i])
		}
	}
	if left := s.True("document.querySelector('.modos .resp').getBoundingClientRect().left < document.querySelector('.modos .not').getBoundingClientRect().left - 200"); !left {
		t.Error("the tabs lie side by side")
	}
	s.sound(t)
}

// Somebody who wrote meanwhile stops the reply: the text stays, what is new stands beside it, and the main button goes on
// writing.
func TestTheStaleStop(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := f.opens()
	f.signedIn("ana").acts(id, "tomar")
	s := f.screen(wide(), "ana")
	s.Injects("window.EventSource = class { addEventListener() {} }; delete window.BroadcastChannel") // this screen is told nothing
	s.opensCase(id)
	s.Fills("#texto", "Te mando el siguiente")
	f.engine.Says(maria().Chat, "Ya está, me lo tomaron. ¡Gracias!")
	s.Waits("(Date.now = () => 0, true)") // nor does it notice that it is told nothing
	s.Clicks("#enviar")
	s.shows("#alto h2", "No se mandó: María Elena escribió mientras contestabas")
	s.shows("#alto-nuevo .g", "Ya está, me lo tomaron. ¡Gracias!")
	if got := s.String("document.getElementById('texto').value"); got != "Te mando el siguiente" {
		t.Errorf("the text is %q", got)
	}
	s.Clicks("#seguir")
	s.Waits("document.activeElement.id === 'texto' && document.getElementById('alto').hidden")
	if c := f.engine.Case(maria().Chat); !c.DeskTurn {
		t.Error("it was sent")
	}
	s.Clicks("#enviar")
	s.shows(".m.mio .g", "Te mando el siguiente")
	s.sound(t)
}

// Who is beaten to a case is told by whom.
func TestATakeRaceInWords(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := f.opens()
	s := f.screen(wide(), "ana")
	s.Injects("window.EventSource = class { addEventListener() {} }; delete window.BroadcastChannel")
	s.opensCase(id)
	s.Waits("document.getElementById('tomar')")
	f.signedIn("beto").acts(id, "tomar")
	s.Clicks("#tomar button")
	s.shows("#aviso, .caja.lisa", "Beto")
	s.shows(".caja.lisa .para", "Lo tiene Beto: solo Beto le escribe")
	s.sound(t)
}

// A case that goes to another while its owner writes: the words stay to be copied.
func TestWhatWasBeingWrittenStays(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := f.opens()
	f.signedIn("ana").acts(id, "tomar")
	carla := f.signedIn("carla")
	s := f.screen(wide(), "ana")
	s.opensCase(id)
	s.Fills("#texto", "estaba por decirte")
	s.Clicks("#acc [popovertarget=p-pasar]")
	s.Waits("document.activeElement.id === 'pasar-a'")
	s.Fills("#pasar-nota", "seguí vos")
	carla.acts(id, "quitar", "note", "me hago cargo")
	s.Waits("document.querySelector('.rescate textarea')?.value === 'estaba por decirte'")
	s.shows(".nota", "me hago cargo")
	s.shows(".caja.lisa .para", "Lo tiene Carla")
	s.Waits("[...document.querySelectorAll('textarea')].some((at) => at.value === 'seguí vos')")
	s.sound(t)
}

func TestPassingInTheBrowser(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := f.opens()
	f.signedIn("beto")
	f.signedIn("ana").acts(id, "tomar")
	s := f.screen(wide(), "ana")
	s.opensCase(id)
	s.Clicks("#acc [popovertarget=p-pasar]")
	s.Waits("document.activeElement.id === 'pasar-a'")
	s.Fills("#pasar-nota", "Seguí vos, es por Juana")
	s.Clicks("#p-pasar .ops .p")
	s.shows(".caja.lisa .para", "Lo tiene Beto")
	s.shows(".nota", "Seguí vos, es por Juana")
	if c := f.engine.Case(maria().Chat); c.Owner.ID != "beto" {
		t.Errorf("owner %s", c.Owner.ID)
	}
	s.sound(t)
}

// cut is a server that can be cut off.
func (f *fixture) cut() *atomic.Bool {
	var off atomic.Bool
	inner := f.desk.Handler()
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if off.Load() {
			panic(http.ErrAbortHandler)
		}
		inner.ServeHTTP(rw, r)
	}))
	f.t.Cleanup(func() { f.desk.Leave(); server.Close() })
	f.url = server.URL
	f.t.Cleanup(server.CloseClientConnections)
	f.drops = server.CloseClientConnections
	return &off
}

// After a connection that was lost nothing is missed, however much has happened; meanwhile nothing can be sent, and the page says
// so.
func TestReconnecting(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	off := f.cut()
	id := f.opens()
	f.signedIn("ana").acts(id, "tomar")
	s := f.screen(wide(), "ana")
	s.opensCase(id)
	f.engine.Says(maria().Chat, "primero")
	s.shows(".m .g", "primero")
	off.Store(true)
	f.drops()
	s.shows("#corte", "Sin conexión desde las")
	s.Waits("document.getElementById('enviar').disabled")
	s.Fills("#texto", "lo escribo igual")
	for i := range 100 {
		f.engine.Says(maria().Chat, fmt.Sprint("mensaje ", i))
	}
	f.engine.Opens(jorge(), "asked", nil)
	off.Store(false)
	s.Waits("document.getElementById('corte').hidden && !document.getElementById('enviar').disabled")
	s.shows(".m .g", "mensaje 99")
	s.Waits("document.querySelector('[data-solapa=free] .cuenta').textContent === '1'")
	want := []string{"quiero hablar con una persona", "primero"}
	for i := range 100 {
		want = append(want, fmt.Sprint("mensaje ", i))
	}
	if got := s.String("[...document.querySelectorAll('#hilo > .m:not(.mio) .g')].map(e => e.textContent.trim()).join('|')"); got != strings.Join(want, "|") {
		t.Errorf("the page has %s", got)
	}
	if got := s.String("document.getElementById('texto').value"); got != "lo escribo igual" {
		t.Errorf("the text is %q", got)
	}
	s.Clicks("#enviar")
	s.shows(".m.mio .g", "lo escribo igual")
}

// One tab of a browser reads the stream, and all show the same; when it closes, another goes on.
func TestTabsShareAStream(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := f.opens()
	f.signedIn("ana").acts(id, "tomar")
	s := f.screen(wide(), "ana")
	s.opensCase(id)
	other := &screen{s.Another(wide()), f}
	other.opensCase(id)
	f.engine.Says(maria().Chat, "uno")
	s.shows(".m .g", "uno")
	other.shows(".m .g", "uno")
	s.Goes("about:blank")
	f.engine.Says(maria().Chat, "dos")
	other.shows(".m .g", "dos")
}

// It rings for a new case, says so in the title, and stops when somebody looks.
func TestItRings(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	s := f.screen(wide(), "ana")
	s.Clicks("#timbre") // whatever the browser thinks of sound, it now may
	s.Waits("['sounds', 'muted'].includes(document.getElementById('timbre').dataset.estado)")
	if s.String("document.getElementById('timbre').dataset.estado") == "muted" {
		s.Clicks("#timbre")
	}
	s.Waits("document.getElementById('timbre').dataset.estado === 'sounds' && document.getElementById('timbre').getAttribute('aria-pressed') === 'true'")
	f.opens()
	s.Waits("document.title.startsWith('(1) ')")
	s.shows("#filas .quien", "María Elena G.")
	s.Waits("document.querySelector('[data-solapa=free] .cuenta').textContent === '1'")
	s.Clicks(".marca")
	s.Waits("!document.title.startsWith('(')")
	s.Clicks("#timbre")
	s.Waits("document.getElementById('timbre').dataset.estado === 'muted'")
	s.sound(t)
}

// A browser that has not unlocked sound is told so on the button.
func TestItSaysThatSoundIsLocked(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	s := f.screen(wide(), "ana")
	s.Injects("window.AudioContext = class { state = 'suspended'; resume() { return new Promise(() => {}) } }")
	s.Goes(f.url + "/mesa/casos")
	s.shows("#timbre", "Tocá para que suene")
}

// A whole case without a mouse.
func TestByKeyboardAlone(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := f.opens()
	s := f.screen(wide(), "ana")
	s.Goes(f.url + "/mesa/casos")
	s.Waits("document.querySelectorAll('#filas li').length === 1")
	s.presses("j")
	s.Waits("document.activeElement.matches('#filas .fila')")
	s.Types("\r")
	s.Waits("document.getElementById('tomar')")
	s.presses("t")
	s.Waits("document.getElementById('texto')")
	s.presses("r")
	s.Waits("document.activeElement.id === 'texto'")
	s.Types("Hola, te ayudo")
	s.Waits(ctrlEnter)
	s.shows(".m.mio .g", "Hola, te ayudo")
	s.Waits("(document.getElementById('hilo').focus(), true)")
	s.presses("n")
	s.Waits("document.activeElement.id === 'nota'")
	s.Types("una nota con n, t, e")
	s.Waits(ctrlEnter)
	s.shows(".nota", "una nota con n, t, e")
	s.Waits("(document.getElementById('hilo').focus(), true)")
	s.presses("e")
	s.Waits("document.getElementById('p-cerrar').matches(':popover-open') && document.activeElement.name === 'why'")
	s.Types("\r")
	s.shows(".caja.lisa", "El caso está cerrado")
	if c := f.engine.Case(maria().Chat); c.State != bot.CaseClosed || c.ID != id {
		t.Errorf("the case: %+v", c)
	}
	s.presses("?")
	s.Waits("document.getElementById('p-atajos').matches(':popover-open')")
	s.Waits("(document.getElementById('usar-atajos').click(), true)")
	s.Types("\x1b")
	s.Waits("!document.getElementById('p-atajos').matches(':popover-open')")
	s.presses("l")
	if s.True("document.activeElement.matches('.fila')") {
		t.Error("a letter does something though letters are off")
	}
	s.sound(t)
}

// presses presses a key that types nothing where the focus is after it.
func (s *screen) presses(key string) {
	s.Waits("document.readyState === 'complete'") // the scripts are at work
	s.Key("keyDown", key, false)
	s.Key("keyUp", key, false)
}

// ctrlEnter presses the two keys where the focus is.
const ctrlEnter = `(document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', ctrlKey: true, bubbles: true, cancelable: true })), true)`

// Nothing has to be scrolled sideways, and axe-core finds nothing, on any page, in any state, at any width.
func TestPagesFitAndAreAccessible(t *testing.T) {
	t.Parallel()
	axe, err := os.ReadFile("../webchat/testdata/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	f := newFixture(t)
	maria, jorge := f.scene()
	for _, look := range []webchattest.Look{{Width: 320, Height: 640, Phone: true}, {Width: 1440, Height: 900, Dark: true}, {Width: 1024, Height: 768}} {
		t.Run(fmt.Sprint(look.Width), func(t *testing.T) {
			b := webchattest.New(t, look)
			check := func(where string) {
				t.Helper()
				if look.Width != 1024 {
					for _, found := range b.Audit(where, axe) {
						t.Error(found)
					}
				}
				// The width of the window grows with a page that does not fit into it, on a phone.
				if wide := b.Number("Math.max(document.documentElement.scrollWidth, innerWidth)"); wide > int(look.Width) {
					t.Errorf("%s: the page is %d wide", where, wide)
				}
				over := b.String(`[...document.querySelectorAll('body *')].filter(e => e.checkVisibility() && !e.closest('.oculto, .saltar, svg, [popover]:not(:popover-open)') && e.getBoundingClientRect().right > ` + fmt.Sprint(look.Width) + ` + 1).map(e => e.outerHTML.slice(0, 90)).join('\n')`)
				if over != "" {
					t.Errorf("%s: beyond the edge: %s", where, over)
				}
			}
			b.Goes(f.url + "/mesa/")
			check("entrar")
			b.Goes(f.url + "/mesa/alta")
			check("alta")
			f.signs(b, "carla")
			for _, path := range []string{"/mesa/ajustes", "/mesa/auditoria", caseURL(maria)} {
				b.Goes(f.url + path)
				check(path)
			}
			f.signs(b, "ana")
			for _, path := range []string{"/mesa/casos?tab=mine", "/mesa/casos?tab=closed", caseURL(maria), caseURL(maria) + "?modo=nota", caseURL(maria) + "?ver=datos", caseURL(jorge) + "?tab=free", "/mesa/nada"} {
				b.Goes(f.url + path)
				check(path)
			}
			b.Goes(f.url + caseURL(maria))
			for _, sheet := range []string{"p-cerrar", "p-pasar", "p-soltar", "p-devolver", "p-token", "p-acciones", "p-turno", "p-cuenta", "p-atajos"} {
				b.Waits(fmt.Sprintf("(document.getElementById(%q).showPopover(), true)", sheet))
				check(sheet)
				b.Waits(fmt.Sprintf("(document.getElementById(%q).hidePopover(), true)", sheet))
			}
		})
	}
}

// payloads are pieces of markup that would run if they were taken as such.
func payloads() (list []string) {
	for _, mark := range []string{"<script>pwned()</script>", "<img src=x onerror=pwned()>", "\"><svg onload=pwned()>", "'><iframe src=javascript:pwned()>", "<a href=javascript:pwned()>x</a>",
		"</textarea><script>pwned()</script>", "{{.}}", "${pwned()}", "<style>*{display:none}</style>", "<!--", "]]>", "&lt;script&gt;", "</p></div><b>", "javascript:pwned()", "<base href=//evil.example>", "<template><script>pwned()</script></template>", "\u202epwned", "<details open ontoggle=pwned()>", "<math><mi xlink:href=javascript:pwned()>", "`-pwned()-`"} {
		for i := range 25 {
			list = append(list, fmt.Sprintf("%s %d", mark, i))
		}
	}
	return list
}

// 500 pieces of markup in names, texts, captions and file names: no script runs, and all are shown as typed.
func TestMarkupIsText(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	all := payloads()
	if len(all) != 500 {
		t.Fatalf("%d payloads", len(all))
	}
	who := desktest.Affiliate{Chat: "web/bot/1", Channel: "<b>canal", Label: "\"><i>", Sender: all[0]}
	id := f.engine.Opens(who, all[1], card{Linked: true, User: all[2], Members: []cardMember{{"<b>", all[3], all[4], all[5], all[6], ""}}, Wished: []cardStep{{f.clock.now(), all[7], []string{all[8]}, all[9]}},
		Token: &cardToken{Member: all[10], State: all[11]}, Pending: &cardPending{Request: all[12], State: all[13]}})
	ana := f.signedIn("ana")
	ana.acts(id, "tomar")
	s := f.screen(wide(), "ana")
	s.Injects("window.pwned = () => { window.ran = true }")
	s.opensCase(id)
	for i, p := range all[20:] {
		switch i % 4 {
		case 0:
			f.engine.Says(who.Chat, p)
		case 1:
			ref := fmt.Sprint(i)
			f.engine.Holds(ref, desktest.File{Data: []byte(p)})
			f.engine.Sends(who.Chat, "document", p, bot.Media{Name: p, Type: p, Ref: []byte(ref)})
		case 2:
			ana.posts(caseURL(id)+"/notas", map[string][]string{"text": {p}})
		case 3:
			if got := ana.acts(id, "mensajes", "text", p); got.status != 200 && got.why() != "unresolved" {
				t.Errorf("%q: %d %s", p, got.status, got.body)
			}
		}
	}
	s.shows("#hilo", all[499-3])
	check := func() {
		t.Helper()
		s.Waits("document.querySelectorAll('#hilo > .m, #hilo > .nota').length >= 450")
		for i, p := range all[496:] { // what came last is there: so is what came before
			if !(i == 3 && strings.Contains(p, "{{")) {
				s.shows("#hilo .g", p)
			}
		}
		shown := s.String("[...document.querySelectorAll('#hilo .g')].map(e => e.textContent).join('\\u0001')")
		for i, p := range all[20:] {
			if !strings.Contains(shown, p) && !(i%4 == 3 && strings.Contains(p, "{{")) {
				t.Errorf("%q is not shown as typed", p)
			}
		}
		if s.True("window.ran || document.querySelector('#hilo script, #hilo iframe, #hilo svg[onload], #hilo img[src=x], #hilo base, #hilo style, #hilo math')") {
			t.Error("markup is markup")
		}
		if name := s.String("document.getElementById('titulo').textContent"); !strings.Contains(name, all[2]) {
			t.Errorf("the title is %q", name)
		}
	}
	check()
	s.opensCase(id)
	check()
	s.sound(t)
}
