package archive

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/alexedwards/scs/v2"

	"llave/bot"
	"llave/store/sqlitedb"
)

// SessionUser is the key under which a session holds the user name of its agent, as a string: all sessions of an agent can be
// ended.
const SessionUser = "user"

// Sessions is the store of the sessions of signed-in browsers, for an scs.SessionManager with its default codec. A token is
// kept as a hash, the data sealed. The session of an agent who is disabled is not found.
func (a *Archive) Sessions() scs.CtxStore { return sessions{a} }

type sessions struct{ a *Archive }

var _ scs.CtxStore = sessions{}

func (s sessions) key(token string) []byte { return mac(s.a.keys.lookup, "session", token) }

// FindCtx implements [scs.CtxStore].
func (s sessions) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	key := s.key(token)
	err = s.a.read(ctx, "session", func(q sqlitedb.Querier) error {
		return q.QueryRowContext(ctx, `SELECT s.data FROM session s WHERE s.token = ? AND s.data IS NOT NULL AND s.expires > ?
			AND (s.agent = '' OR EXISTS (SELECT 1 FROM agent a WHERE a.id = s.agent AND a.disabled = 0))`, key, micro(s.a.now())).Scan(&data)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	data, err = s.a.keys.ring.Open(data, place("session", string(key)))
	return data, err == nil, err
}

// CommitCtx implements [scs.CtxStore]. A session that was ended stays so.
func (s sessions) CommitCtx(ctx context.Context, token string, data []byte, expires time.Time) error {
	_, values, err := scs.GobCodec{}.Decode(data)
	if err != nil {
		return err
	}
	user, _ := values[SessionUser].(string)
	key := s.key(token)
	defer s.a.dutyLasts(ctx, user, expires)
	return s.a.write(ctx, "session", func(tx *sql.Tx) error {
		_, err := exec(ctx, tx, `INSERT INTO session (token, agent, data, expires) VALUES (?, ?, ?, ?)
			ON CONFLICT (token) DO UPDATE SET agent = excluded.agent, data = excluded.data, expires = excluded.expires WHERE session.data IS NOT NULL`,
			key, user, s.a.keys.ring.Seal(data, place("session", string(key))), micro(expires))
		return err
	})
}

// DeleteCtx implements [scs.CtxStore].
func (s sessions) DeleteCtx(ctx context.Context, token string) error {
	return s.a.write(ctx, "session", func(tx *sql.Tx) error {
		_, err := exec(ctx, tx, "UPDATE session SET data = NULL WHERE token = ?", s.key(token))
		return err
	})
}

// Find implements [scs.Store].
func (s sessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit implements [scs.Store].
func (s sessions) Commit(token string, data []byte, expires time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expires)
}

// Delete implements [scs.Store].
func (s sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

// EndSessions ends all sessions of an agent at once.
func (a *Archive) EndSessions(ctx context.Context, user bot.AgentID) error {
	return a.write(ctx, "end sessions", func(tx *sql.Tx) error { return endSessions(ctx, tx, user) })
}

func endSessions(ctx context.Context, tx *sql.Tx, user bot.AgentID) error {
	_, err := exec(ctx, tx, "UPDATE session SET data = NULL WHERE agent = ?", string(user))
	return err
}
