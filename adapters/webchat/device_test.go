package webchat

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"llave/adapters/webchat/webchattest"
	"llave/bot"
)

// storage is everything that the browser keeps for the page, as one text.
const storage = `(async () => {
	const all = [...Object.entries(localStorage), ...Object.entries(sessionStorage)].map(([k, v]) => k + '=' + v);
	for (const db of await indexedDB.databases()) all.push('db ' + db.name);
	for (const box of await caches.keys()) {
		const c = await caches.open(box);
		for (const r of await c.keys()) all.push(box + ' ' + new URL(r.url).pathname + ' ' + await (await c.match(r)).text());
	}
	return all.join('\n');
})()`

// gives sends a token, as the bot does: valid until the end of the day.
func (s *screen) gives(chat bot.ChatID, n, name, digits string) {
	s.t.Helper()
	s.says(chat, n, bot.Reply{Kind: bot.Show, Text: "Token de " + name + "\n" + digits + "\nN.º de afiliación: 9-4071852/02\nVale hoy, lunes 23, hasta las 23:59 o hasta que se use",
		Copy: strings.ReplaceAll(digits, " ", ""), Expires: s.clock.now().Add(10 * time.Hour)})
	s.WaitsFor("Token de " + name)
}

// On a device of which the person said that it is theirs, the tokens of the day are there without a connection, and
// nothing else. They go with the link, with the conversation and with the day.
func TestOnesOwnDevice(t *testing.T) {
	t.Parallel()
	s, m := newMiddle(t, phone())
	s.opens()
	chat := s.writes("token")
	s.gives(chat, "1", "Juana Ruiz", "482 913")
	s.Waits("document.getElementById('equipo').checkVisibility() && !document.querySelector('.recien')")
	s.audit("whose device it is")
	if s.Number("document.querySelector('#es-mio').getBoundingClientRect().width - document.querySelector('#es-compartido').getBoundingClientRect().width") > 1 ||
		!s.True("getComputedStyle(document.querySelector('#es-mio')).backgroundColor === getComputedStyle(document.querySelector('#es-compartido')).backgroundColor") {
		t.Error("one answer is preferred")
	}
	if got := s.String(storage); strings.Contains(got, "482") || strings.Contains(got, "Juana") {
		t.Errorf("before it was said, there is %q", got)
	}
	s.Clicks("#es-mio")
	has := func(want bool, digits string) {
		t.Helper()
		s.Waits(fmt.Sprintf("%s.then(all => all.includes(%q) === %v)", storage, digits, want))
	}
	has(true, "482 913")
	s.isTold(bot.DeviceOwn)
	s.gives(chat, "2", "Rosa <Peralta> & $&", "000 117")
	s.says(chat, "3", bot.Reply{Kind: bot.Secret, Text: "https://a.example/secreto", Expires: s.clock.now().Add(time.Hour)})
	has(true, "000 117")
	if got := s.String(storage); strings.Contains(got, "secreto") || !strings.HasPrefix(got, "llave /chat/de-hoy [") || strings.Contains(got, "\n") {
		t.Errorf("more is kept: %q", got)
	}
	s.Waits("navigator.serviceWorker.ready.then(() => !!navigator.serviceWorker.controller)")
	s.saysOffline()

	m.cuts.Store(true)
	s.Goes(s.srv.URL + "/")
	s.Waits("document.querySelectorAll('section').length === 2")
	for _, want := range []string{"Token de Juana Ruiz", "482 913", "Rosa <Peralta> & $&", "000 117", "N.º de afiliación: 9-4071852/02", "hasta las 23:59", "Lo viste a las 10:00. Vale si no se usó.", "221-351-0282"} {
		if got := s.String("document.body.innerText"); !strings.Contains(got, want) {
			t.Errorf("without a connection there is no %q in %s", want, got)
		}
	}
	s.audit("without a connection")
	m.cuts.Store(false)
	s.Clicks(".boton")
	s.WaitsFor("Token de Juana Ruiz")

	s.forgets(chat, "4") // unlinked, from wherever
	has(false, "482 913")
	s.gives(chat, "5", "Tomás Ruiz", "555 001")
	has(true, "555 001")
	s.Goes("about:blank")
	s.forgets(chat, "6") // while no page was open
	s.opens()
	has(false, "555 001")
	s.gives(chat, "7", "Tomás Ruiz", "555 002")
	has(true, "555 002")
	s.Waits("(() => { const now = Date.now; Date.now = () => now() + 11 * 3600000; return true })()")
	has(false, "555 002")
	s.opens()
	has(true, "555 002")
	s.Clicks("#menu")
	s.Clicks("#borrar")
	s.Clicks("#confirmar-si")
	s.Waits("document.getElementById('estado').textContent.includes('se borró')")
	if got := s.String("caches.keys().then(k => k.join())"); got != "" {
		t.Errorf("after the conversation was erased there is %q", got)
	}
	s.sharedDevice(m)
}

