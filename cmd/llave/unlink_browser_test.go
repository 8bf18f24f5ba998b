package main

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"llave/adapters/webchat/webchattest"
)

// linkAccount links the page's chat with the demo's first account.
func (v *visitor) linkAccount(base string) {
	v.t.Helper()
	v.Fills("#texto", "token\r")
	v.Waits("document.querySelector('a.enlace')")
	v.signIn(v.String("document.querySelector('a.enlace').href"))
	v.Waits("document.querySelector('a.boton')")
	v.Clicks("a.boton")
	v.WaitsFor("quedó vinculado")
	v.Fills("#texto", "gracias\r") // the counter is over
	v.WaitsFor("Soy María")
	v.Clicks("#mensajes .opciones button")
	v.WaitsFor("Gracias")
}

// collectSecrets lets the chat show a token, a picture and a sheet, and returns what must be gone afterwards.
func (v *visitor) collectSecrets() (secrets, files []string) {
	v.t.Helper()
	v.Fills("#texto", "token de juana\r")
	v.WaitsFor("Token de Juana")
	v.Fills("#texto", "mi credencial\r")
	v.Waits("document.querySelector('#mensajes img')?.naturalWidth > 100")
	secrets = strings.Split(v.String("[...document.querySelectorAll('.cifras [aria-hidden]')].map(e => e.textContent).join()"), ",")
	files = strings.Fields(v.String("[...document.querySelectorAll('#mensajes img, #mensajes a[download]')].map(e => e.src || e.href).join(' ')"))
	if len(secrets) < 2 || len(files) < 1 {
		v.t.Fatalf("the page shows %q and %q", secrets, files)
	}
	return append(secrets, "Juana"), files
}

// wantNone looks for what must be gone, now and after a reload.
func (v *visitor) wantNone(base string, secrets, files []string) {
	v.t.Helper()
	for range 2 {
		html := v.String("document.documentElement.outerHTML")
		for _, s := range secrets {
			if strings.Contains(html, s) || strings.Contains(html, strings.ReplaceAll(s, " ", "")) {
				v.t.Errorf("the page still holds %q", s)
			}
		}
		for _, f := range files {
			if got := v.Number("fetch('" + f + "').then(r => r.status)"); got != http.StatusNotFound {
				v.t.Errorf("a file: %d", got)
			}
		}
		v.Goes(base + "/")
		v.Waits("document.querySelector('#mensajes .globo')")
	}
}

// What an account's chat has shown goes from the page when the link ends, in every tab.
func TestUnlinkingClearsThePage(t *testing.T) {
	t.Parallel()
	base := start(t, nil).address()
	v := &visitor{webchattest.New(t, webchattest.Look{Width: 360, Height: 740, Phone: true}), t, axe(t)}
	v.Goes(base + "/")
	v.linkAccount(base)
	secrets, files := v.collectSecrets()
	second := &visitor{v.Another(webchattest.Look{Width: 360, Height: 740, Phone: true}), t, nil}
	second.Goes(base + "/")
	second.WaitsFor("Juana")
	v.Fills("#texto", "desvincular\r")
	for _, x := range []*visitor{v, second} {
		x.WaitsFor("desvinculado")
		x.wantNone(base, secrets, files)
		x.WaitsFor("desvinculado")
	}
	v.audit("unlinked")
}

// The same when the link was ended elsewhere: the chat finds out by its next request.
func TestALinkThatWasEndedElsewhereClearsThePage(t *testing.T) {
	t.Parallel()
	base := start(t, nil).address()
	v := &visitor{webchattest.New(t, webchattest.Look{Width: 360, Height: 740, Phone: true}), t, axe(t)}
	v.Goes(base + "/")
	v.linkAccount(base)
	secrets, files := v.collectSecrets()
	changePassword(t, base, "27999990016")
	v.Fills("#texto", "token de tomás\r")
	v.Waits("!document.getElementById('mensajes').textContent.includes('Juana')")
	v.WaitsFor("Entrá a Autogestión antes de")
	v.wantNone(base, secrets, files)
	v.WaitsFor("Entrá a Autogestión antes de")
}

// changePassword ends all links of an account.
func changePassword(t *testing.T, base, cuil string) {
	t.Helper()
	jar, _ := cookiejar.New(nil)
	c := http.Client{Jar: jar}
	post := func(path string, kv ...string) *http.Response {
		form := url.Values{}
		for i := 0; i < len(kv); i += 2 {
			form.Set(kv[i], kv[i+1])
		}
		req, _ := http.NewRequest(http.MethodPost, base+"/autogestion/"+path, strings.NewReader(form.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", base)
		res, err := c.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { res.Body.Close() })
		return res
	}
	post("clave", "cuil", cuil)
	mail, err := c.Get(base + "/autogestion/correo")
	if err != nil {
		t.Fatal(err)
	}
	defer mail.Body.Close()
	text, _ := io.ReadAll(mail.Body)
	code := regexp.MustCompile(`[2-9B-Z]{4}-[2-9B-Z]{4}`).FindString(string(text))
	if res := post("clave/nueva", "code", code, "password", "perro-violeta", "password2", "perro-violeta"); res.StatusCode != http.StatusOK {
		t.Fatalf("a new password: %s", res.Status)
	}
}
