package autogestion

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"llave/adapters/autogestion/proof"
	"llave/flows/backend"
)

// sheetMax is how many tokens a person may have on paper for a month: one a day.
const sheetMax = proof.MaxTokens

// sheetMaxEver bounds the tokens that a person may have printed for a month, void or not: ten lost sheets of a month are too
// many.
const sheetMaxEver = 10 * sheetMax

// Sheets implements backend.Sheets. A member who is not active is denied, and their sheets are shown all the same: so that
// they can be voided.
func (s *Service) Sheets(ctx context.Context, c backend.Credential, m backend.MemberID) (out backend.Preprints, err error) {
	err = s.read(ctx, func(q querier, now time.Time) error {
		_, f, err := s.authoriseFamily(ctx, q, c)
		if err != nil {
			return err
		}
		out = backend.Preprints{Group: f.Group, Member: m}
		if m == "" {
			out.Months = s.months(now)
			return nil
		}
		out.Denied = f.denial(m)
		if p, ok := f.people[m]; ok {
			out.Sheets, err = s.sheetsOf(ctx, q, p, now)
		}
		if err == nil {
			out.Months, err = s.monthsFor(ctx, q, f, m, now)
		}
		return err
	})
	return zeroOnError(out, wrap("sheets", err))
}

// zeroOnError returns nothing with an error.
func zeroOnError(p backend.Preprints, err error) (backend.Preprints, error) {
	if err != nil {
		return backend.Preprints{}, err
	}
	return p, nil
}

// Print implements backend.Sheets.
//
// The same key returns the sheet that was made with it, in its present state, as long as the member is in the account's
// charge and active: a permission of yesterday does not show digits today. A denial is not stored under its key, since it
// made nothing that could be made twice. Charge and standing apart, the key comes before all reasons for a denial. After does not
// belong to the key: the sheet itself changes the last number.
func (s *Service) Print(ctx context.Context, c backend.Credential, o backend.SheetOrder, key string) (out backend.Preprints, err error) {
	err = s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		a, f, err := s.authoriseFamily(ctx, tx, c)
		if err != nil {
			return err
		}
		out = backend.Preprints{Group: f.Group, Member: o.Member}
		if out.Denied = f.denial(o.Member); out.Denied == "" {
			var made sheetRow
			if made, out.Denied, err = s.printed(ctx, tx, a, f.people[o.Member], o, key, now); err == nil && out.Denied == "" {
				out.Sheets, err = s.portSheets(ctx, tx, f.people[o.Member], made)
			}
		}
		if err == nil {
			out.Months, err = s.monthsFor(ctx, tx, f, o.Member, now)
		}
		return err
	})
	return zeroOnError(out, wrap("print", err))
}

// printed returns the sheet that was made with this key, or makes it, or returns the reason why not.
func (s *Service) printed(ctx context.Context, tx *sql.Tx, a principal, p person, o backend.SheetOrder, key string,
	now time.Time) (sheetRow, backend.Reason, error) {
	hash := s.keys.hash("print", key)
	made, err := sheetBy(ctx, tx, "account = ? AND key = ?", a.account, hash)
	switch {
	case err == nil && (made.person != p.id || made.month != o.Month || made.count != o.Count):
		return sheetRow{}, "", ErrKeyTaken
	case !errors.Is(err, sql.ErrNoRows):
		return made, "", err
	}
	made = sheetRow{person: p.id, account: a.account, key: hash, month: o.Month, count: o.Count, made: now.UnixNano()}
	offer := slices.IndexFunc(s.months(now), func(m backend.SheetMonth) bool { return m.Month == o.Month })
	if offer < 0 {
		return sheetRow{}, backend.NotOffered, nil
	}
	month := s.months(now)[offer]
	made.begins, made.until = month.From.UnixNano(), month.Until.UnixNano()
	have, err := countSheets(ctx, tx, p, o.Month)
	switch {
	case err != nil:
		return sheetRow{}, "", err
	case o.After != have.last():
		return sheetRow{}, backend.Changed, nil
	case o.Count < 1 || o.Count > have.left():
		return sheetRow{}, backend.TooMany, nil
	}
	made.first = have.last() + 1
	if made, err = s.insertSheet(ctx, tx, p, made); err == nil {
		err = s.tellPerson(ctx, tx, a, p, backend.NoticePrinted, now)
	}
	return made, "", err
}

// Void implements backend.Sheets. It does not ask for the standing: that may come back, and with it the tokens of a lost
// sheet.
func (s *Service) Void(ctx context.Context, c backend.Credential, id backend.SheetID, numbers []int) (out backend.Preprints, err error) {
	err = s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		_, f, err := s.authoriseFamily(ctx, tx, c)
		if err != nil {
			return err
		}
		out = backend.Preprints{Group: f.Group, Denied: backend.NotInCharge}
		made, p, err := s.sheetInCharge(ctx, tx, f, id)
		if err != nil {
			return err
		}
		if p.alone && p.member != f.Own {
			out.Member, out.Denied = p.member, backend.Reserved
			return nil
		}
		if p.member != "" {
			out.Member, out.Denied = p.member, ""
			if err := voidTokens(ctx, tx, made, numbers, now); err != nil {
				return err
			}
			out.Sheets, err = s.portSheets(ctx, tx, p, made)
		}
		if err == nil {
			out.Months, err = s.monthsFor(ctx, tx, f, out.Member, now)
		}
		return err
	})
	return zeroOnError(out, wrap("void", err))
}

// sheetInCharge returns a sheet and its member; no member if no member of this family has the sheet.
func (s *Service) sheetInCharge(ctx context.Context, q querier, f family, id backend.SheetID) (sheetRow, person, error) {
	name, ok := proof.SheetName(id)
	if !ok {
		return sheetRow{}, person{}, nil
	}
	made, err := sheetBy(ctx, q, "name = ?", name)
	if errors.Is(err, sql.ErrNoRows) {
		return sheetRow{}, person{}, nil
	}
	for _, p := range f.people {
		if p.id == made.person {
			return made, p, err
		}
	}
	return sheetRow{}, person{}, err
}

// voidTokens voids the unused tokens with these numbers, or all unused ones if there are no numbers.
func voidTokens(ctx context.Context, tx *sql.Tx, of sheetRow, numbers []int, now time.Time) error {
	all := []any{now.UnixNano(), of.id}
	const query = "UPDATE token SET voided = ? WHERE sheet = ? AND used = 0 AND voided = 0"
	if len(numbers) == 0 {
		_, err := tx.ExecContext(ctx, query, all...)
		return err
	}
	for n := of.first; n < of.first+of.count; n++ {
		if !slices.Contains(numbers, n) {
			continue
		}
		if _, err := tx.ExecContext(ctx, query+" AND number = ?", append(all, n)...); err != nil {
			return err
		}
	}
	return nil
}
