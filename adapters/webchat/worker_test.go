package webchat

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// The service worker has a route and headers of its own, and its page is under a policy that lets nothing run.
func TestWorker(t *testing.T) {
	w := newFixture(t)
	p := &person{fixture: w}
	res := p.get("/chat/sw.js")
	raw, _ := io.ReadAll(res.Body)
	for name, want := range map[string]string{
		"Content-Type": "text/javascript; charset=utf-8", "Service-Worker-Allowed": "/", "Cache-Control": "no-cache",
		"Content-Security-Policy": "default-src 'none'; connect-src 'self'", "X-Content-Type-Options": "nosniff",
	} {
		if got := res.Header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	first, script, _ := strings.Cut(string(raw), ";\n")
	var parts offlineParts
	if err := json.Unmarshal([]byte(strings.TrimPrefix(first, "const parts = ")), &parts); err != nil {
		t.Fatal(err)
	}
	style := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindStringSubmatch(parts.Page)
	if len(style) == 0 {
		t.Fatal("the page has no style")
	}
	sum := sha256.Sum256([]byte(style[1]))
	if want := "style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(parts.Policy, want) || !strings.HasPrefix(parts.Policy, "default-src 'none'; ") || strings.Contains(parts.Policy, "script") {
		t.Errorf("the page is under %q", parts.Policy)
	}
	for _, mark := range []string{"%title%", "%digits%", "%notes%", "%hour%", "si no se usó"} {
		if !strings.Contains(parts.Token, mark) {
			t.Errorf("a token has no %s", mark)
		}
	}
	if !strings.Contains(parts.Page, "%tokens%") || !strings.Contains(parts.Note, "%text%") || !strings.Contains(parts.Page, `href="tel:221-351-0282"`) {
		t.Errorf("the page: %s", parts.Page)
	}
	if regexp.MustCompile(`[áéíóúñ¿¡]`).MatchString(script) {
		t.Error("there is Spanish in the script")
	}
}

// The manifest names icons that are there, as large as it says.
func TestManifest(t *testing.T) {
	w := newFixture(t)
	p := &person{fixture: w}
	page := p.plain("/")
	address := regexp.MustCompile(`rel="manifest" href="([^"]+)"`).FindStringSubmatch(page)
	if address == nil {
		t.Fatal("the page names no manifest")
	}
	var m struct {
		Name, Display, Scope, Lang string
		Start                      string `json:"start_url"`
		Icons                      []struct{ Src, Sizes, Type, Purpose string }
	}
	res := p.get(address[1])
	if err := json.NewDecoder(res.Body).Decode(&m); err != nil || res.Header.Get("Content-Type") != "application/manifest+json" {
		t.Fatalf("%v, %s", err, res.Header.Get("Content-Type"))
	}
	if m.Name == "" || m.Display != "standalone" || m.Start != "/" || m.Scope != "/" || m.Lang != "es-AR" || len(m.Icons) != 4 {
		t.Errorf("the manifest says %+v", m)
	}
	touch := regexp.MustCompile(`rel="apple-touch-icon" href="([^"]+)"`).FindStringSubmatch(page)
	sizes := map[string]int{touch[1]: 180}
	for _, i := range m.Icons {
		if i.Type == "image/png" {
			sizes[i.Src] = map[string]int{"192x192": 192, "512x512": 512}[i.Sizes]
		}
	}
	for src, size := range sizes {
		res := p.get(src)
		img, err := png.Decode(res.Body)
		if err != nil || img.Bounds().Dx() != size || img.Bounds().Dy() != size || res.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" {
			t.Errorf("%s: %v, %v, want %d", src, err, img, size)
		}
	}
	if got := p.status("/chat/icon-192any.000000000000.png"); got != http.StatusNotFound {
		t.Errorf("an icon of another version: %d", got)
	}
}

// An icon is the key of icon.svg: white on the colour, clear corners unless the system cuts them.
func TestIcon(t *testing.T) {
	for rounded, corner := range map[bool]color.NRGBA{true: {0x00, 0x58, 0x6b, 0}, false: {0x00, 0x58, 0x6b, 255}} {
		raw, err := drawIcon(64, rounded)
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		at := func(x, y int) color.Color { return color.NRGBAModel.Convert(img.At(x, y)) }
		if at(0, 0) != corner || at(32, 8) != (color.NRGBA{0x00, 0x58, 0x6b, 255}) || at(40, 32) != (color.NRGBA{255, 255, 255, 255}) || at(26, 32) != (color.NRGBA{0x00, 0x58, 0x6b, 255}) && rounded {
			t.Errorf("rounded %v: %v %v %v %v", rounded, at(0, 0), at(32, 8), at(40, 32), at(26, 32))
		}
	}
}
