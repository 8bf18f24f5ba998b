package autogestion

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"
	"unicode"

	"llave/adapters/autogestion/web"
	"llave/flows/backend"
)

const (
	openLasts = 10 * time.Minute // from the invitation to "go on" on the page
	signLasts = 30 * time.Minute // from there to the sign-in, registration and reset included
	codeLasts = 10 * time.Minute // from the sign-in to the code in the chat
	codeTries = 3

	openedWindow = time.Hour // within which an opened invite counts
)

// inviteRow is a row of an invite. The secret of the URL, the code and the credential are derived from its seed and the key
// when they are needed; none is stored.
type inviteRow struct {
	id        string
	seed      []byte
	in        backend.Invitation
	made      time.Time
	openUntil time.Time
	browser   []byte
	signUntil time.Time
	account   sql.NullInt64
	codeUntil time.Time
	tries     int
	redeemKey []byte
	link      string
	ended     string
}

// phase is where an invite stands.
type phase int

const (
	inviteOver   phase = iota // used, ended, declined or out of time
	inviteFresh               // can be opened
	inviteOpened              // a browser went on and can sign in
	inviteSigned              // a browser signed in and has a code
)

func (i inviteRow) phase(now time.Time) phase {
	switch {
	case i.ended != "" || i.link != "":
		return inviteOver
	case i.account.Valid:
		return until(inviteSigned, now, i.codeUntil)
	case i.browser != nil:
		return until(inviteOpened, now, i.signUntil)
	default:
		return until(inviteFresh, now, i.openUntil)
	}
}

func until(p phase, now, end time.Time) phase {
	if now.Before(end) {
		return p
	}
	return inviteOver
}

func (s *Service) secretOf(seed []byte) string { return text64(s.keys.derived("url", seed)) }

func (s *Service) codeOf(i inviteRow) string {
	return deriveCode(s.keys.derived("code", i.seed), i.seed)
}

func (s *Service) credentialOf(i inviteRow) backend.Credential {
	return backend.Credential(text64(s.keys.derived("credential", i.seed)))
}

const sealInvite = "invite"

const inviteColumns = `i.id, i.seed, i.sealed, i.made, i.open_until, i.browser, i.sign_until, i.account, i.code_until,
	i.tries, i.redeem_key, i.link, i.ended`

// inviteBy finds an invite by a condition; backend.ErrNoInvite if there is none.
func (s *Service) inviteBy(ctx context.Context, q querier, where string, args ...any) (inviteRow, error) {
	var i inviteRow
	var sealed []byte
	var made, openUntil, signUntil, codeUntil int64
	err := q.QueryRowContext(ctx, "SELECT "+inviteColumns+" FROM invite i WHERE "+where, args...).Scan(&i.id, &i.seed, &sealed,
		&made, &openUntil, &i.browser, &signUntil, &i.account, &codeUntil, &i.tries, &i.redeemKey, &i.link, &i.ended)
	if errors.Is(err, sql.ErrNoRows) {
		return i, backend.ErrNoInvite
	}
	if err != nil {
		return i, err
	}
	i.made, i.openUntil, i.signUntil, i.codeUntil = fromNano(made), fromNano(openUntil), fromNano(signUntil), fromNano(codeUntil)
	return i, s.keys.open(sealInvite, sealed, &i.in)
}

// inviteAt finds an invite by the secret in its URL, or by the whole URL.
func (s *Service) inviteAt(ctx context.Context, q querier, urlOrSecret string) (inviteRow, error) {
	return s.inviteBy(ctx, q, "i.secret = ?", s.keys.hash("invite secret", secretIn(urlOrSecret)))
}

// secretIn returns the last part of a URL, or a text that is no URL as it is.
func secretIn(urlOrSecret string) string {
	return urlOrSecret[strings.LastIndexByte(urlOrSecret, '/')+1:]
}

