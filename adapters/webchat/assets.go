package webchat

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"net/http"
	"path"
	"strings"
)

//go:embed page/chat.html page/chat.css page/press.js page/line.js page/attach.js page/chat.js page/icon.svg
var pageFiles embed.FS

// scripts are sent as one file, in this order.
func scripts() []string { return []string{"press.js", "line.js", "attach.js", "chat.js"} }

// assets are the page and its parts, ready to be sent. They are the same for all.
type assets struct {
	page  asset
	named map[string]asset // by their names below /chat/
}

type asset struct {
	kind  string
	plain []byte
	small []byte // gzip
}

// pageView is the data of the page template.
type pageView struct {
	CSS, JS, Icon string
	Phone         string
	MaxText       int
	MaxFile       int // bytes
	Demo          *Demo
}

func loadAssets(o Options) (assets, error) {
	a := assets{named: map[string]asset{}}
	v := pageView{Phone: o.MesaPhone, MaxText: maxTyped, MaxFile: uploadMax, Demo: o.Demo}
	for file, x := range map[string]struct {
		kind string
		at   *string
	}{
		"chat.css": {"text/css; charset=utf-8", &v.CSS},
		"chat.js":  {"text/javascript; charset=utf-8", &v.JS},
		"icon.svg": {"image/svg+xml", &v.Icon},
	} {
		raw, err := readAsset(file)
		if err != nil {
			return a, err
		}
		name := hashed(file, raw)
		*x.at = "/chat/" + name
		if a.named[name], err = pack(x.kind, raw); err != nil {
			return a, err
		}
	}
	t, err := template.ParseFS(pageFiles, "page/chat.html")
	if err != nil {
		return a, err
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "chat.html", v); err != nil {
		return a, err
	}
	a.page, err = pack("text/html; charset=utf-8", b.Bytes())
	return a, err
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
