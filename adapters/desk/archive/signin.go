package archive

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"golang.org/x/crypto/argon2"

	"llave/bot"
	"llave/store/sqlitedb"
)

// ErrSignIn: user name, password or code is wrong; it does not say which.
var ErrSignIn = errors.New("archive: wrong user name, password or code")

// SignIn checks a user name, a password and the code of an authenticator, which is good once. Client is who asks, as far as a
// limit needs to know. The agent is on duty afterwards, if they take cases at all. [ErrSignIn], *Throttled.
func (a *Archive) SignIn(ctx context.Context, user, password, code, client string) (Agent, error) {
	user = strings.ToLower(strings.TrimSpace(user))
	if err := a.begin(ctx, user, client); err != nil {
		return Agent{}, err
	}
	phc, secret, err := a.credentials(ctx, bot.AgentID(user))
	if err != nil {
		return Agent{}, err
	}
	right, err := a.checkPassword(ctx, password, phc)
	if err != nil {
		return Agent{}, err
	}
	var step int64
	if right && secret != "" {
		step, right = stepOf(secret, code, a.now())
	}
	if !right {
		return Agent{}, a.refuse(ctx, user, phc)
	}
	err = a.update(ctx, "sign in", func(tx *sql.Tx) error {
		query, args := "UPDATE agent SET totp_step = ?, duty = CASE WHEN role IN ('agent', 'supervisor') THEN 'on' ELSE 'off' END WHERE id = ? AND phc = ? AND disabled = 0", []any{step, user, phc}
		if secret != "" {
			query, args = query+" AND totp_step < ?", append(args, step)
		}
		n, err := exec(ctx, tx, query, args...)
		if err != nil {
			return err
		}
		if n == 0 { // the code was used before, or the agent was reset or disabled in between
			return ErrSignIn
		}
		if err := a.forgive(ctx, tx, user, client); err != nil {
			return err
		}
		return a.audit(ctx, tx, Record{Agent: user, What: "signin"})
	})
	if errors.Is(err, ErrSignIn) {
		return Agent{}, a.refuse(ctx, user, phc)
	}
	if err != nil {
		return Agent{}, err
	}
	return a.Agent(ctx, bot.AgentID(user))
}

// refuse records a failed sign-in, with the same effort whether there is such an agent or not. What was typed as a user name
// and is none is not kept: it may be a password.
func (a *Archive) refuse(ctx context.Context, user, phc string) error {
	if phc == "" {
		user = ""
	}
	if err := a.Audit(ctx, Record{Agent: user, What: "signin.failed"}); err != nil {
		return err
	}
	return ErrSignIn
}

// credentials are empty for one who cannot sign in.
func (a *Archive) credentials(ctx context.Context, user bot.AgentID) (phc, secret string, err error) {
	err = a.read(ctx, "credentials", func(q sqlitedb.Querier) error {
		var sealed []byte
		err := q.QueryRowContext(ctx, "SELECT phc, totp FROM agent WHERE id = ? AND disabled = 0", string(user)).Scan(&phc, &sealed)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err == nil && sealed != nil {
			sealed, err = a.keys.ring.Open(sealed, place("agent", user, "totp"))
			secret = string(sealed)
		}
		return err
	})
	return phc, secret, err
}

// checkPassword compares in its turn. An empty phc belongs to nobody: it takes as long and is never right.
func (a *Archive) checkPassword(ctx context.Context, password, phc string) (bool, error) {
	select {
	case a.hashing <- struct{}{}:
	case <-ctx.Done():
		return false, ctx.Err()
	}
	defer func() { <-a.hashing }()
	if utf8.RuneCountInString(password) > MaxPassword {
		password, phc = "", ""
	}
	if phc == "" {
		_, err := argon2id.ComparePasswordAndHash(password, a.dummy)
		return false, err
	}
	return argon2id.ComparePasswordAndHash(password, phc)
}

// nobodysHash is a hash that no password has, at the cost of the others. It is drawn, since to compute one takes as long as a
// sign-in.
func nobodysHash(c *argon2id.Params) string {
	drawn := make([]byte, c.SaltLength+c.KeyLength)
	_, _ = rand.Read(drawn) // it never fails
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.Memory, c.Iterations, c.Parallelism,
		b64(drawn[:c.SaltLength]), b64(drawn[c.SaltLength:]))
}
