package autogestion

import (
	"bytes"
	"fmt"
	"html"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"llave/flows/backend"
)

func TestASheetIsVerifiedOnThePage(t *testing.T) {
	var log bytes.Buffer
	w, srv := served(t, func(o *Options) {
		o.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	g := w.linked(t, maria, "c")
	order := func(month backend.Month, count int) backend.Sheet {
		t.Helper()
		p, err := w.Print(t.Context(), g.Credential, backend.SheetOrder{Member: g.Group.Own, Month: month, Count: count}, fmt.Sprint(month, count))
		if err != nil || len(p.Sheets) != 1 {
			t.Fatal(p.Denied, err)
		}
		return p.Sheets[0]
	}
	w.clock.set(buenos(2026, 11, 25, 10, 0, 0))
	h, next := order("2026-11", 10), order("2026-12", 1)
	b := w.browser(t, srv)
	b.get("/autogestion/").wants(t, 200, `href="/autogestion/verificar"`)
	b.get("/autogestion/verificar").wants(t, 200, "autofocus", `method="post"`, `autocomplete="off"`)
	said := b.post("/autogestion/verificar", "proof", h.Proof)
	said.wants(t, 200, "Auténtica. No prueba que esté sin usar.", "del 1 al 30 de noviembre de 2026", h.Reference, "10, del 1 al 10", `start="1"`, "autofocus", "<title>Auténtica ·")
	for _, tok := range h.Tokens {
		said.wants(t, 200, "<li>"+tok.Digits[:3]+" "+tok.Digits[3:]+"</li>")
	}
	if said.header.Get("Cache-Control") != "no-store" || said.header.Get("Set-Cookie") != "" {
		t.Errorf("headers are %v", said.header)
	}
	b.post("/autogestion/verificar", "proof", "  "+h.Proof+"\r\n").wants(t, 200, "Auténtica. No prueba")
	b.post("/autogestion/verificar", "proof", next.Proof).wants(t, 200, "Auténtica. No prueba", "Todavía no vale: es de diciembre de 2026", "uno, el número 1", "Auténtica, y todavía no vale")
	w.clock.set(buenos(2026, 12, 1, 0, 0, 0))
	b.post("/autogestion/verificar", "proof", h.Proof).wants(t, 200, "Auténtica. No prueba", "Ya venció: era de noviembre de 2026", "Auténtica, y vencida")
	if late := b.post("/autogestion/verificar", "proof", next.Proof); strings.Contains(late.body, "Todavía") || strings.Contains(late.body, "venció") {
		t.Error("in its month it is early or late")
	}
	cut := 149
	for h.Proof[cut-1] == ' ' { // which a form would remove
		cut -= 3
	}
	for text, want := range map[string][2]string{
		h.Proof[:cut]:   {"No se pudo leer", "Le falta o le sobra algo"},
		"482913":        {"No se pudo leer", "empieza de otra manera"},
		"<b>hola":       {"No se pudo leer", "empieza de otra manera"},
		forged(h.Proof): {"No es auténtica", "La firma no corresponde"},
	} {
		no := b.post("/autogestion/verificar", "proof", text)
		no.wants(t, 422, want[0], want[1], "<title>"+want[0]+" ·", "autofocus")
		if plain := html.UnescapeString(no.body); strings.Contains(plain, text) || strings.Contains(no.body, "<b>") || strings.Contains(plain, "sin usar.") || want[0] != "No es auténtica" && strings.Contains(plain, "No es auténtica") {
			t.Errorf("what was sent comes back, or is believed: %q", text)
		}
	}
	b.post("/autogestion/verificar", "proof", " ").wants(t, 422, "Código de la hoja")
	b.post("/autogestion/verificar", "proof", strings.Repeat("A", 16<<10)).wants(t, 413)
	for _, secret := range append([]string{"LLAVE1", h.Reference, "proof"}, h.Tokens[0].Digits) {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

// forged changes one of a proof's characters, behind its head. In Base45 every third one may become smaller.
func forged(text string) string {
	for i := len("LLAVE1:") + 45; ; i += 3 {
		if text[i] != '0' {
			return text[:i] + "0" + text[i+1:]
		}
	}
}

// The text is never in an address: the page ignores one there.
func TestAProofInAURLIsNotLookedAt(t *testing.T) {
	a := papers(t)
	h := a.sheet("2026-11", 1)
	srv := newServer(t, a.fixture)
	b := a.browser(t, srv)
	if p := b.get("/autogestion/verificar?proof=" + strings.NewReplacer("%", "%25", " ", "%20", "+", "%2B").Replace(h.Proof)); p.status != 200 || strings.Contains(p.body, "Auténtica.") || strings.Contains(p.body, h.Reference) {
		t.Error("it was looked at")
	}
	req, _ := http.NewRequest("POST", srv.URL+"/autogestion/verificar", strings.NewReader("proof=x"))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	b.read(b.Do(req)).wants(t, 403)
}

// The page does not reveal which tokens are used or void.
func TestThePageTellsNothingThatIsKept(t *testing.T) {
	a := papers(t)
	h := a.sheet("2026-11", 3)
	srv := newServer(t, a.fixture)
	b := a.browser(t, srv)
	before := b.post("/autogestion/verificar", "proof", h.Proof).body
	if why := a.try(h.Tokens[0].Digits, ""); why != "" {
		t.Fatal(why)
	}
	if _, err := a.Void(t.Context(), a.g.Credential, h.ID, []int{2}); err != nil {
		t.Fatal(err)
	}
	if after := b.post("/autogestion/verificar", "proof", h.Proof).body; after != before {
		t.Error("the page changed")
	}
}

// The page is accessible by its form: labels, descriptions that exist, unique ids, headings in order.
func TestTheVerifyPageNamesItsParts(t *testing.T) {
	a := papers(t)
	h := a.sheet("2026-11", 31)
	b := a.browser(t, newServer(t, a.fixture))
	for name, p := range map[string]page{"empty": b.get("/autogestion/verificar"), "good": b.post("/autogestion/verificar", "proof", h.Proof), "bad": b.post("/autogestion/verificar", "proof", "x")} {
		have := map[string]bool{}
		for _, m := range ids.FindAllStringSubmatch(p.body, -1) {
			if have[m[1]] {
				t.Errorf("%s: two things are called %s", name, m[1])
			}
			have[m[1]] = true
		}
		for _, m := range regexp.MustCompile(`aria-(?:describedby|labelledby)="([^"]*)"`).FindAllStringSubmatch(p.body, -1) {
			if !have[m[1]] {
				t.Errorf("%s: %s is not there", name, m[1])
			}
		}
		if strings.Count(p.body, "<h1") != 1 || !strings.Contains(p.body, `<label for="proof"`) || strings.Count(p.body, " autofocus") != 1 {
			t.Errorf("%s: a heading, the label or the focus is missing", name)
		}
		if strings.Contains(p.body, "<script") || strings.Contains(p.body, "style=") || len(p.body) > 12_000 {
			t.Errorf("%s: %d bytes", name, len(p.body))
		}
	}
}
