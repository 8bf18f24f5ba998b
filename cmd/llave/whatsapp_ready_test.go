//go:build !nowhatsapp && !race

package main

import (
	"strings"
	"testing"
)

// Everybody may know that the program is ready; the state of its channels is for the operator.
func TestHowChannelsStandIsTheOperators(t *testing.T) {
	t.Parallel()
	r := newWhatsAppHarness(t)
	r.program = r.run()
	at := operatorURL(r.program)
	for _, c := range []struct {
		what    string
		headers []string
		words   bool
	}{
		{"this machine", nil, true},
		{"through a proxy", []string{"X-Forwarded-For", "127.0.0.1"}, false},
		{"by a name that was led here", []string{"Host", "evil.example"}, false},
	} {
		a := sendRequest(t, "GET", at+"/readyz", c.headers...)
		if a.status != 200 || !strings.HasPrefix(a.body, "ready\n") || strings.Contains(a.body, "whatsapp: ") != c.words {
			t.Errorf("%s: %d %q", c.what, a.status, a.body)
		}
	}
	r.stopProgram()
	const password = "doce-letras-o-mas"
	r.env["LLAVE_ADMIN_ADDR"], r.env["LLAVE_ADMIN_PASSWORD"] = "127.0.0.1:0", password
	r.program = r.run()
	public := r.program.out.waitFor(t, `Chat web +(http://\S+)/\n`)[1]
	at = operatorURL(r.program)
	for what, c := range map[string]struct {
		at      string
		headers []string
		words   bool
	}{
		"the address that everybody has": {public, []string{"Authorization", basic(password)}, false},
		"without the password":           {at, nil, false},
		"with another one":               {at, []string{"Authorization", basic("otra-de-doce-letras")}, false},
		"with the password":              {at, []string{"Authorization", basic(password)}, true},
	} {
		a := sendRequest(t, "GET", c.at+"/readyz", c.headers...)
		if a.status != 200 || strings.Contains(a.body, "whatsapp: ") != c.words {
			t.Errorf("%s: %d %q", what, a.status, a.body)
		}
	}
	if a := sendRequest(t, "GET", at+whatsappPath); a.status != 401 {
		t.Errorf("the page without the password: %d", a.status)
	}
	if a := sendRequest(t, "GET", at+whatsappPath, "Authorization", basic(password)); a.status != 200 {
		t.Errorf("the page with the password: %d", a.status)
	}
	r.stopProgram()
}
