package client

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"llave/adapters/autogestion/wire"
	"llave/flows/backend"
)

// MyData implements backend.Accounts.
func (c *Client) MyData(ctx context.Context, who backend.Credential) (backend.Held, error) {
	var h backend.Held
	err := c.call(ctx, apiRequest{op: "my_data", method: http.MethodGet, path: "account", credential: who, personal: true,
		need: []string{"name", "number", "standing", "made", "chats", "days"}}, &h, func() string { return c.valid().held(h) })
	return orZero(h, err)
}

// Erase implements backend.Accounts. It may be repeated: to erase what is gone is no error.
func (c *Client) Erase(ctx context.Context, who backend.Credential) error {
	err := c.call(ctx, apiRequest{op: "erase", method: http.MethodPost, path: "account/erase", credential: who, personal: true, repeatable: true}, nil, nil)
	if errors.Is(err, backend.ErrUnlinked) {
		return nil
	}
	return err
}

// SignInCode implements backend.Accounts.
func (c *Client) SignInCode(ctx context.Context, who backend.Credential) (backend.SignInCode, error) {
	var s backend.SignInCode
	err := c.call(ctx, apiRequest{op: "sign_in_code", method: http.MethodGet, path: "account/code", credential: who, personal: true}, &s,
		func() string { return unless(isID(s.Code) || s.Code == "", "sign_in_code") })
	return orZero(s, err)
}

// Disown implements backend.Accounts.
func (c *Client) Disown(ctx context.Context, who backend.Credential, chat string) (backend.Disowned, error) {
	var d backend.Disowned
	err := c.call(ctx, apiRequest{op: "disown", method: http.MethodPost, path: "account/disown", credential: who, personal: true,
		body: wire.DisownBody{Chat: chat}, repeatable: true, need: []string{"page"}}, &d, func() string { return c.valid().page(d.Page) })
	return orZero(d, err)
}

// held: lines of text, possible times, and days that a person can read.
func (v valid) held(h backend.Held) string {
	for _, line := range []string{h.Name, h.Number, h.Standing, h.Email, h.Consent} {
		if !isLine(line) {
			return "held_texts"
		}
	}
	return first(unless(h.Name != "" && h.Number != "" && h.Standing != "", "held_texts"), unless(v.isPast(h.Made) && v.zeroOrPast(h.ConsentAt), "held_times"),
		unless(h.Browsers >= 0 && isDays(h.Days.Tokens) && isDays(h.Days.Mails) && isDays(h.Days.Browsers), "held_days"), v.all(h.Chats), v.page(h.Page))
}

// isDays: no longer than ten years.
func isDays(n int) bool { return n >= 0 && time.Duration(n)*24*time.Hour <= 10*366*24*time.Hour }

// page: an address to which a person may be sent, or none.
func (v valid) page(page string) string {
	if page == "" {
		return ""
	}
	u, err := url.Parse(page)
	ok := err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil && len(page) <= 2000 && isURL(page)
	return unless(ok && (v.insecure || isConfidential(u)), "page_url")
}
