//go:build !nowhatsapp && !race

package main

import (
	"crypto/sha256"
	"encoding/base64"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"llave/adapters/httpx"
	"llave/adapters/webchat/webchattest"
	"llave/adapters/whatsapp/whatsapptest"
)

// A phone is linked from the operator's page while the service runs, in each of the ways; only the browser that began it sees
// the code, and it is not in the log.
func TestWhatsAppPairedOnThePage(t *testing.T) {
	t.Parallel()
	for name, pair := range map[string]func(r *whatsappHarness, o *operatorBrowser) (secret string){
		"QR": func(r *whatsappHarness, o *operatorBrowser) string {
			page := o.submitAction("qr", "auto", "on")
			wantTexts(t, page, `http-equiv="refresh"`, "vale hasta las")
			other := r.another(o.at)
			seen := other.open(o.at)
			wantTexts(t, seen, "desde otro navegador")
			if strings.Contains(seen, "data:image") || strings.Contains(other.submitAction("qr"), "data:image") || strings.Contains(other.submitAction("cancel"), "data:image") {
				t.Error("somebody else sees the code")
			}
			code := scanPage(t, o.open(o.at))
			if err := r.phone.Scans(code); err != nil {
				t.Fatal(err)
			}
			return code
		},
		"code": func(r *whatsappHarness, o *operatorBrowser) string {
			wantTexts(t, o.submitAction("code", "phone", "0221 15-555"), "código de país")
			wantTexts(t, o.submitAction("code", "phone", " "), "código de país")
			page := o.submitAction("code", "phone", "+54 9 (221) 555-0100")
			code := regexp.MustCompile(`<p class="codigo">(\w{4}-\w{4})</p>`).FindStringSubmatch(page)
			if code == nil {
				t.Fatalf("no code on the page: %s", page)
			}
			if err := r.phone.Types(code[1]); err != nil {
				t.Fatal(err)
			}
			return code[1]
		},
		"passkey": func(r *whatsappHarness, o *operatorBrowser) string {
			r.phone.NeedsPasskey()
			if err := r.phone.Scans(scanPage(t, o.submitAction("qr", "auto", "on"))); err != nil {
				t.Fatal(err)
			}
			page := html.UnescapeString(o.waitForText("llave de acceso"))
			if wantTexts(t, page, "parseRequestOptionsFromJSON({", `"challenge"`); strings.Contains(page, "http-equiv") {
				t.Error("what is being typed is thrown away")
			}
			o.submitAction("confirm") // answers another question
			wantTexts(t, o.open(o.at), "Lo que salió")
			o.submitAction("passkey", "answer", string(whatsapptest.PasskeyAnswer()))
			return string(whatsapptest.PasskeyAnswer())
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newWhatsAppHarness(t)
			r.env["LLAVE_ADMIN_ADDR"] = "127.0.0.1:0"
			r.program = r.run()
			public := r.program.address()
			o := r.operator()
			if strings.HasPrefix(o.at, public) {
				t.Fatalf("it is at %s, where everybody is", o.at)
			}
			res, err := http.Get(public + whatsappPath)
			if err != nil || res.StatusCode != http.StatusNotFound {
				t.Errorf("where everybody is: %v %v", res.Status, err)
			}
			res.Body.Close()
			wantTexts(t, o.open(o.at), "unpaired", "Vincular con un código QR")
			secret := pair(r, o)
			wantTexts(t, o.waitForText("quedó vinculado"), "+"+officeNumber)
			r.program.errs.waitFor(t, "state=connected")
			ana := r.srv.Phone(t, anaNumber, "Anabella").Chat(officeNumber)
			ana.Says("hola")
			ana.WaitsFor("Soy Llave")
			wantTexts(t, o.submitAction("qr"), "Ya hay un teléfono vinculado")
			wantTexts(t, o.submitAction("logout"), "falta marcar", "+"+officeNumber)
			r.srv.Fault(whatsapptest.Fault{On: "iq md remove-companion-device", Error: 500, Times: 1})
			wantTexts(t, o.submitAction("logout", "sure", "on"), "no se borró nada", `name="force"`, "+"+officeNumber)
			wantTexts(t, o.submitAction("logout", "sure", "on"), "Desvinculado")
			r.program.errs.waitFor(t, "state=logged_out")
			wantTexts(t, o.waitForText("logged_out"), "Vincular con un código QR")
			r.stopProgram()
			for _, s := range []string{secret, officeNumber, "555-0100", "challenge"} {
				if strings.Contains(r.program.errs.String(), s) {
					t.Errorf("%q stands in the log: %s", s, r.program.errs)
				}
			}
		})
	}
}

