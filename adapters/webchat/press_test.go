package webchat

import (
	"fmt"
	"math"
	"testing"

	"llave/adapters/webchat/webchattest"
	"llave/bot"
)

// table is a page whose buttons go by a clock that the test sets, in milliseconds.
type table struct {
	*screen
	chat bot.ChatID
	n    int
}

const yes = "#mensajes .opciones button"

func newTable(t *testing.T) *table {
	s := newScreen(t, webchattest.Look{Width: 360, Height: 740, Phone: true})
	s.Waits("window.clock = 1e6, performance.now = () => window.clock")
	return &table{screen: s, chat: s.writes("hola")}
}

// passes moves the clock, and lets the page see it.
func (x *table) passes(ms int) {
	x.t.Helper()
	x.Waits(fmt.Sprintf("window.clock += %d", ms))
}

// asks has the bot ask something new, and waits until it stands there.
func (x *table) asks() {
	x.t.Helper()
	x.n++
	x.says(x.chat, fmt.Sprint(x.n), bot.Reply{Kind: bot.Ask, Text: fmt.Sprint("¿Sí? ", x.n), Question: fmt.Sprint("q", x.n), Choices: []bot.Option{{Text: "Sí", Value: "yes"}}})
	x.WaitsFor(fmt.Sprint("¿Sí? ", x.n))
	x.settles()
}

// fills the page, so that what is new comes at its end.
func (x *table) fills() {
	x.t.Helper()
	for n := range 12 {
		x.says(x.chat, fmt.Sprint("l", n), bot.Reply{Text: fmt.Sprint("línea ", n)})
	}
	x.WaitsFor("línea 11")
	x.settles()
}

// settles waits until nothing moves any more, and the page has looked at it.
func (x *table) settles() {
	x.t.Helper()
	x.Waits(`(() => { window.settled = false; let last; const look = () => {
		const r = JSON.stringify([...document.querySelectorAll('.globo, button')].map(e => e.getBoundingClientRect().top));
		if (r === last) window.settled = true; else { last = r; setTimeout(look, 150); }
	}; requestAnimationFrame(look); return true })()`)
	x.Waits("window.settled")
}

// pressed are how many presses the bot was told of by now: an answer to a text that is said after them all.
func (x *table) pressed() (n int) {
	x.t.Helper()
	x.Waits("!document.querySelector('.pendiente')")
	for _, u := range x.bot.updates() {
		if u.Kind == bot.Pressed {
			n++
		}
	}
	return n
}

func (x *table) wants(what string, presses int) {
	x.t.Helper()
	x.Waits(fmt.Sprintf("document.querySelectorAll('.mio').length > %d && !document.querySelector('.pendiente, .enviado')", presses))
	x.Waits("new Promise(go => requestAnimationFrame(() => setTimeout(() => go(true), 50)))")
	if got := x.pressed(); got != presses {
		x.t.Fatalf("%s: the bot is told of %d presses, want %d", what, got, presses)
	}
}

// The harm of a double tap: the first one answers a question, the second one the next, unread.
func TestADoubleTapAnswersOneQuestion(t *testing.T) {
	x := newTable(t)
	x.asks()
	x.Taps(x.Middle(yes))
	x.wants("at once", 0)
	x.passes(799)
	x.Taps(x.Middle(yes))
	x.wants("after 799 ms", 0)
	x.passes(799)
	x.Taps(x.Middle(yes))
	x.wants("again and again", 0)
	x.passes(800)
	x.Taps(x.Middle(yes))
	x.wants("after 800 ms without a finger", 1)
	x.asks()
	x.passes(700)
	x.Taps(x.Middle(yes))
	x.wants("on the next question, 700 ms after the first", 1)
	x.passes(800)
	x.Mouse(x.Middle(yes), x.Middle(yes))
	x.wants("in the end", 2)
}

// A finger that lay there before has to leave, however long that takes; one that comes later does not help it.
func TestAFingerThatLiesThere(t *testing.T) {
	x := newTable(t)
	x.fills()
	x.asks()
	at := x.Middle(yes)
	x.passes(800)
	x.Taps(at)
	x.wants("the first question", 1)
	x.Fingers(at)
	x.asks()
	if now := x.Middle(yes); math.Abs(now.Y-at.Y) > 5 || now.X != at.X {
		t.Fatalf("the next button is at %v, not at %v", now, at)
	}
	x.passes(5000)
	if !x.True("document.querySelector('" + yes + "').matches('.recien')") {
		t.Error("under a finger it looks as if it could be pressed")
	}
	x.Fingers(at, webchattest.Point{X: at.X + 3, Y: at.Y + 3})
	x.Fingers(at)
	x.wants("by a second finger", 1)
	x.Fingers()
	x.wants("by lifting the finger that lay there", 1)
	x.passes(799)
	x.Taps(at)
	x.wants("799 ms after it has left", 1)
	x.passes(800)
	x.Taps(at)
	x.wants("800 ms after it has left", 2)
}

