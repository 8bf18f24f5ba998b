package main

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"slices"

	"llave/adapters/webchat/webchattest"
)

// look is one window in which the walk is taken.
type look struct {
	name string
	webchattest.Look
	wanted []string // which pictures
}

func looks() []look {
	return []look{
		{"chat-360", webchattest.Look{Width: 360, Height: 740, Scale: 2, Phone: true}, []string{"1-inicio", "3-entrar", "4-token", "5-credencial", "7-hoja"}},
		{"chat-360-oscuro", webchattest.Look{Width: 360, Height: 740, Scale: 2, Phone: true, Dark: true}, []string{"6-juana"}},
		{"chat-1280", webchattest.Look{Width: 1280, Height: 800}, []string{"4-token"}},
	}
}

// picture is one PNG of the walk.
type picture struct {
	name string
	png  []byte
}

// walker takes one step after the other; after the first that fails, none.
type walker struct {
	look
	*webchattest.Page
	taken []picture
	err   error
}

func (w *walker) step(f func() error) {
	if w.err == nil {
		w.err = f()
	}
}

func (w *walker) goTo(url string)  { w.step(func() error { return w.Go(url) }) }
func (w *walker) click(css string) { w.step(func() error { return w.Click(css) }) }
func (w *walker) keys(keys string) { w.step(func() error { return w.Type(keys) }) }
func (w *walker) waitForText(words string) {
	w.wait(fmt.Sprintf("document.getElementById('mensajes').textContent.includes(%q)", words))
}
func (w *walker) wait(js string)     { w.step(func() error { return w.Wait(js) }) }
func (w *walker) fill(css, s string) { w.click(css); w.keys(s) }

// href is where a link leads.
func (w *walker) href(css string) (url string) {
	w.wait(fmt.Sprintf("document.querySelector(%q)", css))
	w.step(func() (err error) {
		url, err = webchattest.Eval[string](w.Page, fmt.Sprintf("document.querySelector(%q).href", css))
		return err
	})
	return url
}

// shoot takes a picture when nothing moves any more.
func (w *walker) shoot(name string) {
	if !slices.Contains(w.wanted, name) {
		return
	}
	w.wait("!(document.getElementById('escribiendo')?.hidden === false) && [...document.images].every(i => i.complete)")
	w.wait("new Promise(go => setTimeout(() => go(true), 400))")
	w.step(func() error {
		raw, err := w.Picture()
		if err != nil {
			return err
		}
		small, err := squeeze(raw)
		w.taken = append(w.taken, picture{w.name + "-" + name, small})
		return err
	})
}

// walk is the newcomer's way: the empty page, the token, the sign-in page, and back in the chat.
func (l look) walk(ctx context.Context, base string) ([]picture, error) {
	p, err := webchattest.Open(ctx, l.Look)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	w := &walker{look: l, Page: p}
	w.goTo(base + "/")
	w.wait("!document.getElementById('sugerencias').hidden")
	w.shoot("1-inicio")
	w.click("#sugerencias button")
	w.waitForText("Abrí esta página")
	link := w.href("#mensajes a.enlace")
	w.goTo(link)
	w.click(`form[action$="/seguir"] button`)
	w.fill("#cuil", "27-99999001-6")
	w.fill("#password", "llave-demo")
	w.click("#consent")
	w.wait("scrollTo(0, 0) ?? true")
	w.shoot("3-entrar")
	w.click(`form[action$="/entrar"] .dos button:not([formaction])`)
	w.goTo(w.href("a.boton"))
	w.waitForText("quedó vinculado")
	w.shoot("4-token")
	w.fill("#texto", "gracias\r")
	w.waitForText("Soy María")
	w.click("#mensajes .opciones button")
	w.waitForText("Gracias")
	w.fill("#texto", "mi credencial\r")
	w.wait("document.querySelector('#mensajes img')?.naturalWidth")
	w.wait("document.activeElement.blur() ?? true")
	w.shoot("5-credencial")
	w.fill("#texto", "token de juana\r")
	w.waitForText("Token de Juana")
	w.shoot("6-juana")
	w.fill("#texto", "31 preimpresos para mi mamá\r")
	w.waitForText("¿Los hago?")
	w.fill("#texto", "sí\r")
	w.waitForText("la hoja para imprimir")
	w.wait("document.activeElement.blur() ?? true")
	w.shoot("7-hoja")
	return w.taken, w.err
}

// squeeze writes a picture with a palette: what a page has of colours fits in one, and takes a third of the room.
func squeeze(raw []byte) ([]byte, error) {
	img, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	err = encoder.Encode(&b, paletted(img))
	return b.Bytes(), err
}