// A pairing that is given up, or under way when the program stops, ends.
func TestWhatsAppPairingGivenUpOnThePage(t *testing.T) {
	r := newWhatsAppHarness(t)
	r.program = r.run()
	o := r.operator()
	res := o.request(http.MethodGet, nil)
	page := o.read(res, nil)
	style := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindStringSubmatch(page)
	sum := sha256.Sum256([]byte(style[1]))
	for name, want := range map[string]string{
		"Cache-Control": "no-store", "X-Frame-Options": "DENY", "Content-Security-Policy": base64.StdEncoding.EncodeToString(sum[:]), "Set-Cookie": "HttpOnly; SameSite=Strict",
	} {
		if got := res.Header.Get(name); !strings.Contains(got, want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	first := scanPage(t, o.submitAction("qr"))
	wantTexts(t, o.submitAction("cancel"), "Cancelaste")
	if again := scanPage(t, o.submitAction("qr")); again == first {
		t.Error("the same code again")
	}
	begun := time.Now()
	r.stopProgram()
	if d := time.Since(begun); d > 20*time.Second {
		t.Errorf("it took %v to stop", d)
	}
}

// Only the operator gets to the page: not by the public address, not from another page, not by a name that another person
// else gave this machine.
func TestWhatsAppPageRefuses(t *testing.T) {
	t.Parallel()
	r := newWhatsAppHarness(t)
	r.program = r.run()
	o := r.operator() // on the address that everybody has
	o.open(o.at)
	answers := func(status int, what, why string, res *http.Response) {
		t.Helper()
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if res.StatusCode != status || !strings.Contains(string(body), why) || strings.Contains(string(body), "data:image") || res.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %s %s", what, res.Status, body)
		}
	}
	refused := func(what, why string, res *http.Response) {
		t.Helper()
		answers(http.StatusForbidden, what, why, res)
	}
	qr := url.Values{"do": {"qr"}}
	port := regexp.MustCompile(`:\d+`).FindString(strings.TrimPrefix(o.at, "http://"))
	const elsewhere, notHere = "no salió de esta página", "no se muestra acá"
	refused("from another page", elsewhere, o.request(http.MethodPost, qr, "Origin", "https://evil.example"))
	refused("from another port", elsewhere, o.request(http.MethodPost, qr, "Origin", "http://127.0.0.1:1"))
	refused("from nowhere", elsewhere, o.request(http.MethodPost, qr, "Origin", ""))
	refused("from a sandbox", elsewhere, o.request(http.MethodPost, qr, "Origin", "null"))
	refused("as browsers say it", elsewhere, o.request(http.MethodPost, qr, "Sec-Fetch-Site", "same-site"))
	refused("looked at from another page", elsewhere, o.request(http.MethodGet, nil, "Sec-Fetch-Site", "cross-site"))
	answers(http.StatusMisdirectedRequest, "by a name that was led here", "LLAVE_PUBLIC_URL", o.request(http.MethodGet, nil, "Host", "evil.example"+port))
	refused("by a proxy", notHere, o.request(http.MethodGet, nil, "X-Forwarded-For", "192.0.2.7"))
	refused("without the cookie", "cookie", r.another(o.at).request(http.MethodPost, qr))
	for what, got := range map[string]struct {
		res  *http.Response
		want int
	}{
		"another method": {o.request(http.MethodPut, qr), http.StatusMethodNotAllowed},
		"another form":   {o.request(http.MethodPost, url.Values{"do": {"x"}}), http.StatusBadRequest},
		"an endless one": {o.request(http.MethodPost, url.Values{"do": {"passkey"}, "answer": {strings.Repeat("x", maxPageForm)}}), http.StatusBadRequest},
		"in the address": {o.request(http.MethodGet, nil), http.StatusOK},
	} {
		if got.res.Body.Close(); got.res.StatusCode != got.want {
			t.Errorf("%s: %s", what, got.res.Status)
		}
	}
	if page := o.open(o.at + "?do=qr"); strings.Contains(page, "data:image") {
		t.Error("looking begins a pairing")
	}
	wantTexts(t, o.submitAction("qr"), "data:image")
	r.stopProgram()
	r.env["LLAVE_PUBLIC_URL"] = "https://llave.example" // so something stands in front, on this machine as well
	r.program = r.run()
	refused("where everybody comes through a proxy", notHere, r.operator().request(http.MethodGet, nil))
	r.stopProgram()
	r.env["LLAVE_ADMIN_ADDR"] = "127.0.0.1:0"
	r.program = r.run()
	o = r.operator()
	wantTexts(t, o.open(o.at), "Vincular")
	answers(http.StatusMisdirectedRequest, "by a name that was led to the operator's address", "número de IP", o.request(http.MethodGet, nil, "Host", "evil.example"))
	answers(http.StatusMisdirectedRequest, "posted there", "número de IP", o.request(http.MethodPost, qr, "Host", "evil.example", "Origin", "http://evil.example"))
	refused("from another page there", elsewhere, o.request(http.MethodPost, qr, "Origin", "https://evil.example"))
	r.stopProgram()
}

// The page can be used on the smallest phone, by keyboard and with a screen reader, without a script.
func TestWhatsAppPageInABrowser(t *testing.T) {
	t.Parallel()
	r := newWhatsAppHarness(t)
	r.program = r.run()
	at := r.program.out.waitFor(t, `WhatsApp +(http://\S+)`)[1]
	for _, l := range []webchattest.Look{{Width: 320, Height: 568, Phone: true}, {Width: 320, Height: 568, Dark: true}} {
		v := &visitor{webchattest.New(t, l), t, axe(t)}
		v.Goes(at)
		v.audit("not linked")
		v.tabTo("button")
		v.Clicks("input[name=auto]") // a person with a screen reader reloads when they want to
		v.Clicks("button")
		v.Waits("document.querySelector('img')?.naturalWidth > 200")
		if wide := v.Number("Math.round(document.querySelector('img').getBoundingClientRect().width)"); wide < 250 {
			t.Errorf("the code is %d wide", wide)
		}
		v.audit("the code")
		v.Clicks("button.no")
		v.Waits("document.querySelector('.aviso')")
		v.audit("given up")
		v.Clicks("form:has(#phone) input[name=auto]")
		v.Fills("#phone", officeNumber+"\r")
		v.Waits("document.querySelector('.codigo')")
		v.audit("the code to be typed")
		v.Clicks("button.no")
		v.Waits("document.querySelector('.aviso')")
		if l.Phone {
			continue
		}
		r.phone.NeedsPasskey()
		v.Clicks("input[name=auto]")
		v.Clicks("button")
		v.Waits("document.querySelector('img')")
		if err := r.phone.Scans(scanPage(t, v.String("document.documentElement.outerHTML"))); err != nil {
			t.Fatal(err)
		}
		r.srv.Until(t.Context(), func() bool { v.Goes(at); return v.True("document.querySelector('#answer')") })
		v.audit("the passkey")
	}
	r.stopProgram()
}

// The cookie of the page is for https only where the operator came by https.
func TestCookieOfTheWhatsAppPage(t *testing.T) {
	trusted, _ := httpx.ParseProxies("127.0.0.1")
	for scheme, want := range map[string]bool{"https": true, "http": false, "": false} {
		r := httptest.NewRequest(http.MethodGet, whatsappPath, nil)
		r.RemoteAddr = "127.0.0.1:1"
		if scheme != "" {
			r.Header.Set("X-Forwarded-Proto", scheme)
		}
		w := httptest.NewRecorder()
		set := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { pageOwner(w, r) })
		httpx.WithClient(trusted, slog.New(slog.DiscardHandler), set).ServeHTTP(w, r)
		if got := w.Result().Cookies(); len(got) != 1 || got[0].Secure != want {
			t.Errorf("%q: %v", scheme, got)
		}
	}
}
