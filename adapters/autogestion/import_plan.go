package autogestion

import (
	"context"
	_ "embed"
	"fmt"

	"llave/adapters/autogestion/padron"
	"llave/flows/backend"
)

//go:embed import_plan.sql
var planSQL string

// plan computes the changes that the lines would make.
func (st *staging) plan(ctx context.Context, f padron.File) error {
	for _, step := range []struct {
		query string
		args  []any
	}{
		{"UPDATE row SET why = ? WHERE written = ?", []any{f.StrayWhy, f.Stray}},
		{"INSERT INTO columns VALUES (?, ?)", []any{f.Has.Tramite, f.Has.Mail}},
	} {
		if _, err := st.tx.ExecContext(ctx, step.query, step.args...); err != nil {
			return fmt.Errorf("plan: %w", err)
		}
	}
	if err := st.standings(ctx); err != nil {
		return err
	}
	if _, err := st.tx.ExecContext(ctx, planSQL); err != nil {
		return fmt.Errorf("plan: %w", err)
	}
	return nil
}

// standings stores which standings of the padrón give tokens: SQL cannot compare their spellings.
func (st *staging) standings(ctx context.Context) error {
	rows, err := st.tx.QueryContext(ctx, "SELECT DISTINCT standing FROM live.person")
	if err != nil {
		return fmt.Errorf("plan: %w", err)
	}
	defer rows.Close()
	var gives []string
	for rows.Next() {
		var standing string
		if err := rows.Scan(&standing); err != nil {
			return fmt.Errorf("plan: %w", err)
		}
		if backend.IsActive(standing) {
			gives = append(gives, standing)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("plan: %w", err)
	}
	for _, standing := range gives {
		if _, err := st.tx.ExecContext(ctx, "INSERT INTO gives VALUES (?)", standing); err != nil {
			return fmt.Errorf("plan: %w", err)
		}
	}
	return nil
}

// Bounds of the lists of a report.
const (
	reportBad      = 1000
	reportKinds    = 20
	reportExamples = 5
)

// report summarises the plan.
func (st *staging) report(ctx context.Context, f padron.File) (r Report, err error) {
	r.Encoding, r.Ignored = f.Encoding, f.Ignored
	for query, into := range map[string][]any{
		"SELECT (SELECT count(*) FROM row WHERE why IS NULL), (SELECT count(*) FROM row WHERE why IS NOT NULL) + (SELECT count(*) FROM bad)": {&r.Imported, &r.BadLines},
		"SELECT COALESCE(sum(enters), 0) FROM joining":                                                           {&r.Entering},
		"SELECT COALESCE(sum(NOT held), 0), COALESCE(sum(held), 0), EXISTS (SELECT 1 FROM unknown) FROM leaving": {&r.Leaving, &r.Held, &r.Unknown},
		"SELECT count(DISTINCT who) FROM row WHERE why IS NULL AND altered":                                      {&r.Altered},
		"SELECT COALESCE(sum(has AND NOT will), 0), COALESCE(sum(has), 0) FROM affected":                         {&r.Losing, &r.Having},
	} {
		if err := st.count(ctx, query, into...); err != nil {
			return r, err
		}
	}
	if err := st.badLines(ctx, &r); err != nil {
		return r, err
	}
	if err := st.kinds(ctx, &r); err != nil {
		return r, err
	}
	return r, st.examples(ctx, &r)
}

// badLines lists the refused lines in the order of the file.
func (st *staging) badLines(ctx context.Context, r *Report) error {
	rows, err := st.tx.QueryContext(ctx, `SELECT line, why, COALESCE(about, 0), 1 FROM row WHERE line IN (SELECT line FROM row WHERE why IS NOT NULL)
		UNION ALL SELECT line, why, 0, 0 FROM bad ORDER BY line LIMIT ?`, reportBad)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var b BadLine
		var about int
		var key bool
		if err := rows.Scan(&b.Line, &b.Reason, &about, &key); err != nil {
			return err
		}
		if key {
			b.Reason = st.s.texts.Get(b.Reason, about)
		}
		r.Bad = append(r.Bad, b)
	}
	return rows.Err()
}

// kinds counts the standings of the file, and the changes from one standing to another.
func (st *staging) kinds(ctx context.Context, r *Report) error {
	rows, err := st.tx.QueryContext(ctx, `SELECT standing, count(*), active FROM row WHERE why IS NULL
		GROUP BY standing ORDER BY 2 DESC, 1 LIMIT ?`, reportKinds)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var s StandingCount
		if err := rows.Scan(&s.Standing, &s.Lines, &s.Active); err != nil {
			return err
		}
		r.Standings = append(r.Standings, s)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	changes, err := st.tx.QueryContext(ctx, `SELECT p.standing, r.standing, count(*) FROM row r CROSS JOIN affected a ON a.person = r.who AND a.line = r.line
		JOIN live.person p ON p.id = a.person WHERE r.who < '' AND r.differs AND p.standing <> r.standing
		AND NOT (r.active AND p.standing IN (SELECT standing FROM gives)) GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT ?`, reportKinds)
	if err != nil {
		return err
	}
	defer changes.Close()
	for changes.Next() {
		var c StandingChange
		if err := changes.Scan(&c.From, &c.To, &c.People); err != nil {
			return err
		}
		r.Changes = append(r.Changes, c)
	}
	return changes.Err()
}

// examples names some of those who would lose their tokens, and why.
func (st *staging) examples(ctx context.Context, r *Report) error {
	rows, err := st.tx.QueryContext(ctx, `SELECT p.sealed, p.standing, COALESCE(r.standing, ''), COALESCE(a.line, 0) FROM affected a
		JOIN live.person p ON p.id = a.person LEFT JOIN row r ON r.line = a.line WHERE a.has AND NOT a.will ORDER BY a.line IS NULL, a.line, a.person LIMIT ?`, reportExamples)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var e Example
		var sealed []byte
		var who personal
		if err := rows.Scan(&sealed, &e.From, &e.To, &e.Line); err != nil {
			return err
		}
		if err := st.s.keys.open(sealPerson, sealed, &who); err != nil {
			return fmt.Errorf("person: %w", err)
		}
		e.Name = who.Name
		r.Examples = append(r.Examples, e)
	}
	return rows.Err()
}
