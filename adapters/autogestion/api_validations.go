package autogestion

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

// serveValidations mounts what providers call. It is there without a bot, too.
func (s *Service) serveValidations(api huma.API) {
	op := operation(api, http.MethodPost, "validations", "validate", "Is this token this affiliate's, now? If so, use it",
		map[string][]string{"provider": {}}, map[int]string{401: "provider_key", 409: "key_taken: the request id was used for another question", 422: "not_a_token: it is not six digits; or what was sent is not well formed"})
	malformed := api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[huma.ErrorModel](), true, "")
	op.Responses["422"].Content["application/problem+json"] = &huma.MediaType{Schema: malformed}
	op.Description = validationsAbout
	huma.Register(api, op, answering(s, op.OperationID, func(ctx context.Context, in *struct {
		Authorization string `header:"Authorization" hidden:"true"`
		Body          wire.ValidationBody
	}) (*body[wire.VerdictBody], error) {
		key, _ := strings.CutPrefix(in.Authorization, "Bearer ")
		v, err := s.Validate(ctx, key, Validation(in.Body))
		out := wire.VerdictBody{Result: "denied", Reason: v.Reason}
		if v.Accepted {
			out = wire.VerdictBody{Result: "accepted", Affiliate: v.Affiliate}
		}
		return bodyOf(out), err
	}))
}
