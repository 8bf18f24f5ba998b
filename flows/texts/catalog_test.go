package texts

import (
	"regexp"
	"strings"
	"testing"

	"llave/flows/backend"
)

// A person's name becomes a plain file name, whatever letters it is written with.
func TestFileNames(t *testing.T) {
	texts, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Rosa": "tokens-rosa-2026-11.pdf", "María de los Ángeles": "tokens-maria-de-los-angeles-2026-11.pdf", "Ñandú": "tokens-nandu-2026-11.pdf",
		"Juana 山田 Łukasz": "tokens-juana-lukasz-2026-11.pdf", "Ỹsapy G\u0303uarani": "tokens-ysapy-guarani-2026-11.pdf", "D’Angelo": "tokens-dangelo-2026-11.pdf",
		"Nguyễn Thị": "tokens-nguyen-thi-2026-11.pdf", "山田": "tokens-2026-11.pdf", "محمد": "tokens-2026-11.pdf", "Ana \U0001F338 -- Paz": "tokens-ana-paz-2026-11.pdf",
		"../../etc": "tokens-etc-2026-11.pdf", "": "tokens-2026-11.pdf",
	} {
		got, err := texts.Render("paper.file", struct {
			Name  string
			Month backend.Month
		}{Slug(name), "2026-11"})
		if err != nil || got != want {
			t.Errorf("%q: %q %v, want %q", name, got, err, want)
		}
	}
}

// Runs of numbers are written short.
func TestNumbers(t *testing.T) {
	texts, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	for want, list := range map[string][]int{"3 y 5": {3, 5}, "3 a 7": {3, 4, 5, 6, 7}, "3, 4 y 9": {3, 4, 9}, "": nil, "7": {7}} {
		if got := texts.Numbers(list); got != want {
			t.Errorf("%v is written %q, want %q", list, got, want)
		}
	}
}

// The texts use no form of address but vos, open each question and exclamation, and close each emphasis.
func TestTexts(t *testing.T) {
	c, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	tuteo := regexp.MustCompile(`(?i)\b(tienes|puedes|quieres|haz|tú|usted|debes|ingresa|introduzca|haga|clic)\b`)
	for name, tmpl := range c.by {
		text := tmpl.Root.String()
		if m := tuteo.FindString(text); m != "" {
			t.Errorf("%s: %q is not how we speak", name, m)
		}
		if strings.Count(text, "¿") != strings.Count(text, "?") || strings.Count(text, "¡") != strings.Count(text, "!") {
			t.Errorf("%s: a question or an exclamation is not opened or not closed", name)
		}
		if strings.Count(text, "*")%2 != 0 {
			t.Errorf("%s: a * stands alone", name)
		}
	}
}
