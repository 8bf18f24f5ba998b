package api

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"llave/adapters/autogestion/wire"
	"llave/adapters/httpx"
)

const validationsAbout = `Dynamic and preprinted tokens are asked for in the same way, and neither touches the other. Why one is denied:

* used: it was accepted before, and this is not the same visit
* replaced: a dynamic one, by the next; a preprinted one was made void
* expired: a dynamic one, at the end of its day; a preprinted one, before or after its month in Buenos Aires
* other_person: it is that of another member of the affiliate's family group
* unknown: it is no token of this affiliate
* not_active: the affiliate's standing gives no tokens
* locked: too many were denied as unknown or other_person: at this provider 5 of an affiliate's token, at all providers 20,
  or most of what this provider asks. The others do not count, since whoever has them does not guess. What is locked is the
  token and not the affiliate: another one is accepted at once

What is not six digits is no token: 422 not_a_token. It is no guess either, and counts for nothing; type or scan it again.`

// validations mounts the call of providers. It is served without a bot too.
func (a *api) validations() {
	op := a.operation(http.MethodPost, "validations", "validate", "Is this token this affiliate's, now? If so, use it",
		provider, map[int]string{401: "provider_key", 429: "slow_down: too many wrong keys came from this address; a right one is answered all the same", 409: "key_taken: the request id was used for another question", 422: "not_a_token: it is not six digits; or what was sent is not well formed"})
	malformed := a.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[huma.ErrorModel](), true, "")
	op.Responses["422"].Content["application/problem+json"] = &huma.MediaType{Schema: malformed}
	op.Description = validationsAbout
	op.Middlewares = huma.Middlewares{rememberAddress}
	validate := answering(a, op.OperationID, func(ctx context.Context, in *validationInput) (*body[wire.VerdictBody], error) {
		key, _ := strings.CutPrefix(in.Authorization, "Bearer ")
		out, err := a.Validate(ctx, key, in.Body)
		return bodyOf(out), err
	})
	huma.Register(a.API, op, func(ctx context.Context, in *validationInput) (*body[wire.VerdictBody], error) {
		out, err := validate(ctx, in)
		return out, a.boundKeys(ctx, err)
	})
}

type validationInput struct {
	Authorization string `header:"Authorization" hidden:"true"`
	Body          wire.ValidationBody
}

type addressKey struct{}

// rememberAddress puts the network address of a request into its context: huma's handlers do not see the request.
func rememberAddress(ctx huma.Context, next func(huma.Context)) {
	r, _ := humago.Unwrap(ctx)
	next(huma.WithValue(ctx, addressKey{}, httpx.ClientOf(r).Key()))
}

// boundKeys counts a wrong provider's key by its address.
func (a *api) boundKeys(ctx context.Context, err error) error {
	var refusal *wire.Error
	if !errors.As(err, &refusal) || refusal.Status != http.StatusUnauthorized {
		return err
	}
	address, _ := ctx.Value(addressKey{}).(string)
	refusal, wait := a.wrongKey(address, refusal)
	if wait <= 0 {
		return refusal
	}
	return huma.ErrorWithHeaders(refusal, http.Header{"Retry-After": {strconv.Itoa(max(1, int((wait+time.Second-1)/time.Second)))}})
}
