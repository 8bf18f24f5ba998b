package autogestion

import (
	"context"
	"database/sql"
	"time"

	"llave/adapters/autogestion/form"
)

// countForm bounds registrations and resets by CUIL and, far above, by address.
func (s *Service) countForm(ctx context.Context, address, cuil string) error {
	return s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		for _, g := range []guarded{{guard: guardFormAddress, id: address}, {guard: guardForm, id: "cuil|" + cuil}} {
			until, err := s.lockedUntil(ctx, tx, g.guard, g.id, now)
			if err != nil {
				return err
			}
			if !until.IsZero() {
				return &form.Refused{Why: "throttled", Wait: until.Sub(now)}
			}
			if err := s.recordFailure(ctx, tx, g.guard, g.id, now); err != nil {
				return err
			}
		}
		return nil
	})
}
