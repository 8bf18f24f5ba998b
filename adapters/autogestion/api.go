package autogestion

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"llave/adapters/autogestion/proof"
	"llave/adapters/autogestion/wire"
	"llave/flows/backend"
)

// serveAPI mounts the ports as an HTTP API. Its OpenAPI document is made from the types here; the copy in
// openapi.yaml is what others build against, and a test keeps the two the same.
func (s *Service) serveAPI(mux *http.ServeMux) huma.API {
	cfg := huma.DefaultConfig("Autogestión", "1")
	cfg.Info.Description = apiAbout
	cfg.OpenAPIPath, cfg.DocsPath, cfg.SchemasPath = "/autogestion/openapi", "", "" // the docs page loads scripts from elsewhere
	cfg.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	cfg.CreateHooks = nil // no $schema in answers
	cfg.Transformers = append(cfg.Transformers, forgetValues)
	cfg.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bot":        {Type: "http", Scheme: "bearer", Description: "The bot's key."},
		"credential": {Type: "apiKey", In: "header", Name: wire.CredentialHeader, Description: "The link's credential, from redeem."},
		"provider":   {Type: "http", Scheme: "bearer", Description: "A provider's key."},
	}
	api := humago.New(mux, cfg)
	s.serveTokens(api)
	s.serveSheets(api)
	s.serveLinks(api)
	s.serveValidations(api)
	mux.HandleFunc(wire.Prefix, func(w http.ResponseWriter, _ *http.Request) {
		writeError(w, &wire.Error{Status: http.StatusNotFound, Code: "not_found"})
	})
	return api
}

// schemaNames are the document's names of those types that Go calls otherwise.
var schemaNames = map[reflect.Type]string{reflect.TypeFor[proof.Keys](): "SheetKeys", reflect.TypeFor[proof.Key](): "SheetKey",
	reflect.TypeFor[wire.Error](): "ApiError"}

func schemaName(t reflect.Type, hint string) string {
	if name, ok := schemaNames[t]; ok {
		return name
	}
	return huma.DefaultSchemaNamer(t, hint)
}

const apiAbout = `What a chat needs of an insurer's back end, and what providers ask it.

Every call of the bot carries the bot's key (else 403 bot_key) and, where it speaks for a person, the credential of a
link. The back end authorises each call anew: 401 credential means that the link is over. Calls with a key may be
repeated: the same key gives the same answer for at least a day, and acts once. Digits are text.`

// refusal turns an error into what the API says. Whatever has no name here is logged and told as "failed": no answer.
func (s *Service) refusal(ctx context.Context, op string, err error) error {
	var wrong *backend.WrongCode
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrong):
		return &wire.Error{Status: http.StatusConflict, Code: "wrong_code", Left: &wrong.Left}
	case errors.Is(err, backend.ErrUnlinked):
		return &wire.Error{Status: http.StatusUnauthorized, Code: "credential"}
	case errors.Is(err, backend.ErrNoInvite):
		return &wire.Error{Status: http.StatusNotFound, Code: "no_invite"}
	case errors.Is(err, backend.ErrNotInCharge):
		return &wire.Error{Status: http.StatusNotFound, Code: "not_in_charge"}
	case errors.Is(err, ErrKeyTaken):
		return &wire.Error{Status: http.StatusConflict, Code: "key_taken"}
	case errors.Is(err, ErrProvider):
		return &wire.Error{Status: http.StatusUnauthorized, Code: "provider_key"}
	case errors.Is(err, ErrRequest):
		return &wire.Error{Status: http.StatusUnprocessableEntity, Code: "malformed"}
	case errors.Is(err, ErrToken):
		return &wire.Error{Status: http.StatusUnprocessableEntity, Code: "not_a_token"}
	}
	s.opt.Log.ErrorContext(ctx, "autogestion: api", "op", op, "err", err)
	return &wire.Error{Status: http.StatusInternalServerError, Code: "failed"}
}

func writeError(w http.ResponseWriter, e *wire.Error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(e.Status)
	_ = json.NewEncoder(w).Encode(e)
}

// forgetValues takes what was sent out of the answer that says what is wrong with it: it may be a token.
func forgetValues(_ huma.Context, _ string, v any) (any, error) {
	if e, ok := v.(*huma.ErrorModel); ok {
		for _, d := range e.Errors {
			d.Value = nil
		}
	}
	return v, nil
}

// operation describes one call: refuses are the codes it may answer besides success, by status.
func operation(api huma.API, method, path, id, summary string, security map[string][]string, refuses map[int]string) huma.Operation {
	op := huma.Operation{Method: method, Path: wire.Prefix + path, OperationID: id, Summary: summary, MaxBodyBytes: wire.MaxBody,
		Security: []map[string][]string{security}, Responses: map[string]*huma.Response{},
		Errors: []int{http.StatusUnprocessableEntity}} // what was sent is not well formed
	schema := api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[wire.Error](), true, "")
	for status, codes := range refuses {
		op.Responses[strconv.Itoa(status)] = &huma.Response{Description: codes,
			Content: map[string]*huma.MediaType{"application/json": {Schema: schema}}}
	}
	return op
}

// botOnly lets a call through that has the bot's key.
func (s *Service) botOnly(ctx huma.Context, next func(huma.Context)) {
	key, ok := strings.CutPrefix(ctx.Header("Authorization"), "Bearer ")
	// Hashed first, so that comparing takes the same time whatever was sent.
	same := string(s.keys.hash("bot", key)) == string(s.keys.hash("bot", s.opt.BotKey))
	if !ok || s.opt.BotKey == "" || !same {
		_, w := humago.Unwrap(ctx)
		writeError(w, &wire.Error{Status: http.StatusForbidden, Code: "bot_key"})
		return
	}
	next(ctx)
}
