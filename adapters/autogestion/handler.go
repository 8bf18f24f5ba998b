package autogestion

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"llave/adapters/autogestion/api"
	"llave/adapters/autogestion/wire"
	"llave/adapters/httpx"
	"llave/flows/backend"
)

// Handler serves everything below /autogestion/: the pages, and the HTTP API below wire.Prefix.
func (s *Service) Handler() http.Handler {
	mux := http.NewServeMux()
	pages := s.pages()
	pages.Mount(mux)
	s.mountAPI(mux)
	guarded := httpx.SameOrigin(s.opt.PublicURL, http.HandlerFunc(pages.CrossOrigin), mux)
	return secure(s.opt.PublicURL, http.MaxBytesHandler(jsonByDefault(guarded), wire.MaxBody))
}

// jsonByDefault accepts requests of curl -d to the API, which name the type of a form. The API authenticates by bearer keys
// and not by cookies, so nothing depends on a content type that forms cannot send.
func jsonByDefault(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if ct := r.Header.Get("Content-Type"); strings.HasPrefix(r.URL.Path, wire.Prefix) &&
			(ct == "" || ct == "application/x-www-form-urlencoded") {
			r.Header.Set("Content-Type", "application/json")
		}
		next.ServeHTTP(w, r)
	})
}

// secure sets the headers of every answer, of pages and API.
func secure(publicURL string, next http.Handler) http.Handler {
	return httpx.Headers(httpx.Security{HSTS: httpx.HTTPS(publicURL)}, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("X-Robots-Tag", "noindex, nofollow")
		next.ServeHTTP(rw, r)
	}))
}

// Capabilities declares what this back end can do.
func (s *Service) Capabilities(context.Context) (backend.Capabilities, error) { return can, nil }

var can = backend.Capabilities{CurrentWithoutMinting: true, Keys: true, TokenState: true, Void: true, Sheets: true, Months: true,
	SignInPages: true, Account: true, Notices: true}

// mountAPI serves the HTTP API. Without a bot's key only validations are served.
func (s *Service) mountAPI(mux *http.ServeMux) {
	api.Mount(mux, api.Options{Tokens: s, Links: s, Sheets: s, Accounts: s, Notices: s, Can: can, Validate: s.validateBody, SheetKeys: s.SheetKeys,
		WrongKey: s.wrongKey, IsBot: s.isBot, Refusal: toWireError, Log: s.opt.Log})
}

// wrongKey counts a wrong key of a bot or a provider by its address. Looking a key up only reads, so a flood of them does not
// delay those who write.
func (s *Service) wrongKey(address string) (wait time.Duration) {
	_, wait = s.wrongKeys.Allow(address)
	if wait == 0 { // a flood is counted no further
		s.event(context.Background(), EventKey, ErrProvider)
	}
	return wait
}

// isBot hashes both keys, so that comparing takes the same time for every key.
func (s *Service) isBot(key string) bool {
	same := string(s.keys.hash("bot", key)) == string(s.keys.hash("bot", s.opt.BotKey))
	return same && s.opt.BotKey != ""
}

func (s *Service) validateBody(ctx context.Context, providerKey string, v wire.ValidationBody) (wire.VerdictBody, error) {
	got, err := s.Validate(ctx, providerKey, Validation(v))
	if got.Accepted {
		return wire.VerdictBody{Result: "accepted", Affiliate: got.Affiliate}, err
	}
	return wire.VerdictBody{Result: "denied", Reason: got.Reason}, err
}

// toWireError is the API's answer to the errors of this package.
func toWireError(err error) *wire.Error {
	switch {
	case errors.Is(err, ErrKeyTaken):
		return &wire.Error{Status: http.StatusConflict, Code: "key_taken"}
	case errors.Is(err, ErrProvider):
		return &wire.Error{Status: http.StatusUnauthorized, Code: "provider_key"}
	case errors.Is(err, ErrRequest):
		return &wire.Error{Status: http.StatusUnprocessableEntity, Code: "malformed"}
	case errors.Is(err, ErrToken):
		return &wire.Error{Status: http.StatusUnprocessableEntity, Code: "not_a_token"}
	}
	return nil
}
