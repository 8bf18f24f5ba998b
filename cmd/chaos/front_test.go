package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A request reaches the one process that takes it, whichever is asked first.
func TestFrontTriesTheNext(t *testing.T) {
	leaving := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }))
	defer leaving.Close()
	works := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.Copy(w, r.Body) }))
	defer works.Close()
	f, err := openFront(1)
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	gone, err := freeAddress()
	if err != nil {
		t.Fatal(err)
	}
	for _, addr := range []string{gone, leaving.Listener.Addr().String(), works.Listener.Addr().String()} {
		f.to(addr)
	}
	for range 20 {
		res, err := http.Post(f.url, "text/plain", strings.NewReader("hola"))
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if string(text) != "hola" {
			t.Fatalf("status %d, %q", res.StatusCode, text)
		}
	}
}
