package autogestion

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"llave/flows"
)

// Group implements flows.Tokens.
func (c *Client) Group(ctx context.Context, who flows.Credential) (flows.Group, error) {
	var g flows.Group
	err := c.call(ctx, request{op: "group", method: http.MethodGet, path: "group", credential: who, personal: true, need: []string{"own", "members"}},
		&g, func() string { return c.valid().group(g) })
	return orZero(g, err)
}

// Current implements flows.Tokens.
func (c *Client) Current(ctx context.Context, who flows.Credential, members []flows.MemberID) (flows.Given, error) {
	if members == nil {
		members = []flows.MemberID{} // the API takes no null
	}
	mintsNothing := func(can flows.Capabilities) bool { return can.CurrentWithoutMinting }
	var g flows.Given
	err := c.call(ctx, request{op: "current", method: http.MethodPost, path: "tokens/current", credential: who, personal: true,
		body: currentBody{members}, repeatable: c.repeatable(mintsNothing), need: []string{"group"}}, &g, func() string {
		v := c.valid()
		return first(v.given(g, members), v.live(g.Tokens))
	})
	return orZero(g, err)
}

// Another implements flows.Tokens.
func (c *Client) Another(ctx context.Context, who flows.Credential, member flows.MemberID, key string) (flows.Given, error) {
	var g flows.Given
	err := c.call(ctx, request{op: "another", method: http.MethodPost, path: "tokens/another", credential: who, personal: true,
		body: anotherBody{member, key}, repeatable: c.repeatable(keys), need: []string{"group"}},
		&g, func() string { return c.valid().given(g, []flows.MemberID{member}) })
	return orZero(g, err)
}

// State implements flows.Tokens.
func (c *Client) State(ctx context.Context, who flows.Credential, member flows.MemberID) (flows.TokenState, error) {
	var st flows.TokenState
	err := c.call(ctx, request{op: "state", method: http.MethodGet, path: "tokens/state", query: url.Values{"member": {string(member)}}, credential: who,
		personal: true, refuses: []error{flows.ErrNotInCharge}, need: []string{"group", "member", "exists"}},
		&st, func() string { return c.valid().state(st, member) })
	if err == nil && !st.Exists {
		st = flows.TokenState{Group: st.Group, Member: st.Member} // the rest is meaningless
	}
	return orZero(st, err)
}

// Invite implements flows.Links.
func (c *Client) Invite(ctx context.Context, in flows.Invitation) (flows.Invite, error) {
	var i flows.Invite
	err := c.call(ctx, request{op: "invite", method: http.MethodPost, path: "invites", body: in, repeatable: c.repeatable(keys), need: []string{"id", "url", "open_until"}},
		&i, func() string { return c.valid().invite(i) })
	return orZero(i, err)
}

// Redeem implements flows.Links.
func (c *Client) Redeem(ctx context.Context, invite, code, key string) (flows.Grant, error) {
	var g flows.Grant
	err := c.call(ctx, request{op: "redeem", method: http.MethodPost, path: "redeem", body: redeemBody{invite, code, key}, repeatable: c.repeatable(keys),
		refuses: []error{flows.ErrNoInvite, &flows.WrongCode{}}, need: []string{"credential", "group"}},
		&g, func() string { return c.valid().grant(g) })
	return orZero(g, err)
}

// Chats implements flows.Links.
func (c *Client) Chats(ctx context.Context, who flows.Credential) ([]flows.LinkedChat, error) {
	var l linksBody
	err := c.call(ctx, request{op: "chats", method: http.MethodGet, path: "links", credential: who, personal: true, need: []string{"links"}},
		&l, func() string { return c.valid().all(l.Links) })
	if err != nil {
		return nil, err
	}
	return l.Links, nil
}

// Unlink implements flows.Links. It can be repeated: an ended link is no error.
func (c *Client) Unlink(ctx context.Context, who flows.Credential, link string) error {
	err := c.call(ctx, request{op: "unlink", method: http.MethodPost, path: "links/unlink", credential: who, personal: true, body: unlinkBody{link}, repeatable: true}, nil, nil)
	if errors.Is(err, flows.ErrUnlinked) && link == "" {
		return nil
	}
	return err
}

// orZero gives nothing of an answer that was not believed.
func orZero[T any](v T, err error) (T, error) {
	if err != nil {
		var zero T
		return zero, err
	}
	return v, nil
}
