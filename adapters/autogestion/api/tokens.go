package api

import (
	"context"
	"net/http"

	"llave/adapters/autogestion/wire"
	"llave/flows/backend"
)

func (a *api) tokens() {
	refuses := map[int]string{401: "credential", 403: "bot_key"}

	register(a, a.operation(http.MethodGet, "capabilities", "capabilities", "What this back end can do", bot, map[int]string{403: "bot_key"}),
		func(context.Context, *struct{}) (*body[backend.Capabilities], error) { return bodyOf(a.Can), nil })
	register(a, a.operation(http.MethodGet, "group", "group", "The family group as it is now", forPerson, refuses),
		func(ctx context.Context, in *byLink) (*body[backend.Group], error) {
			g, err := a.Tokens.Group(ctx, in.Credential)
			return bodyOf(g), err
		})
	register(a, a.operation(http.MethodPost, "tokens/current", "current", "Each member's live token, or the day's next one", forPerson, refuses),
		func(ctx context.Context, in *struct {
			Credential backend.Credential `header:"Llave-Credential" hidden:"true"`
			Body       wire.CurrentBody
		}) (*body[backend.Given], error) {
			g, err := a.Tokens.Current(ctx, in.Credential, in.Body.Members)
			return bodyOf(g), err
		})
	register(a, a.operation(http.MethodPost, "tokens/another", "another", "Replace a member's token by a new one", forPerson,
		map[int]string{401: "credential", 403: "bot_key", 409: "key_taken"}),
		func(ctx context.Context, in *struct {
			Credential backend.Credential `header:"Llave-Credential" hidden:"true"`
			Body       wire.AnotherBody
		}) (*body[backend.Given], error) {
			g, err := a.Tokens.Another(ctx, in.Credential, in.Body.Member, in.Body.Key)
			return bodyOf(g), err
		})
	register(a, a.operation(http.MethodGet, "tokens/state", "state", "What became of a member's newest token, without its digits", forPerson,
		map[int]string{401: "credential", 403: "bot_key", 404: "not_in_charge"}),
		func(ctx context.Context, in *struct {
			Credential backend.Credential `header:"Llave-Credential" hidden:"true"`
			Member     string             `query:"member" required:"true" maxLength:"100"`
		}) (*body[backend.TokenState], error) {
			st, err := a.Tokens.State(ctx, in.Credential, backend.MemberID(in.Member))
			return bodyOf(st), err
		})
}
