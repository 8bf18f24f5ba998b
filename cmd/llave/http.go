package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"llave/adapters/httpx"
	"llave/adapters/telegram"
)

// serveHTTP serves the pages, and the operator's addresses there or on their own.
func (h *app) serveHTTP(listener net.Listener) error {
	// Goes before the servers do: they wait for what is being answered, and an open page's stream never is.
	defer func() { h.stops = append(h.stops, func(context.Context) error { h.web.Leave(); return nil }) }()
	public, admin := http.NewServeMux(), http.NewServeMux()
	if h.embedded != nil {
		public.Handle("/autogestion/", h.embedded.Handler())
	}
	chat := h.web.Handler(h.engine)
	public.Handle("/{$}", chat)
	public.Handle("/chat/", chat)
	if h.telegram != nil && h.telegramPushes() {
		public.Handle(telegram.WebhookPath, h.telegram.Handler(h.engine))
	}
	gate := h.operatorGate()
	if gate.shared {
		h.operator(public, gate)
		h.serveOn(listener, h.publicSide(public, gate))
		return nil
	}
	own, err := listen("LLAVE_ADMIN_ADDR", h.AdminAddr)
	if err != nil {
		return err
	}
	h.AdminAddr = own.Addr().String()
	h.operator(admin, gate)
	h.serveOn(listener, h.publicSide(public, nil))
	h.serveOn(own, h.adminSide(admin, gate))
	return nil
}

// publicSide is what everybody reaches. Gate is nil if the operator's pages are elsewhere.
func (h *app) publicSide(pages http.Handler, gate *operatorGate) http.Handler {
	hosts := httpx.NewHosts(h.PublicURL, h.Addr, h.addrName)
	hosts.Log = h.log
	misdirected := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		plainText(w, http.StatusMisdirectedRequest, "misdirected", h)
	})
	return h.outside(httpx.Security{HSTS: httpx.HTTPS(h.PublicURL)}, gate, hosts.Guard(misdirected, pages))
}

// adminSide is what the operator reaches, on an address of its own: by an IP address, which no name can be led to; by the
// names in the configuration; and, where there is a password, by a short name, as containers call one another.
func (h *app) adminSide(pages http.Handler, gate *operatorGate) http.Handler {
	hosts := httpx.NewHosts(h.PublicURL, h.AdminAddr, h.adminName)
	hosts.Log, hosts.Numbers, hosts.ShortNames = h.log, true, gate.password != nil
	misdirected := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		plainText(w, http.StatusMisdirectedRequest, "misdirected_admin", nil)
	})
	return h.outside(httpx.Security{}, gate, hosts.Guard(misdirected, pages))
}

// outside is what every request passes. Whether the program lives and is ready is answered to every peer by every name,
// since load balancers ask by whatever they like; how it stands in words is the operator's.
func (h *app) outside(s httpx.Security, gate *operatorGate, guarded http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok\n") })
	mux.HandleFunc("GET /readyz", h.readyz(gate))
	mux.Handle("/", guarded)
	return httpx.WithClient(h.proxies, h.log, httpx.Headers(s, mux))
}

func (h *app) serveOn(l net.Listener, handler http.Handler) {
	s := &http.Server{
		Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, WriteTimeout: 30 * time.Second,
		IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(h.log.Handler(), slog.LevelWarn),
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			h.fail(fmt.Errorf("se dejó de atender en %s: %w", l.Addr(), err))
		}
	}()
	h.stops = append(h.stops, func(ctx context.Context) error {
		err := s.Shutdown(ctx)
		select {
		case <-over:
		case <-ctx.Done():
		}
		return err
	})
}
