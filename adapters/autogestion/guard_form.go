package autogestion

import (
	"context"
	"database/sql"
	"time"

	"llave/adapters/autogestion/form"
)

// asker is the browser that sends a form, and what it proves.
type asker struct{ browser, address, proof string }

// countForm bounds forms that send e-mail by who sends them, and never by whose CUIL it is: a stranger uses up nothing of its
// owner's. kind separates the forms. Past most a day the asker is refused, with the text often.
func (s *Service) countForm(ctx context.Context, kind string, who asker, most int, often string) error {
	var all []counted
	err := s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		for _, c := range []counted{{tally: tallyAsker, id: kind + "|" + who.browser + "|" + who.address}, {tally: tallyFormAddress, id: kind + "|" + who.address}} {
			var err error
			if c.n, err = s.count(ctx, tx, c.tally, c.id, now); err != nil {
				return err
			}
			all = append(all, c)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if all[0].n >= most {
		return &form.Refused{Why: often, Wait: tallyAsker.window}
	}
	return s.pay(ctx, who.proof, who.address, all[0].id, levelOf(all))
}
