package desk

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"path"
	"strings"
	"sync"
)

//go:embed page/*.html page/*.css page/*.js page/icon.svg
var pageFiles embed.FS

// styles are sent as one file, in this order, and scripts as modules, each behind those that it imports.
var (
	styles  = []string{"base.css", "list.css", "thread.css", "composer.css", "context.css", "sheet.css", "forms.css", "narrow.css"}
	scripts = []string{"text.js", "clock.js", "send.js", "stream.js", "list.js", "thread.js", "composer.js", "ring.js", "keys.js", "desk.js"}
)

// assets are the parts of the pages, under names that change with their contents.
type assets struct {
	named         map[string]asset
	css, js, icon string // addresses
}

type asset struct {
	kind         string
	plain, small []byte // small is gzip
}

// loadAssets packs the parts once: they are the same for every desk.
var loadAssets = sync.OnceValues(packAssets)

func packAssets() (a assets, err error) {
	a.named = map[string]asset{}
	var css []byte
	for _, file := range styles {
		part, err := pageFiles.ReadFile("page/" + file)
		if err != nil {
			return a, err
		}
		css = append(css, part...)
	}
	if a.css, err = a.add("mesa.css", "text/css; charset=utf-8", css); err != nil {
		return a, err
	}
	icon, err := pageFiles.ReadFile("page/icon.svg")
	if err != nil {
		return a, err
	}
	if a.icon, err = a.add("icon.svg", "image/svg+xml", icon); err != nil {
		return a, err
	}
	a.js, err = a.addScripts()
	return a, err
}

// addScripts names in each module the modules that it imports as they are called here, and returns the address of the last.
func (a *assets) addScripts() (last string, err error) {
	names := []string{}
	for _, file := range scripts {
		raw, err := pageFiles.ReadFile("page/" + file)
		if err != nil {
			return "", err
		}
		body := strings.NewReplacer(names...).Replace(string(raw))
		if last, err = a.add(file, "text/javascript; charset=utf-8", []byte(body)); err != nil {
			return "", err
		}
		names = append(names, "'./"+file+"'", "'"+last+"'")
	}
	return last, nil
}

func (a *assets) add(file, kind string, raw []byte) (address string, err error) {
	sum := sha256.Sum256(raw)
	ext := path.Ext(file)
	name := strings.TrimSuffix(file, ext) + "." + hex.EncodeToString(sum[:6]) + ext
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return "", err
	}
	if _, err := z.Write(raw); err != nil {
		return "", err
	}
	err = z.Close()
	a.named[name] = asset{kind: kind, plain: raw, small: b.Bytes()}
	return "/mesa/" + name, err
}

// asset serves a part of the pages.
func (d *Desk) asset(c *call) error {
	a, ok := d.assets.named[c.PathValue("asset")]
	if !ok {
		return notFound("no_page")
	}
	h := c.rw.Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Content-Type", a.kind)
	h.Set("Vary", "Accept-Encoding")
	body := a.plain
	if strings.Contains(c.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = a.small
	}
	_, _ = c.rw.Write(body) // the browser went away
	return nil
}
