package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"llave/adapters/webchat/webchattest"
)

// axe is the accessibility checker that is run on pages.
func axe(t *testing.T) []byte {
	t.Helper()
	raw, err := os.ReadFile("../../adapters/webchat/testdata/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// address is where the program's web chat is.
func (x *process) address() string {
	x.t.Helper()
	return x.out.waitFor(x.t, `Chat web +(http://\S+)/\n`)[1]
}

// visitor is a newcomer with a browser. At every step the page fits the width, and axe finds nothing.
type visitor struct {
	*webchattest.Tab
	t   *testing.T
	axe []byte
}

func (v *visitor) audit(where string) {
	v.t.Helper()
	v.Fits(where)
	for _, line := range v.Audit(where, v.axe) {
		v.t.Error(line)
	}
}

// The way of a newcomer, as in the README's pictures, which show what is read there today.
func TestNewcomerInABrowser(t *testing.T) {
	t.Parallel()
	for name, l := range map[string]webchattest.Look{"": {Width: 320, Height: 568, Phone: true}, "chat-360-oscuro": {Width: 360, Height: 740, Phone: true, Dark: true}, "chat-1280": {Width: 1280, Height: 800}} {
		t.Run(fmt.Sprint(l.Width), func(t *testing.T) {
			t.Parallel()
			base := start(t, nil).address()
			v := &visitor{webchattest.New(t, l), t, axe(t)}
			seen := ""
			err := webchattest.Walk(v.Page, base, func(step string) error {
				text, err := webchattest.Seen(v.Page)
				seen += "== " + step + "\n" + text + "\n"
				v.audit(step)
				v.look(step, base)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if raw, err := os.ReadFile("../../docs/img/" + name + ".txt"); name != "" && (err != nil || string(raw) != seen) {
				t.Errorf("the pictures of the README show another program, %v: go run ./cmd/screenshots. Today's:\n%s", err, seen)
			}
		})
	}
}

// look checks what only one step has.
func (v *visitor) look(step, base string) {
	v.t.Helper()
	switch step {
	case "2-enlace":
		if rel := v.String("document.querySelector('a.enlace').rel + ' ' + document.querySelector('a.enlace').target"); rel != "noopener noreferrer " {
			v.t.Errorf("the link opens with %q", rel)
		}
	case "4-token":
		if at := v.String("location.href"); at != base+"/" {
			v.t.Errorf("the address is %s: the code stands in it", at)
		}
		if said := v.String("[...document.querySelectorAll('.mio .dicho')].pop().textContent"); said != "Volví de Autogestión" {
			v.t.Errorf("instead of the code the page shows %q", said)
		}
	}
}

// signIn goes through the pages of Autogestión.
func (v *visitor) signIn(link string) {
	v.t.Helper()
	v.Goes(link)
	v.Clicks(`form[action$="/seguir"] button`)
	v.Waits("document.querySelector('#password')")
	v.audit("the sign-in page")
	v.Fills("#cuil", "27-99999001-6")
	v.Fills("#password", "llave-demo")
	v.Clicks("#consent")
	v.Clicks(`form[action$="/entrar"] .dos button:not([formaction])`)
}

// tabTo presses Tab until an element has the focus, as a person without a mouse does, and checks that the focus is visible.
func (v *visitor) tabTo(css string) {
	v.t.Helper()
	for range 60 {
		v.Types("\t")
		if !v.True(fmt.Sprintf("document.activeElement?.matches(%q)", css)) {
			continue
		}
		if outline := v.String("getComputedStyle(document.activeElement).outlineStyle + ' ' + getComputedStyle(document.activeElement).outlineWidth"); !strings.HasPrefix(outline, "solid ") {
			v.t.Errorf("%s has the focus, and looks like it: %s", css, outline)
		}
		return
	}
	v.t.Fatalf("Tab never comes to %s", css)
}

// The same with Tab, Enter and space alone.
func TestNewcomerByKeyboard(t *testing.T) {
	t.Parallel()
	base := start(t, nil).address()
	v := &visitor{webchattest.New(t, webchattest.Look{Width: 1000, Height: 700}), t, nil}
	v.Goes(base + "/")
	v.Waits("!document.getElementById('sugerencias').hidden")
	v.Types("\t")
	if !v.True("document.activeElement.matches('.saltar')") {
		t.Errorf("the first stop is %s", v.String("document.activeElement.outerHTML"))
	}
	v.Types("\r")
	v.Waits("document.activeElement.id === 'texto'")
	v.Types("token\r")
	v.WaitsFor("Entrá a Autogestión antes de")
	v.Waits("document.activeElement.id === 'texto' && document.getElementById('texto').value === ''")
	link := v.String("document.querySelector('a.enlace').href")
	v.Goes(link) // Enter on the link would open it in another window
	v.tabTo(`form[action$="/seguir"] button`)
	v.Types("\r")
	v.Waits("document.querySelector('#password')")
	v.tabTo("#cuil")
	v.Types("27-99999001-6")
	v.tabTo("#password")
	v.Types("llave-demo")
	v.tabTo("#consent")
	v.Types(" ")
	v.tabTo(`form[action$="/entrar"] .dos button:not([formaction])`)
	v.Types("\r")
	v.Waits("document.querySelector('a.boton')")
	v.tabTo("a.boton")
	v.Types("\r")
	v.WaitsFor("quedó vinculado")
	v.tabTo("#mensajes .opciones button")
	v.Types("\r")
	v.WaitsFor("Token de Carlos")
	if !v.True("document.activeElement.id === 'texto'") {
		t.Errorf("after a choice the focus is on %s", v.String("document.activeElement.outerHTML"))
	}
	v.Types("token de juana\r")
	v.WaitsFor("Token de Juana")
	if !v.True("document.activeElement.id === 'texto'") {
		t.Error("the focus is lost")
	}
}

// The conversation outlives a reload, a stopped server and a page that was open all the while.
func TestTheConversationGoesOn(t *testing.T) {
	t.Parallel()
	env := map[string]string{"LLAVE_DATA": filepath.Join(t.TempDir(), "d")}
	x := start(t, env)
	base := x.address()
	env["LLAVE_ADDR"] = strings.TrimPrefix(base, "http://")
	v := &visitor{webchattest.New(t, webchattest.Look{Width: 360, Height: 740}), t, nil}
	v.Goes(base + "/")
	v.Fills("#texto", "qué es el token\r")
	v.WaitsFor("llave electrónica")
	second := v.Another(webchattest.Look{Width: 360, Height: 740})
	second.Goes(base + "/")
	second.WaitsFor("llave electrónica")
	lines := "document.querySelectorAll('#mensajes .globo').length"
	v.Waits(lines + " === 2")
	v.Goes(base + "/")
	v.Waits(lines + " === 2")

	x.cancel()
	x.waitExit(exitOK)
	v.Fills("#texto", "gracias\r")
	v.Waits("document.querySelector('.pendiente')")
	v.Waits("document.getElementById('estado').textContent.startsWith('Sin conexión')")
	v.Fills("#texto", "qué es el token\r")
	again := start(t, env)
	again.out.waitFor(t, "Llave está andando")
	v.Waits("!document.querySelector('.pendiente')")
	v.Waits(lines + " === 6")
	v.Waits("!document.getElementById('estado').textContent.startsWith('Sin')")
	second.Waits(lines + " === 6")
	said := "[...document.querySelectorAll('#mensajes .mio .dicho')].map(e => e.textContent).join()"
	for _, tab := range []*webchattest.Tab{v.Tab, second} {
		if got := tab.String(said); got != "qué es el token,gracias,qué es el token" {
			t.Errorf("what was said while the server was away: %s", got)
		}
	}
	v.Goes(base + "/")
	v.Waits(lines + " === 6")
	if n := strings.Count(again.errs.String(), "level=ERROR"); n > 0 {
		t.Errorf("errors: %s", again.errs)
	}
}
