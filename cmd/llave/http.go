package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"llave/adapters/httpx"
	"llave/adapters/telegram"
)

// serveHTTP serves the pages, and the operator's pages with them or on an address of their own.
func (a *app) serveHTTP(listener net.Listener) error {
	// Before the servers stop: they wait for open requests, and the stream of an open page never ends by itself.
	defer a.onStop(func(context.Context) error {
		if a.web != nil {
			a.web.Leave()
		}
		a.desk.pages.Leave()
		return nil
	})
	public, admin := http.NewServeMux(), http.NewServeMux()
	if a.embedded != nil {
		public.Handle("/autogestion/", a.embedded.Handler())
	}
	chat := http.Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { plainText(w, http.StatusNotFound, "web.off", nil) }))
	if a.web != nil {
		chat = a.web.Handler(a.engine)
	}
	public.Handle("/{$}", chat)
	public.Handle("/chat/", chat)
	if a.telegram != nil && a.telegramPushes() {
		public.Handle(telegram.WebhookPath, a.telegram.Handler(a.engine))
	}
	gate := a.operatorGate()
	if gate.shared {
		a.operator(public, gate)
		a.serveDesk(public)
		a.serveOn(listener, a.publicSide(public, gate))
		return nil
	}
	own, err := listen("LLAVE_ADMIN_ADDR", a.AdminAddr)
	if err != nil {
		return err
	}
	a.AdminAddr = own.Addr().String()
	a.operator(admin, gate)
	a.serveDesk(admin)
	a.serveOn(listener, a.publicSide(public, nil))
	a.serveOn(own, a.adminSide(admin, gate))
	return nil
}

// publicSide is the handler of the public address. Gate is nil if the operator's pages are on another one.
func (a *app) publicSide(pages http.Handler, gate *operatorGate) http.Handler {
	hosts := httpx.NewHosts(a.PublicURL, a.Addr, a.addrName)
	hosts.Log = a.log
	misdirected := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		plainText(w, http.StatusMisdirectedRequest, "misdirected", a)
	})
	return a.outside(httpx.Security{HSTS: httpx.HTTPS(a.PublicURL)}, gate, hosts.Guard(misdirected, pages))
}

// adminSide is the handler of the operator's own address. It answers to IP addresses, which DNS rebinding cannot use; to the
// names in the configuration; and, if there is a password, to short names, as containers use them.
func (a *app) adminSide(pages http.Handler, gate *operatorGate) http.Handler {
	hosts := httpx.NewHosts(a.PublicURL, a.AdminAddr, a.adminName)
	hosts.Log, hosts.Numbers, hosts.ShortNames = a.log, true, gate.password != nil
	misdirected := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		plainText(w, http.StatusMisdirectedRequest, "misdirected_admin", nil)
	})
	return a.outside(httpx.Security{}, gate, hosts.Guard(misdirected, pages))
}

// outside wraps all that is served. /healthz and /readyz answer every peer and every name, since load balancers use any; the
// text of /readyz is the operator's.
func (a *app) outside(s httpx.Security, gate *operatorGate, guarded http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok\n") })
	mux.HandleFunc("GET /readyz", a.readyz(gate))
	mux.Handle("/", guarded)
	return httpx.WithClient(a.proxies, a.log, httpx.Headers(s, mux))
}

func (a *app) serveOn(l net.Listener, handler http.Handler) {
	s := &http.Server{
		Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, WriteTimeout: 30 * time.Second,
		IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelWarn),
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			a.fail(refuse("listen.stopped", values{"addr": l.Addr(), "err": err}).because(err))
		}
	}()
	a.onStop(func(ctx context.Context) error {
		err := s.Shutdown(ctx)
		select {
		case <-over:
		case <-ctx.Done():
		}
		return err
	})
}
