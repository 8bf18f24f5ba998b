package api

import (
	"context"
	"llave/adapters/autogestion/wire"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

const validationsAbout = `Dynamic and preprinted tokens are asked for in the same way, and neither touches the other. Why one is denied:

* used: it was accepted before, and this is not the same visit
* replaced: a dynamic one, by the next; a preprinted one was made void
* expired: a dynamic one, at the end of its day; a preprinted one, before or after its month in Buenos Aires
* other_person: it is that of another member of the affiliate's family group
* unknown: it is no token of this affiliate
* not_active: the affiliate's standing gives no tokens
* locked: too many were denied as unknown or other_person; the others do not count, since whoever has them does not guess

What is not six digits is no token: 422 not_a_token. It is no guess either, and counts for nothing; type or scan it again.`

// validations mounts the call of providers. It is served without a bot too.
func (a *api) validations() {
	op := a.operation(http.MethodPost, "validations", "validate", "Is this token this affiliate's, now? If so, use it",
		provider, map[int]string{401: "provider_key", 409: "key_taken: the request id was used for another question", 422: "not_a_token: it is not six digits; or what was sent is not well formed"})
	malformed := a.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[huma.ErrorModel](), true, "")
	op.Responses["422"].Content["application/problem+json"] = &huma.MediaType{Schema: malformed}
	op.Description = validationsAbout
	huma.Register(a.API, op, answering(a, op.OperationID, func(ctx context.Context, in *struct {
		Authorization string `header:"Authorization" hidden:"true"`
		Body          wire.ValidationBody
	}) (*body[wire.VerdictBody], error) {
		key, _ := strings.CutPrefix(in.Authorization, "Bearer ")
		out, err := a.Validate(ctx, key, in.Body)
		return bodyOf(out), err
	}))
}