// saysOffline wants the page to say at once that there is no network, and that there is one again, though its stream
// stays open.
func (s *screen) saysOffline() {
	s.t.Helper()
	s.Connects(false)
	s.Waits("document.getElementById('estado').textContent.startsWith('Sin conexión')")
	s.Connects(true)
	s.Waits("!document.getElementById('estado').textContent.startsWith('Sin')")
}

// isTold expects the bot to be told whose the device is.
func (s *screen) isTold(what string) {
	s.t.Helper()
	for late := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		got := s.bot.updates()
		if u := got[len(got)-1]; u.Kind == bot.Notice && u.Subtype == what {
			return
		}
		if time.Now().After(late) {
			s.t.Fatalf("the bot is not told %q", what)
		}
	}
}

// sharedDevice says that the device is shared: nothing is kept, and it is not asked again.
func (s *screen) sharedDevice(m *middle) {
	s.t.Helper()
	chat := s.writes("otra vez")
	s.gives(chat, "8", "Rosa Peralta", "777 001")
	s.Clicks("#es-compartido")
	s.Waits("document.getElementById('equipo-pregunta').textContent.includes('no se guarda')")
	s.isTold(bot.DeviceShared)
	s.opens()
	s.gives(chat, "9", "Rosa Peralta", "777 002")
	s.Waits("document.querySelectorAll('.acciones').length === 2")
	if got := s.String(storage); strings.Contains(got, "777") || s.True("document.getElementById('equipo').checkVisibility()") {
		s.t.Errorf("on a shared device there is %q", got)
	}
	m.cuts.Store(true)
	s.Goes(s.srv.URL + "/")
	s.Waits("document.querySelector('h1').textContent === 'Sin conexión'")
	if s.True("document.querySelector('section')") {
		s.t.Error("on a shared device there is a token without a connection")
	}
	m.cuts.Store(false)
}

// calls stands for what this browser lacks, and counts.
const calls = `window.awake = 0; window.shared = [];
	Object.defineProperty(navigator, 'wakeLock', { value: { request: async () => { window.awake++; return { release: async () => { window.awake-- } } } } });
	navigator.canShare = (d) => !!d.files; navigator.share = async (d) => { window.shared.push(d) };`

