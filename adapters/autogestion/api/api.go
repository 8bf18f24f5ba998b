// Package api serves the ports of flows/backend over HTTP, to the bot, and validations, to providers. The OpenAPI document is
// made from the types here and in package wire; openapi.yaml is the copy that others build against, and a test keeps the two
// the same. The package knows no data base.
//
// Reading order: api.go (mounting, keys), call.go (how a call is described and refused), then the calls: tokens.go,
// sheets.go, links.go, account.go, notices.go,
// validations.go.
package api

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"llave/adapters/autogestion/proof"
	"llave/adapters/autogestion/wire"
	"llave/adapters/httpx"
	"llave/flows/backend"
)

// Options are what the API serves.
type Options struct {
	Tokens   backend.Tokens
	Links    backend.Links
	Sheets   backend.Sheets
	Accounts backend.Accounts
	Notices  backend.Notices
	Can      backend.Capabilities

	// Validate answers a provider who shows this key.
	Validate func(ctx context.Context, providerKey string, v wire.ValidationBody) (wire.VerdictBody, error)
	// SheetKeys are the public keys for everybody.
	SheetKeys func(context.Context) (proof.Keys, error)

	// WrongKey counts a wrong key of a network address. More than zero: the address has to wait before its next wrong key is
	// looked at. A right key is always answered.
	WrongKey func(address string) (wait time.Duration)
	// IsBot reports whether a key is the bot's, in the same time for every key.
	IsBot func(key string) bool
	// Refusal returns the answer to an error that the ports do not declare. Nil: it is logged and answered as "failed".
	Refusal func(error) *wire.Error
	Log     *slog.Logger
}

// api is the API on its way to be mounted.
type api struct {
	Options
	huma.API
}

// Mount serves the API below wire.Prefix, and its OpenAPI document.
func Mount(mux *http.ServeMux, o Options) {
	a := &api{Options: o, API: humago.New(mux, apiConfig())}
	a.tokens()
	a.sheets()
	a.sheetKeys()
	a.links()
	a.account()
	a.notices()
	a.validations()
	mux.HandleFunc(wire.Prefix, func(w http.ResponseWriter, _ *http.Request) {
		writeError(w, &wire.Error{Status: http.StatusNotFound, Code: "not_found"})
	})
}

func apiConfig() huma.Config {
	cfg := huma.DefaultConfig("Autogestión", "1")
	cfg.Info.Description = about
	cfg.OpenAPIPath, cfg.DocsPath, cfg.SchemasPath = "/autogestion/openapi", "", "" // the docs page loads scripts from elsewhere
	cfg.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	cfg.CreateHooks = nil // no $schema in answers
	cfg.Transformers = append(cfg.Transformers, forgetValues)
	cfg.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bot":        {Type: "http", Scheme: "bearer", Description: "The bot's key."},
		"credential": {Type: "apiKey", In: "header", Name: wire.CredentialHeader, Description: "The link's credential, from redeem."},
		"provider":   {Type: "http", Scheme: "bearer", Description: "A provider's key."},
	}
	return cfg
}

const about = `What a chat needs of an insurer's back end, and what providers ask it.

Every call of the bot carries the bot's key (else 403 bot_key) and, where it speaks for a person, the credential of a
link. The back end authorises each call anew: 401 credential means that the link is over. Calls with a key may be
repeated: the same key gives the same answer for at least a day, and acts once. Digits are text.`

// wrongKey counts a wrong key of an address, and returns the answer to it.
func (a *api) wrongKey(address string, refusal *wire.Error) (*wire.Error, time.Duration) {
	wait := a.WrongKey(address)
	if wait > 0 {
		refusal = &wire.Error{Status: http.StatusTooManyRequests, Code: "slow_down"}
	}
	return refusal, wait
}

// botOnly lets a call through that has the bot's key. One without any key guesses none: it is refused and not counted.
func (a *api) botOnly(ctx huma.Context, next func(huma.Context)) {
	key, ok := strings.CutPrefix(ctx.Header("Authorization"), "Bearer ")
	if !a.IsBot(key) || !ok {
		r, w := humago.Unwrap(ctx)
		refusal := &wire.Error{Status: http.StatusForbidden, Code: "bot_key"}
		if ok {
			var wait time.Duration
			if refusal, wait = a.wrongKey(httpx.ClientOf(r).Key(), refusal); wait > 0 {
				httpx.RetryAfter(w, wait)
			}
		}
		writeError(w, refusal)
		return
	}
	next(ctx)
}
