package autogestion

import (
	"context"
	"database/sql"
	"time"

	"llave/adapters/autogestion/proof"
	"llave/flows/backend"
)

// sheetRow is the row of a sheet, without its tokens.
type sheetRow struct {
	id, person, account int64
	name, key           []byte
	month               backend.Month
	first, count        int
	made, begins, until int64
	signer              int64
}

const sheetColumns = "id, person, account, name, key, month, first, count, made, begins, until, signer"

func scanSheet(row scanner) (h sheetRow, err error) {
	err = row.Scan(&h.id, &h.person, &h.account, &h.name, &h.key, &h.month, &h.first, &h.count, &h.made, &h.begins, &h.until, &h.signer)
	return h, err
}

// sheetBy finds a sheet, sql.ErrNoRows if there is none.
func sheetBy(ctx context.Context, q querier, where string, args ...any) (sheetRow, error) {
	return scanSheet(q.QueryRowContext(ctx, "SELECT "+sheetColumns+" FROM sheet WHERE "+where, args...))
}

// insertSheet makes a sheet and its tokens in one transaction: all of them or none.
func (s *Service) insertSheet(ctx context.Context, tx *sql.Tx, p person, h sheetRow) (sheetRow, error) {
	var err error
	if h.name, err = s.keys.random(proof.SheetNameLen); err != nil {
		return h, err
	}
	if h.signer, err = signing(ctx, tx); err != nil {
		return h, err
	}
	err = tx.QueryRowContext(ctx, `INSERT INTO sheet (name, person, account, key, month, first, count, made, begins, until, signer)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`, h.name, h.person, h.account, h.key, h.month, h.first, h.count,
		h.made, h.begins, h.until, h.signer).Scan(&h.id)
	if err != nil {
		return h, err
	}
	counter, err := s.nextCounters(ctx, tx, p, h.count)
	if err != nil {
		return h, err
	}
	insert, err := tx.PrepareContext(ctx, `INSERT INTO token (person, counter, sheet, number, made, begins, until, tries_seen)
		VALUES (?, ?, ?, ?, ?, ?, ?, 0)`)
	if err != nil {
		return h, err
	}
	defer insert.Close()
	for n := range h.count {
		if _, err := insert.ExecContext(ctx, p.id, counter+int64(n), h.id, h.first+n, h.made, h.begins, h.until); err != nil {
			return h, err
		}
	}
	return h, nil
}

// sheetsOf returns the useful sheets of a person: their month is not over, and not all of their tokens are void.
func (s *Service) sheetsOf(ctx context.Context, q querier, p person, now time.Time) ([]backend.Sheet, error) {
	rows, err := q.QueryContext(ctx, "SELECT "+sheetColumns+` FROM sheet WHERE person = ? AND until > ?
		AND EXISTS (SELECT 1 FROM token WHERE sheet = sheet.id AND voided = 0) ORDER BY id`, p.id, now.UnixNano())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []sheetRow
	for rows.Next() {
		h, err := scanSheet(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, h)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return s.portSheets(ctx, q, p, list...)
}

// portSheets returns sheets in the form of the port.
func (s *Service) portSheets(ctx context.Context, q querier, p person, list ...sheetRow) ([]backend.Sheet, error) {
	var out []backend.Sheet
	for _, h := range list {
		tokens, err := s.preprints(ctx, q, p, h)
		if err != nil {
			return nil, err
		}
		one := backend.Sheet{ID: proof.SheetID(h.name), Member: p.member, Month: h.month, Made: fromNano(h.made),
			From: fromNano(h.begins), Until: fromNano(h.until), Tokens: tokens}
		if err := s.prove(ctx, q, h, &one); err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

// preprints returns the tokens of a sheet in their order on paper.
func (s *Service) preprints(ctx context.Context, q querier, p person, h sheetRow) ([]backend.Preprint, error) {
	rows, err := q.QueryContext(ctx, "SELECT counter, number, used, voided FROM token WHERE sheet = ? ORDER BY number", h.id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := make([]backend.Preprint, 0, h.count)
	for rows.Next() {
		var counter, used, voided int64
		var t backend.Preprint
		if err := rows.Scan(&counter, &t.Number, &used, &voided); err != nil {
			return nil, err
		}
		t.Digits, t.UsedAt, t.VoidedAt = s.digits(p.member, counter), fromNano(used), fromNano(voided)
		out = append(out, t)
	}
	return out, rows.Err()
}
