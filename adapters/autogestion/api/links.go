package api

import (
	"context"
	"net/http"

	"llave/adapters/autogestion/wire"
	"llave/flows/backend"
)

func (a *api) links() {
	register(a, a.operation(http.MethodPost, "invites", "invite", "A one-time URL at which a person signs in, to link a chat", bot,
		map[int]string{403: "bot_key"}),
		func(ctx context.Context, in *struct{ Body backend.Invitation }) (*body[backend.Invite], error) {
			i, err := a.Links.Invite(ctx, in.Body)
			return bodyOf(i), err
		})
	register(a, a.operation(http.MethodPost, "redeem", "redeem", "Make the link, with the code from the invite's page", bot,
		map[int]string{403: "bot_key", 404: "no_invite", 409: "wrong_code"}),
		func(ctx context.Context, in *struct{ Body wire.RedeemBody }) (*body[backend.Grant], error) {
			g, err := a.Links.Redeem(ctx, in.Body.Invite, in.Body.Code, in.Body.Key)
			return bodyOf(g), err
		})
	register(a, a.operation(http.MethodGet, "links", "links", "The account's linked chats", forPerson,
		map[int]string{401: "credential", 403: "bot_key"}),
		func(ctx context.Context, in *byLink) (*body[wire.LinksBody], error) {
			l, err := a.Links.Chats(ctx, in.Credential)
			return bodyOf(wire.LinksBody{Links: l}), err
		})
	register(a, a.operation(http.MethodPost, "links/unlink", "unlink", "End a link of the account", forPerson,
		map[int]string{401: "credential", 403: "bot_key"}),
		func(ctx context.Context, in *struct {
			Credential backend.Credential `header:"Llave-Credential" hidden:"true"`
			Body       wire.UnlinkBody
		}) (*struct{}, error) {
			return &struct{}{}, a.Links.Unlink(ctx, in.Credential, in.Body.Link)
		})
}
