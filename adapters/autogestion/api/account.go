package api

import (
	"context"
	"net/http"

	"llave/adapters/autogestion/wire"
	"llave/flows/backend"
)

func (a *api) account() {
	refuses := map[int]string{401: "credential", 403: "bot_key"}
	register(a, a.operation(http.MethodGet, "account", "my-data", "What is held about the person of the account", forPerson, refuses),
		func(ctx context.Context, in *byLink) (*body[backend.Held], error) {
			h, err := a.Accounts.MyData(ctx, in.Credential)
			return bodyOf(h), err
		})
	register(a, a.operation(http.MethodPost, "account/erase", "erase", "End the link and forget what the account needs no more", forPerson, refuses),
		func(ctx context.Context, in *byLink) (*struct{}, error) {
			return &struct{}{}, a.Accounts.Erase(ctx, in.Credential)
		})
	register(a, a.operation(http.MethodGet, "account/code", "sign-in-code", "The code that a sign-in to the account waits for", forPerson, refuses),
		func(ctx context.Context, in *byLink) (*body[backend.SignInCode], error) {
			c, err := a.Accounts.SignInCode(ctx, in.Credential)
			return bodyOf(c), err
		})
	register(a, a.operation(http.MethodPost, "account/disown", "disown", "End the link of a chat that the owner did not link", forPerson, refuses),
		func(ctx context.Context, in *struct {
			Credential backend.Credential `header:"Llave-Credential" hidden:"true"`
			Body       wire.DisownBody
		}) (*body[backend.Disowned], error) {
			d, err := a.Accounts.Disown(ctx, in.Credential, in.Body.Chat)
			return bodyOf(d), err
		})
}
