package client

import (
	"context"
	"net/http"

	"llave/adapters/autogestion/wire"
	"llave/flows/backend"
)

// Notices implements backend.Notices.
func (c *Client) Notices(ctx context.Context) ([]backend.Notice, error) {
	var b wire.NoticesBody
	err := c.call(ctx, apiRequest{op: "notices", method: http.MethodGet, path: "notices", need: []string{"notices"}}, &b,
		func() string { return validNotices(b.Notices) })
	return orZero(b.Notices, err)
}

// Told implements backend.Notices.
func (c *Client) Told(ctx context.Context, names []string) error {
	return c.call(ctx, apiRequest{op: "told", method: http.MethodPost, path: "notices/told", body: wire.ToldBody{Names: names}, repeatable: true}, nil, nil)
}

// validNotices: names to compare, and lines of text. The reference of a chat is checked by who opens it.
func validNotices(list []backend.Notice) string {
	for _, n := range list {
		if !isID(n.Name) || !isID(string(n.What)) || n.Chat == "" {
			return "notice_ids"
		}
		for _, line := range append([]string{n.By}, n.People...) {
			if !isLine(line) {
				return "notice_texts"
			}
		}
	}
	return ""
}
