package httpx

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestCookie(t *testing.T) {
	for url, want := range map[string]string{
		"https://llave.example": "__Host-chat=x; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Lax",
		"http://127.0.0.1":      "chat=x; Path=/; Max-Age=60; HttpOnly; SameSite=Lax",
	} {
		c := Cookie{Name: "chat", PublicURL: url, Lasts: time.Minute}
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, "http://llave.test", nil)
		c.Set(w, r, "x")
		if got := w.Header().Get("Set-Cookie"); got != want {
			t.Errorf("%s: %q, want %q", url, got, want)
		}
		if c.Get(r) != "" {
			t.Error("a cookie that is not there has a value")
		}
		for _, set := range w.Result().Cookies() {
			r.AddCookie(set)
		}
		if got := c.Get(r); got != "x" {
			t.Errorf("%s: the value is %q", url, got)
		}
		w = httptest.NewRecorder()
		if c.Delete(w, r); w.Result().Cookies()[0].MaxAge >= 0 {
			t.Errorf("%s: %q deletes nothing", url, w.Header().Get("Set-Cookie"))
		}
	}
}
