package webchat

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"maps"
	"net/http"
	"path"
	"strings"
	"sync"

	"llave/adapters/catalog"
)

//go:embed page
var pageFiles embed.FS

// scripts are sent as one file, in this order.
func scripts() []string {
	return []string{"press.js", "line.js", "attach.js", "parts.js", "large.js", "kept.js", "menu.js", "chat.js"}
}

// assets are the page and its parts, ready to be sent. They are the same for all.
type assets struct {
	page   asset
	worker asset
	named  map[string]asset                 // by their names below /chat/
	icons  map[string]func() (asset, error) // the same, drawn when one is asked for
}

type asset struct {
	kind  string
	plain []byte
	small []byte // gzip
}

// pageView is the data of the page's templates.
type pageView struct {
	CSS, JS, Icon   string
	Manifest, Touch string
	Icons           []pageIcon
	Phone           string
	WhatsApp        string // the number of the help desk on WhatsApp, as wa.me has it; empty if its phone is another
	MaxText         int
	MaxFile         int // bytes
	Demo            *Demo
}

func loadAssets(o Options, texts *catalog.Texts) (assets, error) {
	a := assets{named: map[string]asset{}, icons: map[string]func() (asset, error){}}
	v := pageView{Phone: o.MesaPhone, MaxText: maxTyped, MaxFile: uploadMax, Demo: o.Demo}
	if o.MesaPhone == texts.Get("whatsapp_phone", nil) {
		v.WhatsApp = texts.Get("whatsapp_number", nil)
	}
	parts, err := packParts()
	if err != nil {
		return a, err
	}
	maps.Copy(a.named, parts.named)
	v.CSS, v.JS, v.Icon = parts.css, parts.js, parts.icon
	a.addIcons(&v)
	return a, a.addPages(v)
}

// parts are what every page refers to, whatever the options.
type parts struct {
	assets
	css, js, icon string // addresses
}

// packParts packs the parts once: they are compressed as far as it goes, which takes a while.
var packParts = sync.OnceValues(func() (p parts, err error) {
	p.named = map[string]asset{}
	for _, file := range []struct {
		name, kind string
		at         *string
	}{
		{"chat.css", "text/css; charset=utf-8", &p.css},
		{"chat.js", "text/javascript; charset=utf-8", &p.js},
		{"icon.svg", "image/svg+xml", &p.icon},
	} {
		raw, err := readAsset(file.name)
		if err != nil {
			return p, err
		}
		if err := p.add(file.name, file.kind, raw, file.at); err != nil {
			return p, err
		}
	}
	return p, nil
})

// addPages adds what is made of templates: the manifest, the page and the service worker.
func (a *assets) addPages(v pageView) error {
	manifest, err := fill("manifest.json", v)
	if err != nil {
		return err
	}
	if err := a.add("llave.webmanifest", "application/manifest+json", manifest, &v.Manifest); err != nil {
		return err
	}
	page, err := fill("chat.html", v)
	if err != nil {
		return err
	}
	if a.page, err = pack("text/html; charset=utf-8", page); err != nil {
		return err
	}
	worker, err := workerScript(v)
	if err != nil {
		return err
	}
	a.worker, err = pack("text/javascript; charset=utf-8", worker)
	return err
}

// add adds a file under a name that changes with its contents, and sets its address.
func (a *assets) add(file, kind string, raw []byte, at *string) (err error) {
	name := hashed(file, raw)
	*at = "/chat/" + name
	a.named[name], err = pack(kind, raw)
	return err
}

// fill executes a template of the page.
func fill(file string, data any) ([]byte, error) {
	t, err := template.ParseFS(pageFiles, "page/"+file)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.ExecuteTemplate(&b, file, data)
	return b.Bytes(), err
}

// readAsset is the contents under a name.
func readAsset(file string) (all []byte, err error) {
	parts := []string{file}
	if file == "chat.js" {
		parts = scripts()
	}
	for _, part := range parts {
		raw, err := pageFiles.ReadFile("page/" + part)
		if err != nil {
			return nil, err
		}
		all = append(all, raw...)
	}
	return all, nil
}

// hashed is a name that changes with the contents, so that the file may be cached for ever.
func hashed(file string, raw []byte) string {
	sum := sha256.Sum256(raw)
	ext := path.Ext(file)
	return strings.TrimSuffix(file, ext) + "." + hex.EncodeToString(sum[:6]) + ext
}

func pack(kind string, raw []byte) (asset, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return asset{}, err
	}
	if _, err := z.Write(raw); err != nil {
		return asset{}, err
	}
	err = z.Close()
	return asset{kind: kind, plain: raw, small: b.Bytes()}, err
}

func (a asset) serve(rw http.ResponseWriter, r *http.Request) {
	h := rw.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Vary", "Accept-Encoding")
	body := a.plain
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = a.small
	}
	_, _ = rw.Write(body) // the browser went away
}
