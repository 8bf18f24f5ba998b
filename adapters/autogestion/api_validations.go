package autogestion

import (
	"context"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"llave/flows/backend"
)

type validationBody struct {
	RequestID       string `json:"request_id" minLength:"1" maxLength:"100" doc:"Chosen by the provider. The same one gets the same answer and uses nothing twice."`
	AffiliateNumber string `json:"affiliate_number" maxLength:"128" doc:"As it is typed, pasted or scanned: spaces, case, invisible characters and what a scanner puts around it do not count."`
	Token           string `json:"token" maxLength:"128" doc:"Six digits, leading zeros included, as they are typed, pasted or scanned." example:"482913"`
	Visit           string `json:"visit,omitempty" maxLength:"100" doc:"Within 60 minutes the same provider may use an accepted token again for the same visit."`
}

type verdictBody struct {
	Result    string         `json:"result" enum:"accepted,denied"`
	Affiliate string         `json:"affiliate,omitempty" doc:"The person's name, if accepted."`
	Reason    backend.Reason `json:"reason,omitempty" enum:"unknown,used,replaced,expired,other_person,not_active,locked"`
}

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
		Body          validationBody
	}) (*body[verdictBody], error) {
		key, _ := strings.CutPrefix(in.Authorization, "Bearer ")
		v, err := s.Validate(ctx, key, Validation(in.Body))
		out := verdictBody{Result: "denied", Reason: v.Reason}
		if v.Accepted {
			out = verdictBody{Result: "accepted", Affiliate: v.Affiliate}
		}
		return bodyOf(out), err
	}))
}
