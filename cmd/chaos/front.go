package main

import (
	"bytes"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"time"
)

// front is the one address of several processes: it gives each request to one of them, by chance. One that does not answer soon
// is taken for gone.
type front struct {
	url    string
	server *http.Server

	mu    sync.Mutex
	rng   *rand.Rand
	hosts []string
}

// frontPatience is how long a process may take.
const frontPatience = 2 * time.Second

func openFront(seed uint64) (*front, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	f := &front{url: "http://" + l.Addr().String(), rng: rand.New(rand.NewPCG(seed, 9))}
	proxy := &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "http", Host: f.one()}) },
		Transport: &http.Transport{ResponseHeaderTimeout: frontPatience, MaxIdleConnsPerHost: 32},
		ErrorLog:  log.New(io.Discard, "", 0),
	}
	f.server = &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		proxy.ServeHTTP(w, r)
	})}
	go f.server.Serve(l)
	return f, nil
}

// to adds a process.
func (f *front) to(addr string) {
	if f != nil {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.hosts = append(f.hosts, addr)
	}
}

func (f *front) one() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.hosts) == 0 {
		return "127.0.0.1:1" // nobody is there yet
	}
	return f.hosts[f.rng.IntN(len(f.hosts))]
}

func (f *front) close() {
	if f != nil {
		f.server.Close()
	}
}
