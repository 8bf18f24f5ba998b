package webchattest

import (
	"fmt"
	"regexp"
	"strings"
)

// Walk goes the way of a newcomer through a program that has just begun, with the demo: the empty page, the link, the
// sign-in page, the token, and what comes after. At each step it calls at with the name of the README's picture.
func Walk(p *Page, base string, at func(step string) error) error {
	w := &walker{p: p, at: at}
	w.goTo(base + "/")
	w.wait("!document.getElementById('sugerencias').hidden")
	w.step("1-inicio")
	w.click("#sugerencias button")
	w.waitFor("Entrar a Autogestión")
	w.step("2-enlace")
	w.signIn()
	w.wait("document.querySelector('a.boton')")
	w.click("a.boton")
	w.waitFor("quedó vinculado")
	w.wait("document.querySelector('.cifras')")
	w.step("4-token")
	w.click(".acciones .accion")
	w.wait("document.querySelector('#grande[open]')")
	w.step("4-grande")
	w.click("#grande-cerrar")
	w.say("gracias", "Soy María") // the counter is over
	w.click("#mensajes .opciones button")
	w.waitFor("Gracias")
	w.say("mi credencial", "")
	w.wait("document.querySelector('#mensajes img')?.naturalWidth > 100")
	w.wait("document.activeElement.blur() ?? true")
	w.step("5-credencial")
	w.say("token de juana", "Token de Juana")
	w.step("6-juana")
	return w.err
}

// WalkSheet goes on from there to a month on paper.
func WalkSheet(p *Page, month string, at func(step string) error) error {
	w := &walker{p: p, at: at}
	w.say("31 preimpresos para mi mamá para "+month, "¿Los hago?")
	w.say("sí", "la hoja para imprimir")
	w.wait("document.activeElement.blur() ?? true")
	w.step("7-hoja")
	return w.err
}

// walker takes one step after the other; after the first that fails, none.
type walker struct {
	p   *Page
	at  func(step string) error
	err error
}

func (w *walker) do(f func() error) {
	if w.err == nil {
		w.err = f()
	}
}

func (w *walker) goTo(url string)  { w.do(func() error { return w.p.Go(url) }) }
func (w *walker) click(css string) { w.do(func() error { return w.p.Click(css) }) }
func (w *walker) wait(js string)   { w.do(func() error { return w.p.Wait(js) }) }
func (w *walker) fill(css, keys string) {
	w.click(css)
	w.do(func() error { return w.p.Type(keys) })
}

// waitFor waits until the conversation holds some words.
func (w *walker) waitFor(words string) {
	w.wait(fmt.Sprintf("document.getElementById('mensajes').textContent.includes(%q)", words))
}

// say writes something, and waits for the words of the answer.
func (w *walker) say(words, answer string) {
	w.fill("#texto", words+"\r")
	w.waitFor(answer)
}

// step waits until nothing moves any more.
func (w *walker) step(name string) {
	w.wait("!(document.getElementById('escribiendo')?.hidden === false) && [...document.images].every(i => i.complete) && !document.querySelector('.recien')")
	w.do(func() error {
		if err := w.at(name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	})
}

// signIn follows the link in this tab, and signs in as the demo's first account.
func (w *walker) signIn() {
	w.click("#mensajes a.enlace")
	w.click(`form[action$="/seguir"] button`)
	w.fill("#cuil", "27-99999001-6")
	w.fill("#password", "llave-demo")
	w.click("#consent")
	w.wait("scrollTo(0, 0) ?? true")
	w.step("3-entrar")
	w.click(`form[action$="/entrar"] .dos button:not([formaction])`)
}

// changing is what differs from one run to the next: numbers and the names of days and months.
var changing = regexp.MustCompile(`\d+|\b(?:lunes|martes|miércoles|jueves|viernes|sábado|domingo|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)\b`)

// Seen is what can be read on a page, and the names of its style sheets, without what differs from one run to the next.
func Seen(p *Page) (string, error) {
	text, err := Eval[string](p, `[...document.styleSheets].map(s => s.href.slice(location.origin.length)).join(' ') + '\n' + (document.querySelector('dialog[open]') || document.body).innerText`)
	sheets, words, _ := strings.Cut(text, "\n")
	words = changing.ReplaceAllString(words, "#")
	return sheets + "\n" + strings.Join(strings.Fields(words), " "), err
}
