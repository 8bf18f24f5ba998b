package autogestion

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"llave/flows/backend"
)

// MyData implements backend.Accounts.
func (s *Service) MyData(ctx context.Context, c backend.Credential) (out backend.Held, err error) {
	err = s.read(ctx, func(q querier, _ time.Time) error {
		a, err := s.authorise(ctx, q, c)
		if err != nil {
			return err
		}
		out, err = s.held(ctx, q, a)
		return err
	})
	return out, wrap("my data", err)
}

// held returns what is held about the person of an account.
func (s *Service) held(ctx context.Context, q querier, a principal) (out backend.Held, err error) {
	who, err := s.holderOf(ctx, q, a.account)
	if err != nil {
		return out, err
	}
	info := AccountInfo{}
	if err := s.accountInfo(ctx, q, who, &info); err != nil {
		return out, err
	}
	out = backend.Held{Name: who.Name, Number: who.Number, Standing: who.standing, Made: info.Made, Email: info.Email, Browsers: info.Browsers,
		Days: keptDays, Page: s.opt.PublicURL + "/autogestion/mi-cuenta"}
	if out.Chats, err = s.links(ctx, q, a); err != nil {
		return out, err
	}
	var at int64
	err = q.QueryRowContext(ctx, "SELECT version, at FROM consent WHERE account = ? ORDER BY at DESC LIMIT 1", a.account).Scan(&out.Consent, &at)
	out.ConsentAt = fromNano(at)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return out, err
}

// keptDays is how long is kept what ends by itself.
var keptDays = backend.KeptDays{Tokens: days(keepTokens), Mails: days(keepMail), Browsers: days(keepKnown)}

func days(d time.Duration) int { return int(d / (24 * time.Hour)) }

// Erase implements backend.Accounts.
func (s *Service) Erase(ctx context.Context, c backend.Credential) error {
	return wrap("erase", s.write(ctx, func(tx *sql.Tx, _ time.Time) error {
		a, err := s.authorise(ctx, tx, c)
		if errors.Is(err, backend.ErrUnlinked) {
			return nil
		}
		if err != nil {
			return err
		}
		// The invites of the chat go with their seeds: the credential could be made of them again.
		if _, err := tx.ExecContext(ctx, "DELETE FROM invite WHERE chat = (SELECT chat FROM link WHERE id = ?)", a.link); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM link WHERE id = ?", a.link); err != nil {
			return err
		}
		return s.endSignIns(ctx, tx, a.account)
	}))
}

// endSignIns ends what signs in to an account, or could soon, but for the password: known browsers, sessions, codes, and invites
// without a link.
func (s *Service) endSignIns(ctx context.Context, tx *sql.Tx, account int64) error {
	for _, q := range []string{
		"UPDATE invite SET ended = 'reset' WHERE account = ? AND link = ''",
		"DELETE FROM known WHERE account = ?",
		"DELETE FROM reset WHERE account = ?",
		"DELETE FROM second WHERE account = ?",
		"DELETE FROM session WHERE account = ?",
	} {
		if _, err := tx.ExecContext(ctx, q, account); err != nil {
			return err
		}
	}
	return nil
}

// SignInCode implements backend.Accounts. A code is only there if the password was right.
func (s *Service) SignInCode(ctx context.Context, c backend.Credential) (out backend.SignInCode, err error) {
	err = s.read(ctx, func(q querier, now time.Time) error {
		a, err := s.authorise(ctx, q, c)
		if err != nil {
			return err
		}
		var seed []byte
		var until int64
		err = q.QueryRowContext(ctx, "SELECT seed, until FROM second WHERE account = ? AND until > ? AND tries < ? ORDER BY until DESC LIMIT 1",
			a.account, now.UnixNano(), codeTries).Scan(&seed, &until)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		out = backend.SignInCode{Code: showCode(s.secondCode(seed)), Until: fromNano(until)}
		return nil
	})
	return out, wrap("sign-in code", err)
}

// Disown implements backend.Accounts. It does not end the link of the credential itself.
func (s *Service) Disown(ctx context.Context, c backend.Credential, chat string) (out backend.Disowned, err error) {
	err = s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		a, err := s.authorise(ctx, tx, c)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM link WHERE account = ? AND chat = ? AND id <> ?", a.account, s.chatHash(chat), a.link); err != nil {
			return err
		}
		if err := s.endSignIns(ctx, tx, a.account); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE account SET suspect = ? WHERE id = ?", now.UnixNano(), a.account); err != nil {
			return err
		}
		out.Page = s.opt.PublicURL + "/autogestion/clave"
		return s.mailAccount(ctx, tx, a.account, "mail_disowned", nil, now)
	})
	return out, wrap("disown", err)
}
