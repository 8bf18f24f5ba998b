package whatsapp

import (
	"context"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// factStore keeps small facts about chats in the device store, beyond the process. They are sealed and found by a keyed
// hash: the file names no chat.
type factStore struct {
	db   *sql.DB
	aead cipher.AEAD
	key  []byte
	now  func() time.Time
}

// The kinds of facts.
const (
	factTimer       = "timer"  // for how long a chat shows its messages
	factUnread      = "unread" // a message that is answered later, and is not marked as read before
	factUndecrypted = "unseen" // a message that could not be decrypted and was asked for again
)

// factsTable creates the table, also in files of earlier versions.
const factsTable = `CREATE TABLE IF NOT EXISTS llave_whatsapp_chats (id TEXT PRIMARY KEY, kind TEXT NOT NULL, at BIGINT NOT NULL, value TEXT NOT NULL)`

// forgetFacts is the age at which a fact that was not written again is removed.
const forgetFacts = 180 * 24 * time.Hour

// prune removes facts that are too old.
func (c *factStore) prune(ctx context.Context) error {
	_, err := c.db.ExecContext(ctx, `DELETE FROM llave_whatsapp_chats WHERE at < $1`, c.now().Add(-forgetFacts).Unix())
	if err != nil {
		return fmt.Errorf("whatsapp: device store: %w", err)
	}
	return nil
}

// factID is the key of a fact.
func (c *factStore) factID(kind, about string) string {
	h := hmac.New(sha256.New, c.key)
	fmt.Fprintf(h, "%q %q", kind, about)
	return hex.EncodeToString(h.Sum(nil))
}

// put keeps a fact, in place of an earlier one of its kind about the same.
func (c *factStore) put(ctx context.Context, kind, about string, fact any) error {
	plain, err := json.Marshal(fact)
	if err != nil {
		return fmt.Errorf("whatsapp: device store: %w", err)
	}
	id := c.factID(kind, about)
	_, err = c.db.ExecContext(ctx, `INSERT INTO llave_whatsapp_chats (id, kind, at, value) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET at = excluded.at, value = excluded.value`,
		id, kind, c.now().Unix(), base64.StdEncoding.EncodeToString(seal(c.aead, plain, []byte(id))))
	if err != nil {
		return fmt.Errorf("whatsapp: device store: %w", err)
	}
	return nil
}

// remove forgets a fact.
func (c *factStore) remove(ctx context.Context, kind, about string) error {
	_, err := c.db.ExecContext(ctx, `DELETE FROM llave_whatsapp_chats WHERE id = $1`, c.factID(kind, about))
	if err != nil {
		return fmt.Errorf("whatsapp: device store: %w", err)
	}
	return nil
}

// get reads a fact, and reports whether there is one. A fact that this key does not open is none.
func (c *factStore) get(ctx context.Context, kind, about string, fact any) (bool, error) {
	id, value := c.factID(kind, about), ""
	err := c.db.QueryRowContext(ctx, `SELECT value FROM llave_whatsapp_chats WHERE id = $1`, id).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("whatsapp: device store: %w", err)
	}
	return c.reads(id, value, fact), nil
}

func (c *factStore) reads(id, value string, fact any) bool {
	sealed, err := base64.StdEncoding.DecodeString(value)
	if err != nil {
		return false
	}
	plain, err := unseal(c.aead, sealed, []byte(id))
	return err == nil && json.Unmarshal(plain, fact) == nil
}

// factsOf returns all readable facts of a kind, the oldest first.
func factsOf[T any](ctx context.Context, c *factStore, kind string) ([]T, error) {
	rows, err := c.db.QueryContext(ctx, `SELECT id, value FROM llave_whatsapp_chats WHERE kind = $1 ORDER BY at`, kind)
	if err != nil {
		return nil, fmt.Errorf("whatsapp: device store: %w", err)
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		var id, value string
		var fact T
		if err := rows.Scan(&id, &value); err != nil {
			return nil, fmt.Errorf("whatsapp: device store: %w", err)
		}
		if c.reads(id, value, &fact) {
			all = append(all, fact)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("whatsapp: device store: %w", err)
	}
	return all, nil
}
