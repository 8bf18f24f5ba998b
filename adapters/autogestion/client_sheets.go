package autogestion

import (
	"context"
	"net/http"

	"llave/flows"
)

// Sheets implements flows.Sheets. It makes nothing, so it can be repeated.
func (c *Client) Sheets(ctx context.Context, who flows.Credential, member flows.MemberID) (flows.Preprints, error) {
	var p flows.Preprints
	err := c.call(ctx, request{op: "sheets", method: http.MethodPost, path: "sheets/list", credential: who, personal: true,
		body: sheetsBody{member}, repeatable: true, need: []string{"group", "months"}},
		&p, func() string { return c.valid().listed(p, member) })
	return orZero(p, err)
}

// Print implements flows.Sheets.
func (c *Client) Print(ctx context.Context, who flows.Credential, o flows.SheetOrder, key string) (flows.Preprints, error) {
	if o.Count < 1 {
		return c.printNone(ctx, who, o.Member)
	}
	var p flows.Preprints
	err := c.call(ctx, request{op: "print", method: http.MethodPost, path: "sheets/print", credential: who, personal: true,
		body: printBody{o.Member, o.Month, o.Count, key}, repeatable: c.repeatable(keys), need: []string{"group", "months"}},
		&p, func() string { return c.valid().printed(p, o) })
	return orZero(p, err)
}

// printNone is the port's answer to an order of nothing, which over HTTP is malformed.
func (c *Client) printNone(ctx context.Context, who flows.Credential, member flows.MemberID) (flows.Preprints, error) {
	p, err := c.Sheets(ctx, who, member)
	if p.Sheets = nil; err == nil && p.Denied == "" {
		p.Denied = flows.TooMany
	}
	return p, err
}

// Void implements flows.Sheets. What is void stays so, so it can be repeated.
func (c *Client) Void(ctx context.Context, who flows.Credential, sheet flows.SheetID, numbers []int) (flows.Preprints, error) {
	if numbers == nil {
		numbers = []int{} // the API takes no null
	}
	var p flows.Preprints
	err := c.call(ctx, request{op: "void", method: http.MethodPost, path: "sheets/void", credential: who, personal: true,
		body: voidBody{sheet, numbers}, repeatable: true, need: []string{"group", "months"}},
		&p, func() string { return c.valid().voided(p, sheet, numbers) })
	return orZero(p, err)
}
