//go:build !nowhatsapp && !race

package main

import (
	"bytes"
	"encoding/base64"
	"html"
	"image/png"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// operatorBrowser is an operator's browser on the page.
type operatorBrowser struct {
	*browser
	at   string // the page's address
	from string // its Origin header
}

func (r *whatsappHarness) operator() *operatorBrowser {
	r.t.Helper()
	at := r.program.out.waitFor(r.t, `WhatsApp +(http://\S+)`)[1]
	return r.another(at)
}

func (r *whatsappHarness) another(at string) *operatorBrowser {
	return &operatorBrowser{newBrowser(r.t), at, strings.TrimSuffix(at, whatsappPath)}
}

func (o *operatorBrowser) request(method string, form url.Values, headers ...string) *http.Response {
	o.t.Helper()
	req, err := http.NewRequestWithContext(o.t.Context(), method, o.at, strings.NewReader(form.Encode()))
	if err != nil {
		o.t.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", o.from)
	}
	for i := 0; i < len(headers); i += 2 {
		if req.Header.Set(headers[i], headers[i+1]); headers[i] == "Host" {
			req.Host = headers[i+1]
		}
	}
	res, err := o.Do(req)
	if err != nil {
		o.t.Fatal(err)
	}
	return res
}

// does sends one of the page's forms, and returns the page that comes of it.
func (o *operatorBrowser) submitAction(what string, fields ...string) string {
	o.t.Helper()
	form := url.Values{"do": {what}}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return o.read(o.request(http.MethodPost, form), nil)
}

// sees reloads the page until it says something, as its refresh does.
func (o *operatorBrowser) waitForText(words string) string {
	o.t.Helper()
	for late := time.Now().Add(patience); ; {
		page := o.open(o.at)
		if strings.Contains(page, words) {
			return page
		}
		if time.Now().After(late) {
			o.t.Fatalf("the page never says %q: %s", words, page)
		}
	}
}

// camera reads the QR code in a page.
func scanPage(t *testing.T, page string) string {
	t.Helper()
	m := regexp.MustCompile(`<img src="data:image/png;base64,([^"]+)" alt="Código QR`).FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("no picture on the page: %s", page)
	}
	raw, err := base64.StdEncoding.DecodeString(html.UnescapeString(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return decodeQR(t, img)
}

func wantTexts(t *testing.T, page string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(page, w) {
			t.Errorf("the page does not say %q: %s", w, page)
		}
	}
}
