package archive

import (
	"context"
	"encoding/json"

	"llave/bot"
	"llave/store/sqlitedb"
)

// keepUnreadable keeps an event that this version of the program cannot read, so that a newer one may. It holds up no other.
func (b *batch) keepUnreadable(ctx context.Context, s bot.Shard, h bot.Happened) error {
	body, err := json.Marshal(h.Logged)
	if err != nil {
		return err
	}
	b.opt.Log.Error("archive: an event of this form cannot be read; it is kept", "shard", s, "seq", h.Seq, "version", h.Entry.V, "kind", h.Entry.Kind)
	_, err = b.exec(ctx, "INSERT INTO unreadable (shard, seq, at, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
		int(s), h.Seq, micro(b.now()), b.keys.ring.Seal(body, place("unreadable", int(s), h.Seq)))
	return err
}

// Unreadable counts the events that could not be read.
func (a *Archive) Unreadable(ctx context.Context) (n int, err error) {
	err = a.read(ctx, "unreadable events", func(q sqlitedb.Querier) error {
		return q.QueryRowContext(ctx, "SELECT count(*) FROM unreadable").Scan(&n)
	})
	return n, err
}
