package desk

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"llave/adapters/desk/archive"
	"llave/adapters/webchat/webchattest"
	"llave/bot"
)

// TestLook takes pictures of all pages, to be looked at: LLAVE_DESK_PICTURES=folder go test ./adapters/desk -run TestLook
func TestLook(t *testing.T) {
	dir := os.Getenv("LLAVE_DESK_PICTURES")
	if dir == "" {
		t.Skip("LLAVE_DESK_PICTURES is not set")
	}
	f := newFixture(t)
	maria, jorge := f.scene()
	for _, look := range []webchattest.Look{{Width: 1440, Height: 900}, {Width: 1440, Height: 900, Dark: true}, {Width: 1024, Height: 768}, {Width: 360, Height: 740, Scale: 2, Phone: true}, {Width: 320, Height: 640, Scale: 2, Phone: true}} {
		b := webchattest.New(t, look)
		name := fmt.Sprintf("%d", look.Width)
		if look.Dark {
			name += "-dark"
		}
		take := func(what string) {
			raw, err := b.Picture()
			if err == nil {
				err = os.WriteFile(filepath.Join(dir, what+"-"+name+".png"), raw, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		b.Goes(f.url + "/mesa/")
		take("entrar")
		b.Goes(f.url + "/mesa/alta")
		b.Fills("#e", f.code(look))
		b.Clicks("form button")
		b.Waits("document.querySelector('.clave-totp')")
		take("alta")
		f.signs(b, "carla")
		for what, path := range map[string]string{"ajustes": "/mesa/ajustes", "registro": "/mesa/auditoria", "caso-de-otra": caseURL(maria)} {
			b.Goes(f.url + path)
			take(what)
		}
		f.signs(b, "ana")
		b.Goes(f.url + "/mesa/casos?tab=mine")
		b.Waits("document.querySelectorAll('#filas li').length === 3")
		take("lista")
		b.Goes(f.url + caseURL(maria))
		b.Waits("document.querySelector('img.foto')?.complete !== false")
		take("caso")
		b.Waits("(document.getElementById('hilo').scrollTop = 0, true)")
		take("caso-arriba")
		b.Goes(f.url + caseURL(maria) + "?modo=nota")
		take("nota")
		b.Goes(f.url + caseURL(maria) + "?ver=datos")
		take("datos")
		b.Goes(f.url + caseURL(jorge) + "?tab=free")
		take("sin-tomar")
		b.Goes(f.url + caseURL(maria))
		b.Waits("(document.getElementById('p-cerrar').showPopover(), true)")
		take("cerrar")
		b.Waits("(document.getElementById('p-acciones').showPopover(), true)")
		take("acciones")
	}
}

// code is a one-time code of a new agent.
func (f *fixture) code(look webchattest.Look) string {
	f.t.Helper()
	user := bot.AgentID(fmt.Sprintf("nora%d%t", look.Width, look.Dark))
	code, err := f.db.AddAgent(f.t.Context(), bot.Agent{ID: user, Name: "Nora", Role: bot.RoleAgent}, "")
	if err != nil {
		f.t.Fatal(err)
	}
	return code
}

// signs signs an agent in, in a browser that somebody may be signed in with.
func (f *fixture) signs(b *webchattest.Tab, user string) {
	f.t.Helper()
	if err := b.LoseCookies(); err != nil {
		f.t.Fatal(err)
	}
	b.Goes(f.url + "/mesa/")
	b.Fills("#u", user)
	b.Fills("#c", archive.DemoPassword)
	b.Clicks("form button")
	b.Waits("document.querySelector('.cuenta-mia')")
}
