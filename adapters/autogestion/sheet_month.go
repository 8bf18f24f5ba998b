package autogestion

import (
	"context"
	"time"

	"llave/flows/backend"
)

// nextMonthFrom is the day from which sheets of the next month can be made: enough time to print, and not enough to lose
// them.
const nextMonthFrom = 25

// months returns the months that are offered now, the running one first.
func (s *Service) months(now time.Time) []backend.SheetMonth {
	here := now.In(s.zone)
	list := []backend.SheetMonth{s.month(here.Year(), here.Month())}
	if here.Day() >= nextMonthFrom {
		list = append(list, s.month(here.Year(), here.Month()+1))
	}
	return list
}

func (s *Service) month(year int, month time.Month) backend.SheetMonth {
	from := time.Date(year, month, 1, 0, 0, 0, 0, s.zone)
	until := time.Date(year, month+1, 1, 0, 0, 0, 0, s.zone)
	return backend.SheetMonth{Month: backend.MonthOf(from), From: from.UTC(), Until: until.UTC(), Max: sheetMax, Left: sheetMax}
}

// monthsFor also returns how many tokens are left for a member, and the last number: none left where a member gets no
// sheets, and no last number for a member who is not in the account's charge.
func (s *Service) monthsFor(ctx context.Context, q querier, f family, m backend.MemberID, now time.Time) ([]backend.SheetMonth, error) {
	list := s.months(now)
	for i := range list {
		list[i].Left = 0
		p, ok := f.people[m]
		if !ok {
			continue
		}
		have, err := countSheets(ctx, q, p, list[i].Month)
		if err != nil {
			return nil, err
		}
		if list[i].Last = have.last(); f.denial(m) == "" {
			list[i].Left = have.left()
		}
	}
	return list, nil
}

// printedCount is how many tokens were printed for a person and a month: ever, and without the void ones.
type printedCount struct{ ever, valid int }

func countSheets(ctx context.Context, q querier, p person, month backend.Month) (n printedCount, err error) {
	err = q.QueryRowContext(ctx, `SELECT COUNT(t.counter), COUNT(CASE WHEN t.voided = 0 THEN 1 END)
		FROM sheet s JOIN token t ON t.sheet = s.id WHERE s.person = ? AND s.month = ?`, p.id, month).Scan(&n.ever, &n.valid)
	return n, err
}

// last returns the number on paper of the last token. Numbers have no gaps, void ones included.
func (n printedCount) last() int { return n.ever }

// left returns how many more may be printed.
func (n printedCount) left() int { return max(0, min(sheetMax-n.valid, sheetMaxEver-n.ever)) }
