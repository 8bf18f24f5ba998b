package autogestion

import (
	"context"
	"net/http"
	"slices"

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
	if o.Count < 1 || o.After < 0 {
		return c.printNone(ctx, who, o)
	}
	var p flows.Preprints
	err := c.call(ctx, request{op: "print", method: http.MethodPost, path: "sheets/print", credential: who, personal: true,
		body: printBody{o.Member, o.Month, o.Count, o.After, key}, repeatable: c.repeatable(keys), need: []string{"group", "months"}},
		&p, func() string { return c.valid().printed(p, o) })
	return orZero(p, err)
}

// printNone is the port's answer to an order of nothing, or after a number that is none: over HTTP it is malformed.
func (c *Client) printNone(ctx context.Context, who flows.Credential, o flows.SheetOrder) (flows.Preprints, error) {
	p, err := c.Sheets(ctx, who, o.Member)
	if p.Sheets = nil; err == nil && p.Denied == "" {
		p.Denied = whyNone(p.Months, o)
	}
	return p, err
}

// whyNone is the first reason, in the port's order, that is in the way of an order of nothing.
func whyNone(list []flows.SheetMonth, o flows.SheetOrder) flows.Reason {
	i := slices.IndexFunc(list, func(m flows.SheetMonth) bool { return m.Month == o.Month })
	switch {
	case i < 0:
		return flows.NotOffered
	case list[i].Last != o.After:
		return flows.Changed
	}
	return flows.TooMany
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