// What can be done with a token: copy it, show it alone, share it. None of it moves the page or loses the focus.
func TestWhatATokenOffers(t *testing.T) {
	t.Parallel()
	tab := webchattest.New(t, webchattest.Look{Width: 360, Height: 740, Phone: true})
	tab.Injects(calls)
	s := &screen{tab, newFixture(t), t}
	s.opens()
	chat := s.writes("token")
	s.gives(chat, "1", "Juana Ruiz", "482 913")
	s.Waits("!document.querySelector('.recien')")
	places := "JSON.stringify([...document.querySelectorAll('.globo, button, .cabeza')].map(e => { const r = e.getBoundingClientRect(); return [r.x, r.y, r.width, r.height] }))"
	before := s.String(places)
	s.Clicks(".copiar")
	s.Waits("document.querySelector('.copiar.hecho') && document.getElementById('al-oido').textContent === 'Copiado'")
	if after := s.String(places); after != before {
		t.Errorf("copying moves the page:\n%s\n%s", before, after)
	}
	grande := ".acciones .accion"
	leaves := map[string]func(){
		"Escape": func() { s.Key("keyDown", "Escape", false); s.Key("keyUp", "Escape", false) },
		"back":   func() { s.Waits("history.back() ?? true") },
		"button": func() { s.Clicks("#grande-cerrar") },
	}
	for _, way := range []string{"Escape", "back", "button"} {
		s.Clicks(grande)
		s.Waits("document.querySelector('#grande[open]') && window.awake === 1")
		if way == "back" {
			s.audit("a token alone")
			if got := s.String("document.getElementById('grande').innerText.replace(/\\s+/g, ' ')"); !strings.HasPrefix(got, "Token de Juana Ruiz 482 913") || !strings.Contains(got, "hasta las 23:59") {
				t.Errorf("alone it reads %q", got)
			}
			if !s.True("(r => r.width === innerWidth && r.height === innerHeight)(document.getElementById('grande').getBoundingClientRect()) && document.querySelector('.grande-cifras').getBoundingClientRect().width > innerWidth / 2") {
				t.Error("it does not fill the screen")
			}
		}
		leaves[way]()
		s.Waits("!document.querySelector('#grande[open]') && window.awake === 0 && !history.state")
		if !s.True("document.activeElement === document.querySelector('" + grande + "')") {
			t.Errorf("closed by %s, the focus is on %s", way, s.String("document.activeElement.outerHTML.slice(0, 100)"))
		}
	}
	s.Clicks(grande + ":last-child")
	s.Waits("window.shared.length === 1")
	if got := s.String("window.shared[0].text"); got != "Token de Juana Ruiz\n482 913\nN.º de afiliación: 9-4071852/02\nVale hoy, lunes 23, hasta las 23:59 o hasta que se use" {
		t.Errorf("shared is %q", got)
	}
	s.says(chat, "2", bot.Reply{Text: "La hoja", File: &bot.File{Name: "hoja.pdf", Type: "application/pdf", Data: []byte("%PDF")}})
	s.Clicks(".enlace + .accion")
	s.Waits("window.shared.length === 2")
	if got := s.String("window.shared[1].files[0].text().then(t => window.shared[1].files[0].name + ' ' + window.shared[1].files[0].type + ' ' + t)"); got != "hoja.pdf application/pdf %PDF" {
		t.Errorf("shared is %q", got)
	}
	s.Clicks(grande)
	s.Waits("document.querySelector('#grande[open]')")
	s.forgets(chat, "3")
	s.Waits("!document.querySelector('#grande[open]') && !document.body.textContent.includes('482')")
}

// Words that may be typed are buttons that say them; telephones are links that dial; the menu says what it does.
func TestWordsAreButtons(t *testing.T) {
	t.Parallel()
	s := newScreen(t, webchattest.Look{Width: 360, Height: 740, Phone: true})
	chat := s.writes("hola")
	s.says(chat, "1", bot.Reply{Text: "Escribí *token de* y un nombre, o *persona*, o llamá al 221-351-0282, al 0800-999-0091 o al (011) 5275-1135."})
	s.WaitsFor("Escribí")
	s.audit("words and telephones")
	if got := s.String("[...document.querySelectorAll('#mensajes a.tel')].map(a => a.href).join(' ')"); got != "tel:+542213510282 https://wa.me/5492213510282 tel:08009990091 tel:+541152751135" {
		t.Errorf("the telephones are %q", got)
	}
	s.Clicks(".tipeable")
	s.Waits("document.getElementById('texto').value === 'token de ' && document.activeElement.id === 'texto'")
	s.Waits("document.getElementById('texto').value = '', true")
	s.Clicks(".tipeable:nth-of-type(2)")
	for n, want := range []string{"persona", "mis chats", "desvincular"} {
		switch want {
		case "mis chats":
			s.Clicks("#menu")
			s.Clicks("#menu-lista [data-texto='mis chats']")
		case "desvincular":
			s.Clicks("#menu")
			s.Clicks("#desvincular")
			s.Waits("document.querySelector('dialog[open]').textContent.includes('¿Desvincular este chat?')")
			s.Clicks("#confirmar-si")
		}
		if u := s.told(n + 2); u.Kind != bot.Message || u.Text != want {
			t.Errorf("the bot is told %+v, want %s", u, want)
		}
	}
	if got := s.String("document.querySelector('a[data-tel]').href"); got != "tel:+542213510282" {
		t.Errorf("the menu calls %q", got)
	}
	s.Clicks("#menu")
	s.Key("keyDown", "Escape", false)
	s.Waits("document.getElementById('menu-lista').hidden && document.activeElement.id === 'menu'")
}

