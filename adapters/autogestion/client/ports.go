package client

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"llave/adapters/autogestion/wire"
	"llave/flows/backend"
)

// Group implements backend.Tokens.
func (c *Client) Group(ctx context.Context, who backend.Credential) (backend.Group, error) {
	var g backend.Group
	err := c.call(ctx, apiRequest{op: "group", method: http.MethodGet, path: "group", credential: who, personal: true, need: []string{"own", "members"}},
		&g, func() string { return c.valid().group(g) })
	return orZero(g, err)
}

// Current implements backend.Tokens.
func (c *Client) Current(ctx context.Context, who backend.Credential, members []backend.MemberID) (backend.Given, error) {
	if members == nil {
		members = []backend.MemberID{} // the API takes no null
	}
	mintsNothing := func(can backend.Capabilities) bool { return can.CurrentWithoutMinting }
	var g backend.Given
	err := c.call(ctx, apiRequest{op: "current", method: http.MethodPost, path: "tokens/current", credential: who, personal: true,
		body: wire.CurrentBody{Members: members}, repeatable: c.repeatable(mintsNothing), need: []string{"group"}}, &g, func() string {
		v := c.valid()
		return first(v.given(g, members), v.live(g.Tokens))
	})
	return orZero(g, err)
}

// Another implements backend.Tokens.
func (c *Client) Another(ctx context.Context, who backend.Credential, member backend.MemberID, key string) (backend.Given, error) {
	var g backend.Given
	err := c.call(ctx, apiRequest{op: "another", method: http.MethodPost, path: "tokens/another", credential: who, personal: true,
		body: wire.AnotherBody{Member: member, Key: key}, repeatable: c.repeatable(honoursKeys), need: []string{"group"}},
		&g, func() string { return c.valid().given(g, []backend.MemberID{member}) })
	return orZero(g, err)
}

// State implements backend.Tokens.
func (c *Client) State(ctx context.Context, who backend.Credential, member backend.MemberID) (backend.TokenState, error) {
	var st backend.TokenState
	err := c.call(ctx, apiRequest{op: "state", method: http.MethodGet, path: "tokens/state", query: url.Values{"member": {string(member)}}, credential: who,
		personal: true, refuses: []error{backend.ErrNotInCharge}, need: []string{"group", "member", "exists"}},
		&st, func() string { return c.valid().state(st, member) })
	if err == nil && !st.Exists {
		st = backend.TokenState{Group: st.Group, Member: st.Member} // the rest is meaningless
	}
	return orZero(st, err)
}

// Invite implements backend.Links.
func (c *Client) Invite(ctx context.Context, in backend.Invitation) (backend.Invite, error) {
	var i backend.Invite
	err := c.call(ctx, apiRequest{op: "invite", method: http.MethodPost, path: "invites", body: in, repeatable: c.repeatable(honoursKeys), need: []string{"id", "url", "open_until"}},
		&i, func() string { return c.valid().invite(i) })
	return orZero(i, err)
}

// Redeem implements backend.Links.
func (c *Client) Redeem(ctx context.Context, invite, code, key string) (backend.Grant, error) {
	var g backend.Grant
	err := c.call(ctx, apiRequest{op: "redeem", method: http.MethodPost, path: "redeem", body: wire.RedeemBody{Invite: invite, Code: code, Key: key}, repeatable: c.repeatable(honoursKeys),
		refuses: []error{backend.ErrNoInvite, &backend.WrongCode{}}, need: []string{"credential", "group"}},
		&g, func() string { return c.valid().grant(g) })
	return orZero(g, err)
}

// Chats implements backend.Links.
func (c *Client) Chats(ctx context.Context, who backend.Credential) ([]backend.LinkedChat, error) {
	var l wire.LinksBody
	err := c.call(ctx, apiRequest{op: "chats", method: http.MethodGet, path: "links", credential: who, personal: true, need: []string{"links"}},
		&l, func() string { return c.valid().all(l.Links) })
	if err != nil {
		return nil, err
	}
	return l.Links, nil
}

// Unlink implements backend.Links. It may be repeated: to end a link that is over is no error.
func (c *Client) Unlink(ctx context.Context, who backend.Credential, link string) error {
	err := c.call(ctx, apiRequest{op: "unlink", method: http.MethodPost, path: "links/unlink", credential: who, personal: true, body: wire.UnlinkBody{Link: link}, repeatable: true}, nil, nil)
	if errors.Is(err, backend.ErrUnlinked) && link == "" {
		return nil
	}
	return err
}

// orZero returns nothing of an answer that was refused.
func orZero[T any](v T, err error) (T, error) {
	if err != nil {
		var zero T
		return zero, err
	}
	return v, nil
}
