package main

import (
	"testing"

	"llave/adapters/webchat/webchattest"
)

// The page of an account, and the forms for accounts, on the narrowest phone.
func TestMyAccountInABrowser(t *testing.T) {
	t.Parallel()
	base := start(t, nil).address()
	v := &visitor{webchattest.New(t, webchattest.Look{Width: 320, Height: 568, Phone: true}), t, axe(t)}
	v.Goes(base + "/autogestion/mi-cuenta")
	v.audit("to enter")
	v.Fills("#cuil", "20-99999021-6")
	v.Fills("#password", "llave-demo")
	v.Clicks(`form[action="/autogestion/mi-cuenta"] button[type=submit]`)
	v.Waits("document.querySelector('main').textContent.includes('Lo que guardamos')")
	v.audit("my account")
	v.Clicks(`form[action="/autogestion/mi-cuenta/clave"] button[type=submit]`)
	v.Waits("document.querySelector('.errores')")
	v.audit("faults of the new password")
	for _, page := range []string{"registro", "delegacion", "clave"} {
		v.Goes(base + "/autogestion/" + page)
		v.audit(page)
	}
}