// Whatever the width, the size of the letters and the colours: nothing is cut, nothing scrolls sideways, no number breaks.
func TestSizesOfText(t *testing.T) {
	t.Parallel()
	s := newScreen(t, phone())
	chat := s.writes("hola")
	s.says(chat, "0", bot.Reply{Text: "Si te urge, escribí *persona* o llamá a Mesa de Ayuda: 221-351-0282. Descargala.", File: &bot.File{Name: "hoja de tokens preimpresos.pdf", Type: "application/pdf", Alt: "Hoja de noviembre", Data: make([]byte, 3000)}})
	s.says(chat, "1", bot.Reply{Kind: bot.Secret, Text: "Entrá a Autogestión antes de las 10:10: https://autogestion-prestadores.sistemas.ioma.example/vincular/x", Expires: s.clock.now().Add(time.Hour)})
	s.gives(chat, "2", "María Elena Gómez de los Santos Lugares", "482 913")
	s.says(chat, "3", bot.Reply{Kind: bot.Ask, Text: "¿Quién?", Question: "q", Choices: []bot.Option{{Text: "María Elena Gómez de los Santos Lugares", Value: "1"}, {Text: "Otra", Value: "2"}}})
	s.Waits("document.querySelector('#mensajes .opciones button')")
	broken := "[...document.querySelectorAll('.cifras, .junto, .tel')].filter(e => e.checkVisibility() && e.getClientRects().length > 1).map(e => e.textContent).join()"
	cut := "[...document.querySelectorAll('button, a, .cifras, h1, h2, textarea')].filter(e => e.checkVisibility() && (e.scrollWidth > e.clientWidth + 1 && e.clientWidth || e.scrollHeight > e.clientHeight + 6 && e.clientHeight)).map(e => e.outerHTML.slice(0, 90)).join('\\n')"
	for _, l := range []webchattest.Look{{Width: 320, Height: 640, Phone: true}, {Width: 360, Height: 740, Phone: true, Dark: true}, {Width: 740, Height: 360, Phone: true}, {Width: 1280, Height: 800}} {
		s.Looks(l)
		for _, percent := range []int{100, 125, 150, 200} {
			where := fmt.Sprintf("%d pixels, letters of %d %%", l.Width, percent)
			s.Waits(fmt.Sprintf("document.documentElement.style.fontSize = '%d%%'", percent))
			s.Waits("new Promise(go => requestAnimationFrame(() => requestAnimationFrame(() => go(true))))")
			s.Fits(where)
			if got := s.String(broken); got != "" {
				t.Errorf("%s: broken: %s", where, got)
			}
			if got := s.String(cut); got != "" {
				t.Errorf("%s: cut: %s", where, got)
			}
			if h := s.Number("Math.round(document.getElementById('rollo').getBoundingClientRect().height)"); h < 150 {
				t.Errorf("%s: there are %d pixels for what was said", where, h)
			}
			s.Clicks("#menu")
			s.Fits(where + ", the menu")
			s.Clicks("#menu")
		}
	}
	s.audit("letters of 200 %")
}
