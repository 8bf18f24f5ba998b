package contract

import (
	"context"
	"reflect"
	"slices"

	"llave/flows/backend"
)

// longAgo is a month that was over before there were any sheets.
const longAgo backend.Month = "2020-01"

// UnknownOrder returns an order for an unknown member and a month that is over: nothing can be made of it.
func UnknownOrder() backend.SheetOrder {
	return backend.SheetOrder{Member: UnknownID, Month: longAgo, Count: 1}
}

func (s *Subject) sheetCalls(ctx context.Context, c backend.Credential) []call {
	return []call{
		{"sheets", func() error { _, err := s.Sheets.Sheets(ctx, c, UnknownID); return err }},
		{"print", func() error { _, err := s.Sheets.Print(ctx, c, UnknownOrder(), UnknownID); return err }},
		{"void", func() error { _, err := s.Sheets.Void(ctx, c, UnknownID, []int{1}); return err }},
	}
}

// sheetsTwice: asking changes nothing.
func sheetsTwice(ctx context.Context, s *Subject) error {
	a, err := s.Sheets.Sheets(ctx, s.Credential, s.Group.Own)
	if err != nil {
		return err
	}
	b, err := s.Sheets.Sheets(ctx, s.Credential, s.Group.Own)
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(a, b) {
		return &Broken{"sheets_change"}
	}
	return nil
}

// sheetsMonths: without a member, the answer says what can be ordered and shows no sheets.
func sheetsMonths(ctx context.Context, s *Subject) error {
	p, err := s.Sheets.Sheets(ctx, s.Credential, "")
	if err == nil && len(p.Sheets) > 0 {
		return &Broken{"sheets_unasked"}
	}
	return withoutLast(p, err)
}

// withoutLast: where no member of the account is asked about, no month has a last token.
func withoutLast(p backend.Preprints, err error) error {
	if err == nil && slices.ContainsFunc(p.Months, func(m backend.SheetMonth) bool { return m.Last != 0 }) {
		return &Broken{"sheets_last"}
	}
	return err
}

func sheetsStranger(ctx context.Context, s *Subject) error {
	return deniedSheets(s.Sheets.Sheets(ctx, s.Credential, UnknownID))
}

func printStranger(ctx context.Context, s *Subject) error {
	return deniedSheets(s.Sheets.Print(ctx, s.Credential, UnknownOrder(), UnknownID))
}

func voidStranger(ctx context.Context, s *Subject) error {
	return deniedSheets(s.Sheets.Void(ctx, s.Credential, UnknownID, []int{1}))
}

func deniedSheets(p backend.Preprints, err error) error {
	if err == nil && p.Denied != backend.NotInCharge {
		return &Broken{"not_denied"}
	}
	return withoutLast(p, err)
}

// sheetsInactive: only the standing [backend.Active] is offered sheets. Those that there are may be shown.
func sheetsInactive(ctx context.Context, s *Subject) error {
	members := s.inactive()
	if len(members) == 0 {
		return &NotRun{"all_active"}
	}
	for _, m := range members {
		p, err := s.Sheets.Sheets(ctx, s.Credential, m)
		if err != nil {
			return err
		}
		if p.Denied != backend.NotActive {
			return &Broken{"inactive_offered"}
		}
	}
	return nil
}
