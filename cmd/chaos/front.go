package main

import (
	"bytes"
	"errors"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"sync"
	"time"
)

// front is the one address of several processes: it gives each request to one of them, by chance, and to the next one where that does
// not answer soon.
type front struct {
	url    string
	server *http.Server
	way    http.RoundTripper // to a process

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
	f := &front{url: "http://" + l.Addr().String(), rng: rand.New(rand.NewPCG(seed, 9)),
		way: &http.Transport{ResponseHeaderTimeout: frontPatience, MaxIdleConnsPerHost: 32}}
	proxy := &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "http", Host: "front"}) },
		Transport: f, ErrorLog: log.New(io.Discard, "", 0),
	}
	f.server = &http.Server{Handler: proxy}
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

// RoundTrip gives a request to a process, and to the next one if that is not there, does not answer or says that it is not ready.
func (f *front) RoundTrip(r *http.Request) (res *http.Response, err error) {
	var body []byte
	if r.Body != nil {
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	err = errors.New("nobody is there")
	for _, host := range f.inSomeOrder() {
		next := r.Clone(r.Context())
		next.URL.Host, next.Body = host, io.NopCloser(bytes.NewReader(body))
		if res != nil {
			res.Body.Close()
		}
		if res, err = f.way.RoundTrip(next); err == nil && res.StatusCode < http.StatusInternalServerError {
			return res, nil
		}
	}
	return res, err
}

func (f *front) inSomeOrder() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := slices.Clone(f.hosts)
	f.rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

func (f *front) close() {
	if f != nil {
		f.server.Close()
	}
}
