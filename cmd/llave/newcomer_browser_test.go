package main

import (
	"testing"

	"llave/adapters/webchat/webchattest"
)

// registrant is a person without an account, with a phone. It counts what they type and press.
type registrant struct {
	visitor
	done int
}

func (r *registrant) presses(css string)     { r.t.Helper(); r.done++; r.Clicks(css) }
func (r *registrant) fills(css, text string) { r.t.Helper(); r.done++; r.Fills(css, text) }

// From no account to the token, as docs/understanding.md counts it. One CUIL is mistyped: the passwords stay where they were typed.
func TestFromNoAccountToATokenInABrowser(t *testing.T) {
	t.Parallel()
	base := start(t, nil).address()
	r := &registrant{visitor: visitor{webchattest.New(t, webchattest.Look{Width: 360, Height: 740, Phone: true}), t, axe(t)}}
	r.Goes(base + "/")
	r.Waits("!document.getElementById('sugerencias').hidden")
	r.fills("#texto", "token\r")
	r.presses("#mensajes a.enlace")
	r.pressesTwice()
	r.presses(`form[action$="/seguir"] button`)
	r.presses(`a[href="/autogestion/registro"]`)
	r.fillsIn("27-99999004-1")
	r.presses("main form button[type=submit]")
	r.Waits("document.activeElement.matches('.errores')")
	if kept := r.String("[document.title, ...[...document.querySelectorAll('[type=password]')].map(i => i.value)].join()"); kept != "Error: Crear mi cuenta · Autogestión,caballo-verde,caballo-verde" {
		t.Errorf("after a mistyped CUIL the page has %q", kept)
	}
	if r.True("document.querySelector('.de-nuevo')") {
		t.Error("a password that is still there is to be typed again")
	}
	r.audit("the refused form")
	mended := r.done
	r.Waits("(document.getElementById('cuil').value = '') === ''")
	r.fills("#cuil", "27-99999004-0")
	r.presses("main form button[type=submit]")
	mended = r.done - mended // the mistake is no step of the way
	r.presses(`main a[href="/autogestion/correo"]`)
	r.presses("pre a")
	r.presses("main form button")
	r.Waits("document.querySelector('h1').textContent === 'Tu cuenta está lista'")
	r.audit("the account is made")
	r.presses("#consent")
	r.presses(`form[action$="/entrar"] .dos button:not([formaction])`)
	r.presses("main a.boton")
	r.WaitsFor("Token de Juana Ruiz")
	if steps := r.done - mended; steps != 19 {
		t.Errorf("%d steps from no account to the token: docs/understanding.md counts 19", steps)
	}
}

// pressesTwice asks the page of an invite which presses of its button it lets pass: a second one within four seconds sends nothing, one
// after that does, as does the first one on a page that comes back from the history. None of these is sent.
func (r *registrant) pressesTwice() {
	r.t.Helper()
	const presses = `(() => {
		const form = document.querySelector('form[action$="/seguir"]'), button = form.querySelector('button')
		const at = (time) => {
			const e = new SubmitEvent('submit', {submitter: button, cancelable: true})
			Object.defineProperty(e, 'timeStamp', {value: time})
			return form.dispatchEvent(e)
		}
		const passed = [at(100000), at(100001), at(103999), at(104000), at(104500)]
		dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))
		passed.push(at(104600))
		dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))
		return passed.join()
	})()`
	r.Waits(`document.readyState === 'complete' && document.querySelector('form[action$="/seguir"]') !== null`)
	if have, want := r.String(presses), "true,false,false,true,false,true"; have != want {
		r.t.Errorf("of presses at once, again and later, the page lets %s pass, want %s", have, want)
	}
}

// fillsIn fills in the form of a registration.
func (r *registrant) fillsIn(cuil string) {
	r.t.Helper()
	r.fills("#cuil", cuil)
	r.fills("#document", "99.999.004")
	r.presses("input[name=sex][value=F]")
	r.fills("#tramite", "00123456789")
	for _, css := range []string{"#email", "#email2"} {
		r.fills(css, "juana@casa.example")
	}
	for _, css := range []string{"#password", "#password2"} {
		r.fills(css, "caballo-verde")
	}
}
