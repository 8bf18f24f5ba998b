package webchat

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// redisUpload is a file on its way into a Redis.
type redisUpload struct {
	h             *redisHistory
	id            string
	chat, address name
}

// uploadRecord is what is known of a file.
type uploadRecord struct {
	chat, mark, address name
	size                int64
	at                  int64 // microseconds
}

const uploadRecordSize = 3*16 + 2*8

func (r *uploadRecord) encode() []byte {
	b := append(append(append(make([]byte, 0, uploadRecordSize), r.chat[:]...), r.mark[:]...), r.address[:]...)
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(b, uint64(r.size)), uint64(r.at))
}

func uploadRecordOf(s string) (r uploadRecord, ok bool) {
	if len(s) != uploadRecordSize {
		return r, false
	}
	b := []byte(s)
	copy(r.chat[:], b)
	copy(r.mark[:], b[16:])
	copy(r.address[:], b[32:])
	r.size, r.at = int64(binary.BigEndian.Uint64(b[48:])), int64(binary.BigEndian.Uint64(b[56:]))
	return r, true
}

// The keys of files: see redis_keys.go.
func uploadKey(kind string) string { return redisPrefix + "{files}" + kind }

func uploadKeys(chat, address name) []string {
	name64 := base64.RawURLEncoding.EncodeToString
	return []string{uploadKey("u"), uploadKey("m"), uploadKey("t"), uploadKey("c" + name64(chat[:])), uploadKey("a" + name64(address[:])), uploadKey("s")}
}

// pieceKey is the key of a file's pieces.
func pieceKey(id string) string {
	return redisPrefix + "{file:" + base64.RawURLEncoding.EncodeToString([]byte(id)) + "}"
}

// redisUploads is how long the server keeps files that no process sweeps.
const redisUploads = keepUpload + time.Hour

func (h *redisHistory) beginUpload(ctx context.Context, chat, address name, first []byte) (pieceStore, error) {
	id := make([]byte, 16)
	rand.Read(id)
	u := &redisUpload{h: h, id: string(id), chat: chat, address: address}
	now := h.now()
	if _, err := u.record(ctx, uploadRecord{chat: chat, address: address, at: now.UnixMicro()}, now.Add(keepFetched), ""); err != nil {
		return nil, err
	}
	return u, u.keep(ctx, 0, first)
}

// record keeps what is known of a file, and returns the one that it replaces.
func (u *redisUpload) record(ctx context.Context, r uploadRecord, until time.Time, message string) (before string, err error) {
	now := time.UnixMicro(r.at)
	size := binary.BigEndian.AppendUint64(nil, uint64(r.size))
	v, err := u.h.db.Keep(ctx, eval(uploadScript, uploadKeys(r.chat, r.address), u.id, r.encode(), hour(until), message, size, hour(now), hour(now.Add(-time.Hour)),
		hourOfChat, hourOfAddress, bytesOfChat, bytesOfAddress, bytesOfAll, redisUploads.Milliseconds()))
	if err != nil {
		return "", u.h.refuseFull(err, errNoRoom)
	}
	answer, _ := v.([]any)
	if len(answer) == 0 {
		return "", errStrange
	}
	switch text(answer[0]) {
	case "many":
		return "", errManyFiles
	case "room":
		return "", errNoRoom
	case "gone":
		return "", errors.New("webchat: upload: the file is not kept any more")
	}
	return text(answer[len(answer)-1]), nil
}

func (u *redisUpload) keep(ctx context.Context, k int64, sealed []byte) error {
	_, err := u.h.db.Do(ctx, []any{"hset", pieceKey(u.id), k, sealed}, []any{"pexpire", pieceKey(u.id), redisUploads.Milliseconds()})
	return u.h.refuseFull(err, errNoRoom)
}

func (u *redisUpload) done(ctx context.Context, address name, mark [16]byte, size int64) error {
	now := u.h.now()
	r := uploadRecord{chat: u.chat, mark: mark, address: address, size: size, at: now.UnixMicro()}
	before, err := u.record(ctx, r, now.Add(keepUpload), string(u.chat[:])+string(mark[:]))
	if err != nil || before == "" {
		return err
	}
	return u.h.dropUploads(ctx, before)
}

