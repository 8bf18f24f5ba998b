package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"llave/adapters/autogestion/proof"
	"llave/adapters/autogestion/wire"
	"llave/adapters/httpx"
	"llave/flows/backend"
)

// schemaNames are the document's names of types whose Go name is another.
var schemaNames = map[reflect.Type]string{reflect.TypeFor[proof.Keys](): "SheetKeys", reflect.TypeFor[proof.Key](): "SheetKey",
	reflect.TypeFor[wire.Error](): "ApiError"}

func schemaName(t reflect.Type, hint string) string {
	if name, ok := schemaNames[t]; ok {
		return name
	}
	return huma.DefaultSchemaNamer(t, hint)
}

// The security of calls: the bot's own, those that speak for a person, and a provider's.
var (
	bot       = map[string][]string{"bot": {}}
	forPerson = map[string][]string{"bot": {}, "credential": {}}
	provider  = map[string][]string{"provider": {}}
	public    = map[string][]string{}
)

// byLink is a call that speaks for a person and has nothing else. Calls with a body repeat the field: huma does not look into
// embedded types that are not exported.
type byLink struct {
	Credential backend.Credential `header:"Llave-Credential" hidden:"true"`
}

// body wraps an answer for huma.
type body[T any] struct{ Body T }

// bodyOf is the body of an answer. The API promises that no list is null: an empty one that is nil in Go is written as empty.
func bodyOf[T any](v T) *body[T] {
	b := &body[T]{v}
	fillLists(reflect.ValueOf(&b.Body).Elem())
	return b
}

// fillLists makes the nil slices of a struct empty, also in the structs and lists inside it. Those that the API leaves out stay nil.
func fillLists(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if !f.IsExported() {
				continue
			}
			if v.Field(i).Kind() == reflect.Slice && v.Field(i).IsNil() && f.Tag.Get("nullable") == "false" {
				v.Field(i).Set(reflect.MakeSlice(f.Type, 0, 0))
			}
			fillLists(v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			fillLists(v.Index(i))
		}
	}
}

// operation describes a call. refuses are the codes of its refusals, by status.
func (a *api) operation(method, path, id, summary string, security map[string][]string, refuses map[int]string) huma.Operation {
	op := huma.Operation{Method: method, Path: wire.Prefix + path, OperationID: id, Summary: summary, MaxBodyBytes: wire.MaxBody,
		Security: []map[string][]string{security}, Responses: map[string]*huma.Response{},
		Errors: []int{http.StatusUnprocessableEntity}} // the request is malformed
	schema := a.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[wire.Error](), true, "")
	for status, codes := range refuses {
		op.Responses[strconv.Itoa(status)] = &huma.Response{Description: codes,
			Content: map[string]*huma.MediaType{"application/json": {Schema: schema}}}
	}
	return op
}

// register mounts a call of the bot.
func register[I, O any](a *api, op huma.Operation, f func(context.Context, *I) (*O, error)) {
	op.Middlewares = huma.Middlewares{a.botOnly}
	huma.Register(a.API, op, answering(a, op.OperationID, f))
}

// answering turns the error of a call into a refusal.
func answering[I, O any](a *api, op string, f func(context.Context, *I) (*O, error)) func(context.Context, *I) (*O, error) {
	return func(ctx context.Context, in *I) (*O, error) {
		out, err := f(ctx, in)
		if err != nil {
			return nil, a.refusal(ctx, op, err)
		}
		return out, nil
	}
}

// refusal returns the answer to an error. An unknown one is logged and answered as "failed": for the bot that is no answer.
func (a *api) refusal(ctx context.Context, op string, err error) error {
	var wrong *backend.WrongCode
	switch {
	case errors.As(err, &wrong):
		return &wire.Error{Status: http.StatusConflict, Code: "wrong_code", Left: &wrong.Left}
	case errors.Is(err, backend.ErrUnlinked):
		return &wire.Error{Status: http.StatusUnauthorized, Code: "credential"}
	case errors.Is(err, backend.ErrNoInvite):
		return &wire.Error{Status: http.StatusNotFound, Code: "no_invite"}
	case errors.Is(err, backend.ErrNotInCharge):
		return &wire.Error{Status: http.StatusNotFound, Code: "not_in_charge"}
	}
	if refusal := a.Refusal(err); refusal != nil {
		return refusal
	}
	httpx.Failed(ctx, a.Log, "autogestion: api", "op", op, "err", err)
	return &wire.Error{Status: http.StatusInternalServerError, Code: "failed"}
}

func writeError(w http.ResponseWriter, e *wire.Error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(e.Status)
	_ = json.NewEncoder(w).Encode(e)
}

// forgetValues removes the sent values from an answer about a malformed request: they may be a token.
func forgetValues(_ huma.Context, _ string, v any) (any, error) {
	if e, ok := v.(*huma.ErrorModel); ok {
		for _, d := range e.Errors {
			d.Value = nil
		}
	}
	return v, nil
}
