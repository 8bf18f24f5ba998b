package client

import (
	"context"
	"net/http"
	"slices"

	"llave/adapters/autogestion/wire"
	"llave/flows/backend"
)

// Sheets implements backend.Sheets. It makes nothing, so it may be repeated.
func (c *Client) Sheets(ctx context.Context, who backend.Credential, member backend.MemberID) (backend.Preprints, error) {
	var p backend.Preprints
	err := c.call(ctx, apiRequest{op: "sheets", method: http.MethodPost, path: "sheets/list", credential: who, personal: true,
		body: wire.SheetsBody{Member: member}, repeatable: true, need: []string{"group", "months"}},
		&p, func() string { return c.valid().listed(p, member) })
	return orZero(p, err)
}

// Print implements backend.Sheets.
func (c *Client) Print(ctx context.Context, who backend.Credential, o backend.SheetOrder, key string) (backend.Preprints, error) {
	if o.Count < 1 || o.After < 0 {
		return c.printNone(ctx, who, o)
	}
	var p backend.Preprints
	err := c.call(ctx, apiRequest{op: "print", method: http.MethodPost, path: "sheets/print", credential: who, personal: true,
		body: wire.PrintBody{Member: o.Member, Month: o.Month, Count: o.Count, After: o.After, Key: key}, repeatable: c.repeatable(honoursKeys), need: []string{"group", "months"}},
		&p, func() string { return c.valid().printed(p, o) })
	return orZero(p, err)
}

// printNone answers an order of nothing, or after a negative number, as the port does: over HTTP it would be malformed.
func (c *Client) printNone(ctx context.Context, who backend.Credential, o backend.SheetOrder) (backend.Preprints, error) {
	p, err := c.Sheets(ctx, who, o.Member)
	if p.Sheets = nil; err == nil && p.Denied == "" {
		p.Denied = whyNone(p.Months, o)
	}
	return p, err
}

// whyNone returns the first reason, in the order of the port, against an order of nothing.
func whyNone(list []backend.SheetMonth, o backend.SheetOrder) backend.Reason {
	i := slices.IndexFunc(list, func(m backend.SheetMonth) bool { return m.Month == o.Month })
	switch {
	case i < 0:
		return backend.NotOffered
	case list[i].Last != o.After:
		return backend.Changed
	}
	return backend.TooMany
}

// Void implements backend.Sheets. A void token stays void, so it may be repeated.
func (c *Client) Void(ctx context.Context, who backend.Credential, sheet backend.SheetID, numbers []int) (backend.Preprints, error) {
	if numbers == nil {
		numbers = []int{} // the API takes no null
	}
	var p backend.Preprints
	err := c.call(ctx, apiRequest{op: "void", method: http.MethodPost, path: "sheets/void", credential: who, personal: true,
		body: wire.VoidBody{Sheet: sheet, Numbers: numbers}, repeatable: true, need: []string{"group", "months"}},
		&p, func() string { return c.valid().voided(p, sheet, numbers) })
	return orZero(p, err)
}