func (u *redisUpload) drop(ctx context.Context) error { return u.h.dropUploads(ctx, u.id) }

// dropUploads forgets files: first what is known of them, then their pieces.
func (h *redisHistory) dropUploads(ctx context.Context, ids ...string) error {
	if len(ids) == 0 {
		return nil
	}
	ask := []any{"hmget", uploadKey("u")}
	for _, id := range ids {
		ask = append(ask, id)
	}
	v, err := h.one(ctx, ask...)
	if err != nil {
		return fmt.Errorf("webchat: upload: %w", err)
	}
	records, _ := v.([]any)
	var steps [][]any
	for i, id := range ids {
		var r uploadRecord
		if i < len(records) {
			r, _ = uploadRecordOf(text(records[i]))
		}
		steps = append(steps, eval(dropScript, uploadKeys(r.chat, r.address), id), []any{"unlink", pieceKey(id)})
	}
	if _, err := h.db.Do(ctx, steps...); err != nil {
		return fmt.Errorf("webchat: upload: %w", err)
	}
	return nil
}

// dropUploadsOf forgets the whole files of a chat.
func (h *redisHistory) dropUploadsOf(ctx context.Context, chat name) error {
	v, err := h.one(ctx, "zrange", uploadKeys(chat, name{})[3], 0, -1)
	if err != nil {
		return err
	}
	list, _ := v.([]any)
	var ids []string
	for _, member := range list {
		if s := text(member); len(s) > 16 {
			ids = append(ids, s[:16])
		}
	}
	return h.dropUploads(ctx, ids...)
}

func (h *redisHistory) fetch(ctx context.Context, chat name, mark []byte, limit int64) ([]byte, error) {
	v, err := h.one(ctx, "hget", uploadKey("m"), string(chat[:])+string(mark))
	if err != nil || v == nil {
		return nil, errors.Join(err, gone(err))
	}
	id := text(v)
	if v, err = h.one(ctx, "hget", uploadKey("u"), id); err != nil {
		return nil, err
	}
	r, ok := uploadRecordOf(text(v))
	now := h.now()
	at := time.UnixMicro(r.at)
	switch {
	case !ok || !at.After(now.Add(-keepUpload)):
		return nil, errFileGone
	case r.size > limit:
		return nil, errFileLarge
	}
	data, err := h.pieces(ctx, chat, id, r.size)
	if err != nil {
		return nil, err
	}
	until := now.Add(keepFetched)
	if day := at.Add(keepUpload); day.Before(until) {
		until = day
	}
	_, err = h.one(ctx, "zadd", uploadKey("t"), "xx", hour(until), id)
	return data, err
}

// gone is that there is no file, unless something else failed.
func gone(err error) error {
	if err != nil {
		return nil
	}
	return errFileGone
}

// pieces reads a file, piece by piece, so that others get their turn in between.
func (h *redisHistory) pieces(ctx context.Context, chat name, id string, size int64) ([]byte, error) {
	join := pieceJoin{keys: h.keys, chat: chat}
	for k := int64(0); ; k++ {
		v, err := h.one(ctx, "hget", pieceKey(id), strconv.FormatInt(k, 10))
		if err != nil {
			return nil, err
		}
		if v == nil {
			return join.whole(size)
		}
		if err := join.add(k, []byte(text(v))); err != nil {
			return nil, err
		}
	}
}

// sweepUploads forgets files whose time is over.
func (h *redisHistory) sweepUploads(ctx context.Context, now time.Time) error {
	for {
		v, err := h.one(ctx, "zrangebyscore", uploadKey("t"), "-inf", hour(now), "limit", 0, sweepBatch)
		list, _ := v.([]any)
		if err != nil || len(list) == 0 {
			return err
		}
		var ids []string
		for _, id := range list {
			ids = append(ids, text(id))
		}
		if err := h.dropUploads(ctx, ids...); err != nil {
			return err
		}
	}
}
