package main

import (
	"fmt"
	"testing"

	"llave/adapters/webchat/webchattest"
)

// A person who mistypes the password again and again proves work and gets in; the password can be shown.
func TestAMistypedPasswordInABrowser(t *testing.T) {
	t.Parallel()
	base := start(t, nil).address()
	v := &visitor{webchattest.New(t, webchattest.Look{Width: 320, Height: 568, Phone: true}), t, axe(t)}
	v.Goes(base + "/")
	v.Waits("!document.getElementById('sugerencias').hidden")
	v.Clicks("#sugerencias button")
	v.WaitsFor("Entrá a Autogestión antes de")
	v.Goes(v.String("document.querySelector('a.enlace').href"))
	v.Clicks(`form[action$="/seguir"] button`)
	v.Waits("document.querySelector('#password')")
	v.Fills("#cuil", "27-99999001-6")
	v.Clicks("#consent")
	for n := range 5 {
		if proof := v.True("!!document.querySelector('form[data-prueba]')"); proof != (n >= 3) {
			t.Errorf("try %d: a proof is asked for: %v", n, proof)
		}
		v.True("window.before = true")
		v.Fills("#password", fmt.Sprint("mal-escrita-", n))
		v.Clicks(`form[action$="/entrar"] .dos button:not([formaction])`)
		v.Waits("!window.before && document.querySelector('.errores')")
		v.audit("a wrong password")
	}
	v.Fills("#password", "llave-demo")
	v.Clicks("button[data-ver]")
	if shown := v.String("document.querySelector('#password').type + ' ' + document.querySelector('button[data-ver]').getAttribute('aria-pressed')"); shown != "text true" {
		t.Errorf("the shown password is %q", shown)
	}
	v.audit("the password is shown")
	v.True(`HTMLFormElement.prototype.submit = (s => function() { sessionStorage.proof = this.elements.work ? this.elements.work.value.length : 0; s.call(this) })(HTMLFormElement.prototype.submit)`)
	v.Clicks(`form[action$="/entrar"] .dos button:not([formaction])`)
	v.Waits("document.querySelector('a.boton')")
	if sent := v.Number("Number(sessionStorage.proof)"); sent < 500 {
		t.Errorf("the proof that was sent has %d characters", sent)
	}
}