// Only a press that begins and ends on the button is one.
func TestAPressFromElsewhere(t *testing.T) {
	x := newTable(t)
	x.asks()
	x.passes(2000)
	at, out := x.Middle(yes), x.Middle("h1")
	x.Mouse(out, at)
	x.Mouse(at, out)
	x.Fingers(out)
	x.Drags(at)
	x.Fingers()
	x.wants("half a press", 0)
	x.passes(2000)
	x.Mouse(at, at)
	x.wants("a whole one", 1)
}

// What moves under a finger is new there. What the person moves is not.
func TestAButtonThatMoves(t *testing.T) {
	x := newTable(t)
	x.fills()
	x.asks()
	x.passes(2000)
	x.Waits("(d => { d.style.height = '60px'; d.style.flex = 'none'; document.getElementById('mensajes').prepend(d); return true })(document.createElement('div'))") // something comes above
	x.Waits("document.getElementById('rollo').scrollTop += 20")                                                                                                      // and does not leave the button in its place
	x.Taps(x.Middle(yes))
	x.wants("right after it moved", 0)
	x.passes(800)
	x.Taps(x.Middle(yes))
	x.wants("after it lay still", 1)
	x.asks()
	x.passes(2000)
	x.Waits("(s => { s.scrollTop -= 40; return true })(document.getElementById('rollo'))")
	x.settles()
	x.Taps(x.Middle(yes))
	x.wants("after the person scrolled", 2)
}

// Keyboard, switch, screen reader and words name what they mean: they need not wait. A key that is held means what was
// there before.
func TestWhatNamesAButtonActsAtOnce(t *testing.T) {
	x := newTable(t)
	focus := func() { x.Waits("document.querySelector('" + yes + "').focus() ?? true") }
	for n, act := range []func(){
		func() { x.Key("keyDown", "Enter", false); x.Key("keyUp", "Enter", false) },
		func() { x.Key("keyDown", " ", false); x.Key("keyUp", " ", false) },
		func() { x.Waits("document.querySelector('" + yes + "').click() ?? true") },
	} {
		x.asks()
		focus()
		if !x.True("(b => b.matches('.recien') && document.activeElement === b && !b.disabled && !b.closest('[inert], [aria-disabled], [aria-hidden]') && b.textContent === 'Sí')(document.querySelector('" + yes + "'))") {
			t.Errorf("it does not keep its name and the focus: %s", x.String("document.querySelector('"+yes+"').outerHTML"))
		}
		if n == 0 {
			x.audit("a button that is new")
		}
		act()
		x.wants(fmt.Sprint("way ", n), n+1)
	}
	x.asks()
	x.Waits("document.getElementById('texto').focus() ?? true")
	x.Key("keyDown", "Enter", false) // where there is nothing to send
	focus()
	for range 3 {
		x.Key("keyDown", "Enter", true)
	}
	x.Key("keyUp", "Enter", false)
	x.Key("keyDown", " ", true)
	x.Key("keyUp", " ", false)
	x.wants("by a key that is held", 3)
	x.Key("keyDown", "Enter", false)
	x.Key("keyDown", "Enter", true)
	x.Key("keyUp", "Enter", false)
	x.wants("pressed anew", 4)
	x.asks()
	x.Fills("#texto", "sí\r")
	x.wants("by words", 4)
	x.Waits("document.querySelectorAll('.mio').length === 6")
}

// Every button that appears is one: also those that begin, that copy, that lead elsewhere and that erase everything.
func TestAllButtonsThatAppear(t *testing.T) {
	x := newTable(t)
	x.says(x.chat, "1", bot.Reply{Kind: bot.Show, Text: "Token: 482 913", Copy: "482913"})
	x.says(x.chat, "2", bot.Reply{Kind: bot.Secret, Text: "Abrí https://a.example/x ya.", File: &bot.File{Name: "h.pdf", Type: "application/pdf", Data: []byte{1}}})
	x.WaitsFor("a.example")
	for _, css := range []string{".copiar", "a.enlace", "a[download]"} {
		if !x.True("document.querySelector('" + css + "').matches('.recien')") {
			t.Errorf("%s takes a press at once", css)
		}
	}
	x.settles()
	x.passes(800)
	x.Waits("!document.querySelector('.recien')")
	x.Taps(x.Middle("#menu"))
	x.Waits("!document.getElementById('menu-lista').hidden")
	x.Taps(x.Middle("#borrar"))
	x.Waits("document.querySelector('#borrar.recien') && !document.querySelector('dialog[open]')")
	x.passes(800)
	x.Waits("!document.querySelector('.recien')")
	x.Taps(x.Middle("#borrar"))
	x.Waits("document.querySelector('dialog[open]')")
	x.Taps(x.Middle("dialog button[value=si]"))
	x.Waits("document.querySelector('dialog[open] button[value=si].recien')")
	x.passes(800)
	x.Clicks("dialog button[value=si]")
	x.Waits("!document.querySelector('dialog[open]') && !document.getElementById('sugerencias').hidden")
	x.Waits("document.getElementById('estado').textContent.includes('se borró')")
	x.settles()
	x.Taps(x.Middle("#sugerencias button"))
	x.Waits("document.querySelector('#sugerencias button.recien') && !document.querySelector('.mio')")
	x.passes(800)
	x.Taps(x.Middle("#sugerencias button"))
	x.Waits("document.querySelector('.mio')")
}
