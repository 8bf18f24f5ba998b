package autogestion

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"llave/flows/backend"
)

type redeemBody struct {
	Invite string `json:"invite" maxLength:"100" doc:"The invite's id."`
	Code   string `json:"code" maxLength:"100" doc:"As the person typed it: any case, spaces and dashes."`
	Key    string `json:"key" minLength:"1" maxLength:"200" doc:"The same key gives the same answer for at least a day."`
}

type unlinkBody struct {
	Link string `json:"link,omitempty" maxLength:"100" doc:"A link of the account; without it, the credential's own."`
}

type linksBody struct {
	Links []backend.LinkedChat `json:"links" nullable:"false"`
}

func (s *Service) serveLinks(api huma.API) {
	bot := map[string][]string{"bot": {}}
	person := map[string][]string{"bot": {}, "credential": {}}

	register(s, api, operation(api, http.MethodPost, "invites", "invite", "A one-time URL at which a person signs in, to link a chat", bot,
		map[int]string{403: "bot_key"}),
		func(ctx context.Context, in *struct{ Body backend.Invitation }) (*body[backend.Invite], error) {
			i, err := s.Invite(ctx, in.Body)
			return bodyOf(i), err
		})
	register(s, api, operation(api, http.MethodPost, "redeem", "redeem", "Make the link, with the code from the invite's page", bot,
		map[int]string{403: "bot_key", 404: "no_invite", 409: "wrong_code"}),
		func(ctx context.Context, in *struct{ Body redeemBody }) (*body[backend.Grant], error) {
			g, err := s.Redeem(ctx, in.Body.Invite, in.Body.Code, in.Body.Key)
			return bodyOf(g), err
		})
	register(s, api, operation(api, http.MethodGet, "links", "links", "The account's linked chats", person,
		map[int]string{401: "credential", 403: "bot_key"}),
		func(ctx context.Context, in *byLink) (*body[linksBody], error) {
			l, err := s.Chats(ctx, in.Credential)
			return bodyOf(linksBody{l}), err
		})
	register(s, api, operation(api, http.MethodPost, "links/unlink", "unlink", "End a link of the account", person,
		map[int]string{401: "credential", 403: "bot_key"}),
		func(ctx context.Context, in *struct {
			Credential backend.Credential `header:"Llave-Credential" hidden:"true"`
			Body       unlinkBody
		}) (*nothing, error) {
			return &nothing{}, s.Unlink(ctx, in.Credential, in.Body.Link)
		})
}
