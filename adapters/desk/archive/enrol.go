package archive

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base32"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"llave/bot"
	"llave/store/sqlitedb"
)

// Refusals of enrolling.
var (
	// ErrEnrolment: no agent waits for this one-time code; it may have been used, replaced or be too old.
	ErrEnrolment = errors.New("archive: no such one-time code")
	// ErrPassword: the password is too short or too long.
	ErrPassword = errors.New("archive: the password is too short or too long")
	// ErrCode: the code is not the one that the authenticator shows.
	ErrCode = errors.New("archive: wrong code")
)

// What a password must be, in characters, and how long a one-time code is good.
const (
	MinPassword  = 10
	MaxPassword  = 200
	enrolmentFor = 72 * time.Hour
)

// issuer is the name under which an authenticator lists the desk.
const issuer = "Llave Mesa de Ayuda"

// Enrolment is what a new agent needs to set up the authenticator.
type Enrolment struct {
	Agent  bot.Agent
	Secret string // typed by hand
	URL    string // otpauth://…, for a QR code
}

// issue gives an agent a new secret and a one-time code.
func (a *Archive) issue(ctx context.Context, tx *sql.Tx, user bot.AgentID) (string, error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: issuer, AccountName: string(user)})
	if err != nil {
		return "", err
	}
	var b [15]byte
	rand.Read(b[:])
	code := base32.StdEncoding.EncodeToString(b[:])
	_, err = exec(ctx, tx, "UPDATE agent SET totp = ?, enrol = ?, enrol_until = ? WHERE id = ?",
		a.keys.ring.Seal([]byte(key.Secret()), place("agent", user, "totp")), a.keys.hash("enrol", code), micro(a.now().Add(enrolmentFor)), string(user))
	return code, err
}

// waiting is the agent who waits for a one-time code.
func (a *Archive) waiting(ctx context.Context, q sqlitedb.Querier, code string) (e Enrolment, err error) {
	var name, secret []byte
	err = q.QueryRowContext(ctx, "SELECT id, name, role, totp FROM agent WHERE enrol = ? AND enrol_until > ? AND disabled = 0",
		a.keys.hash("enrol", strings.ToUpper(strings.TrimSpace(code))), micro(a.now())).Scan(&e.Agent.ID, &name, &e.Agent.Role, &secret)
	if errors.Is(err, sql.ErrNoRows) {
		return e, ErrEnrolment
	}
	if err != nil {
		return e, err
	}
	name, err1 := a.keys.ring.Open(name, place("agent", e.Agent.ID, "name"))
	secret, err2 := a.keys.ring.Open(secret, place("agent", e.Agent.ID, "totp"))
	if err := errors.Join(err1, err2); err != nil {
		return e, err
	}
	e.Agent.Name, e.Secret = string(name), string(secret)
	e.URL = keyURL(e)
	return e, nil
}

// Enrolment returns what a one-time code is for. Looking changes nothing. [ErrEnrolment].
func (a *Archive) Enrolment(ctx context.Context, code string) (e Enrolment, err error) {
	err = a.read(ctx, "enrolment", func(q sqlitedb.Querier) error {
		e, err = a.waiting(ctx, q, code)
		return err
	})
	return e, err
}

// Enrol uses a one-time code up: the agent has a password from now on, and has shown that the authenticator works.
// [ErrEnrolment], [ErrPassword], [ErrCode]: nothing has changed.
func (a *Archive) Enrol(ctx context.Context, code, password, otpCode string) (who bot.Agent, err error) {
	e, err := a.Enrolment(ctx, code)
	if err != nil {
		return who, err
	}
	if n := utf8.RuneCountInString(password); n < MinPassword || n > MaxPassword {
		return who, ErrPassword
	}
	step, ok := stepOf(e.Secret, otpCode, a.now())
	if !ok {
		return who, ErrCode
	}
	phc, err := a.hashPassword(ctx, password)
	if err != nil {
		return who, err
	}
	defer a.lookAgain(ctx)
	return e.Agent, a.write(ctx, "enrol", func(tx *sql.Tx) error {
		n, err := exec(ctx, tx, "UPDATE agent SET phc = ?, totp_step = ?, enrol = NULL, enrol_until = 0 WHERE id = ? AND enrol = ?",
			phc, step, string(e.Agent.ID), a.keys.hash("enrol", strings.ToUpper(strings.TrimSpace(code))))
		if err != nil {
			return err
		}
		if n == 0 { // another was quicker
			return ErrEnrolment
		}
		return a.audit(ctx, tx, Record{Agent: string(e.Agent.ID), What: "agent.enrol"})
	})
}

// hashPassword hashes a password in its turn: few at a time, since each takes much memory.
func (a *Archive) hashPassword(ctx context.Context, password string) (string, error) {
	select {
	case a.hashing <- struct{}{}:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	defer func() { <-a.hashing }()
	return argon2id.CreateHash(password, a.opt.Cost)
}

// keyURL is the address that an authenticator reads from a QR code.
func keyURL(e Enrolment) string {
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(e.Secret)
	if err != nil {
		return ""
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: issuer, AccountName: string(e.Agent.ID), Secret: raw})
	if err != nil {
		return ""
	}
	return key.URL()
}

// period is how long a code is shown, in seconds.
const period = 30

// stepOf returns the step of time that a code belongs to: the present one, the one before or the one after, for clocks that
// are not quite right.
func stepOf(secret, code string, now time.Time) (step int64, ok bool) {
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	for _, near := range []int64{0, -1, 1} {
		step = now.Unix()/period + near
		valid, err := totp.ValidateCustom(code, secret, time.Unix(step*period, 0), totp.ValidateOpts{Period: period, Digits: otp.DigitsSix})
		if err == nil && valid {
			return step, true
		}
	}
	return 0, false
}