// Invite implements backend.Links. An earlier invite of the same chat is found by its Chat text.
func (s *Service) Invite(ctx context.Context, in backend.Invitation) (out backend.Invite, err error) {
	key, chat := s.keys.hash("invite key", in.Key), s.chatHash(in.Chat)
	err = s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		i, err := s.inviteBy(ctx, tx, "i.chat = ? AND i.key = ?", chat, key)
		if errors.Is(err, backend.ErrNoInvite) {
			i, err = s.newInvite(ctx, tx, in, chat, key, now)
		}
		if err != nil {
			return err
		}
		out = backend.Invite{ID: i.id, URL: s.inviteURL(i), OpenUntil: i.openUntil}
		out.Opened, err = s.openedRecently(ctx, tx, i.id, chat, now)
		return err
	})
	if err != nil {
		return backend.Invite{}, wrap("invite", err)
	}
	return out, nil
}

func (s *Service) inviteURL(i inviteRow) string {
	return s.opt.PublicURL + "/autogestion/vincular/" + s.secretOf(i.seed)
}

func (s *Service) chatHash(chat string) []byte { return s.keys.hash("chat", chat) }

func (s *Service) newInvite(ctx context.Context, tx *sql.Tx, in backend.Invitation, chat, key []byte, now time.Time) (inviteRow, error) {
	i := inviteRow{in: in, made: now, openUntil: now.Add(openLasts)}
	i.in.Channel, i.in.Label, i.in.Sender = singleLine(in.Channel, 40), singleLine(in.Label, 64), singleLine(in.Sender, 60)
	var err error
	if i.id, err = s.keys.randomID("i-"); err != nil {
		return i, err
	}
	if i.seed, err = s.keys.random(32); err != nil {
		return i, err
	}
	sealed, err := s.keys.seal(sealInvite, i.in)
	if err != nil {
		return i, err
	}
	if _, err := tx.ExecContext(ctx, "UPDATE invite SET ended = 'newer' WHERE chat = ? AND link = '' AND ended = ''", chat); err != nil {
		return i, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO invite (id, secret, seed, chat, key, sealed, made, open_until)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, i.id, s.keys.hash("invite secret", s.secretOf(i.seed)), i.seed, chat, key, sealed,
		now.UnixNano(), i.openUntil.UnixNano())
	return i, err
}

// openedRecently counts the other invites of a chat that were opened within an hour and led to no link. One that expired
// unopened does not count.
func (s *Service) openedRecently(ctx context.Context, q querier, id string, chat []byte, now time.Time) (n int, err error) {
	// The sign-in is possible for signLasts after the invite was opened.
	err = q.QueryRowContext(ctx, "SELECT count(*) FROM invite WHERE chat = ? AND id <> ? AND sign_until > ? AND link = ''", chat, id,
		now.Add(signLasts-openedWindow).UnixNano()).Scan(&n)
	return n, err
}

// singleLine makes a stranger's text fit to be shown: one line, without invisible or direction-changing characters with
// which a name could pretend to be part of the page.
func singleLine(text string, most int) string {
	text = strings.ToValidUTF8(text, "")
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, text)
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return string(runes)
}

// goOn binds an invite to a browser. The same browser may go on again.
func (s *Service) goOn(ctx context.Context, urlOrSecret, browser string) error {
	return wrap("go on", s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		i, err := s.inviteAt(ctx, tx, urlOrSecret)
		if err != nil {
			return err
		}
		switch i.phase(now) {
		case inviteOver:
			return backend.ErrNoInvite
		case inviteFresh:
			_, err := tx.ExecContext(ctx, "UPDATE invite SET browser = ?, sign_until = ? WHERE id = ?",
				s.browserHash(browser), now.Add(signLasts).UnixNano(), i.id)
			return err
		}
		return s.sameBrowser(i, browser)
	}))
}

func (s *Service) browserHash(browser string) []byte { return s.keys.hash("browser", browser) }

func (s *Service) sameBrowser(i inviteRow, browser string) error {
	if browser == "" || string(i.browser) != string(s.browserHash(browser)) {
		return web.ErrInUse
	}
	return nil
}

// Decline ends an invite from its page: "I did not ask for this". Everybody with the URL may decline, in any browser, until
// the link is made. To decline an invite that is over is no error.
func (s *Service) Decline(ctx context.Context, urlOrSecret string) error {
	return wrap("decline", s.write(ctx, func(tx *sql.Tx, _ time.Time) error {
		i, err := s.inviteAt(ctx, tx, urlOrSecret)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "UPDATE invite SET ended = 'declined' WHERE id = ? AND link = '' AND ended = ''", i.id)
		return err
	}))
}
