package api

import (
	"context"
	"net/http"

	"llave/adapters/autogestion/wire"
)

const noticesAbout = `The oldest that were not told yet. They are listed until they are called told. A chat that the bot does not know is
another installation's, and its notices are called told, too.`

func (a *api) notices() {
	refuses := map[int]string{403: "bot_key"}
	list := a.operation(http.MethodGet, "notices", "notices", "What chats are to be told of their accounts", bot, refuses)
	list.Description = noticesAbout
	register(a, list, func(ctx context.Context, _ *struct{}) (*body[wire.NoticesBody], error) {
		n, err := a.Notices.Notices(ctx)
		return bodyOf(wire.NoticesBody{Notices: n}), err
	})
	register(a, a.operation(http.MethodPost, "notices/told", "told", "Forget notices that were told", bot, refuses),
		func(ctx context.Context, in *struct{ Body wire.ToldBody }) (*struct{}, error) {
			return &struct{}{}, a.Notices.Told(ctx, in.Body.Names)
		})
}
