package webchat

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Redis is what a history needs of a Redis server. The store of the conversations has it.
type Redis interface {
	// Do sends commands together and returns their answers: text, a number, a list, or nil where there is nothing. The error is the
	// first one.
	Do(ctx context.Context, commands ...[]any) ([]any, error)
	// Keep is Do for one command that writes what must not be lost: where there is a replica, it has it, too.
	Keep(ctx context.Context, command []any) (any, error)
	// Subscribe gives what is published on a channel to a function until ctx ends. Some of it may be lost.
	Subscribe(ctx context.Context, channel string, received func(payload string)) error
	// Full reports whether an error says that the server has no memory left for what is new.
	Full(err error) bool
}

// redisHistory keeps the entries of the chats on a Redis, for several processes. A change of a chat is one script.
type redisHistory struct {
	sealing
	db    Redis
	locks chatLocks     // of this process; the question's key is that of all
	lasts time.Duration // of a question; see questionLasts
	redisChanges
}

var _ history = (*redisHistory)(nil)

func newRedisHistory(db Redis, s sealing) *redisHistory {
	return &redisHistory{sealing: s, db: db, lasts: questionLasts, redisChanges: newRedisChanges(s.keys)}
}

// Close has nothing to end: the server's connections are the store's.
func (h *redisHistory) Close() error { return nil }

// errStrange says that the server answered what none of our scripts answers.
var errStrange = errors.New("webchat: redis: an answer that cannot be read")

// run runs a script that changes something.
func (h *redisHistory) run(ctx context.Context, script string, keys []string, args ...any) (string, error) {
	v, err := h.db.Keep(ctx, eval(script, keys, args...))
	s, _ := v.(string)
	return s, err
}

// one sends one command.
func (h *redisHistory) one(ctx context.Context, words ...any) (any, error) {
	v, err := h.db.Do(ctx, words)
	if err != nil {
		return nil, err
	}
	return v[0], nil
}

func (h *redisHistory) add(ctx context.Context, chat name, e entry, file []byte) (added bool, err error) {
	mark := h.keys.mark(e)
	body, err := h.seal(chat, mark, e)
	if err != nil {
		return false, fmt.Errorf("webchat: history: %w", err)
	}
	reply, held, sealed := "", "", []byte(nil)
	if e.Who == byBot {
		reply = "1"
	}
	if file != nil {
		held, sealed = "1", h.keys.ring.Seal(file, sealContext(chat, mark, 'f'))
	}
	expiry := ""
	if !e.Expires.IsZero() {
		expiry = hour(e.Expires)
	}
	change := func() (string, error) {
		now := h.now()
		return h.run(ctx, addScript, chatKeys(chat).all(), mark[:], body, chat[:], hour(now), now.UnixMilli(), expiry, reply, held, sealed,
			hour(now.Add(-cookieLasts)), hour(now.Add(-keepChat)), h.channel, h.origin, keepEntries, maxFiles, redisChat.Milliseconds(), keepKnown.Milliseconds())
	}
	if reply == "" { // the caller has the question
		return h.outcome(change())
	}
	return h.afterQuestion(ctx, chat, change)
}

// outcome is what a script says of a change.
func (h *redisHistory) outcome(said string, err error) (done bool, _ error) {
	switch {
	case err != nil:
		return false, fmt.Errorf("webchat: history: %w", err)
	case said == "closed":
		return false, fmt.Errorf("webchat: history: %w", errClosed)
	}
	return said == "added" || said == "erased", nil
}

func (h *redisHistory) erase(ctx context.Context, chat name, e entry) (done bool, err error) {
	mark := h.keys.mark(e)
	body, err := h.seal(chat, mark, e)
	if err != nil {
		return false, fmt.Errorf("webchat: erase: %w", err)
	}
	return h.afterQuestion(ctx, chat, func() (string, error) {
		list, at, err := h.read(ctx, chat, 0)
		if err != nil {
			return "", err
		}
		now := h.now()
		return h.run(ctx, eraseScript, chatKeys(chat).all(), mark[:], body, chat[:], hour(now), now.UnixMilli(), unanswered(list, at.last), at.lastText,
			hour(now.Add(-cookieLasts)), h.channel, h.origin, redisChat.Milliseconds(), keepKnown.Milliseconds())
	})
}

// unanswered is how many messages of the person stand at the end of a chat.
func unanswered(list []entry, last uint64) (n int) {
	for _, e := range slices.Backward(list) {
		if e.Who != byPerson || e.Seq != last-uint64(n) {
			break
		}
		n++
	}
	return n
}

func (h *redisHistory) since(ctx context.Context, chat name, after uint64) (list []entry, reset bool, err error) {
	list, at, err := h.read(ctx, chat, after)
	if err != nil {
		return nil, false, fmt.Errorf("webchat: history: %w", err)
	}
	return slices.DeleteFunc(list, hidden), at.reset, nil
}

// redisPlace is where a chat's numbers are.
type redisPlace struct {
	reset    bool
	last     uint64
	lastText string // empty in a new chat
}

// read reads the entries behind a number. Unreadable ones are left out.
func (h *redisHistory) read(ctx context.Context, chat name, after uint64) (list []entry, at redisPlace, err error) {
	k := chatKeys(chat)
	v, err := h.one(ctx, eval(sinceScript, []string{k.of('c'), k.of('e')}, after, hour(h.now().Add(-keepChat)))...)
	if err != nil {
		return nil, at, err
	}
	answer, _ := v.([]any)
	if len(answer) < 3 {
		return nil, at, errStrange
	}
	at.reset, at.lastText = answer[0] == int64(1), text(answer[1])
	at.last, _ = strconv.ParseUint(at.lastText, 10, 64)
	first, err := strconv.ParseUint(text(answer[2]), 10, 64)
	if err != nil {
		return nil, at, errStrange
	}
	for i, record := range answer[3:] {
		if e, ok := h.entryOf(chat, first+uint64(i), text(record)); ok {
			list = append(list, e)
		}
	}
	return list, at, nil
}

// markSize is the length of the mark that a record begins with; the rest is the body, or nothing: then it could not be read when its
// time was over.
const markSize = 16

// entryOf reads a record. An unreadable one is reported.
func (h *redisHistory) entryOf(chat name, seq uint64, record string) (e entry, ok bool) {
	if len(record) == markSize {
		return e, false
	}
	mark := markOf([]byte(record[:min(markSize, len(record))]))
	e, err := h.unseal(chat, mark, seq, []byte(record[min(markSize, len(record)):]))
	if err != nil {
		h.reportUnreadable(chat, seq, err)
	}
	return e, err == nil
}

func (h *redisHistory) file(ctx context.Context, chat name, seq uint64) (info fileInfo, data []byte, err error) {
	k := chatKeys(chat)
	v, err := h.one(ctx, eval(fileScript, []string{k.of('c'), k.of('e'), k.of('f')}, seq, hour(h.now().Add(-keepChat)))...)
	if err != nil {
		return info, nil, fmt.Errorf("webchat: file: %w", err)
	}
	answer, _ := v.([]any)
	if len(answer) < 2 {
		return info, nil, errNotFound
	}
	e, ok := h.entryOf(chat, seq, text(answer[0]))
	if !ok || e.File == nil || e.hasExpired(h.now()) {
		return info, nil, errNotFound
	}
	data, err = h.keys.ring.Open([]byte(text(answer[1])), sealContext(chat, e.mark, 'f'))
	if err != nil {
		h.reportUnreadable(chat, seq, err)
		return info, nil, errNotFound
	}
	return *e.File, data, nil
}

// forget forgets the files of the chat first: a chat that is closed is not asked again.
func (h *redisHistory) forget(ctx context.Context, chat name) error {
	err := h.dropUploadsOf(ctx, chat)
	if err == nil {
		k := chatKeys(chat)
		_, err = h.run(ctx, closeScript, []string{k.of('c'), k.of('e'), k.of('f'), k.of('z'), k.of('d'), k.of('n')}, chat[:], hour(h.now()), cookieLasts.Milliseconds(),
			h.channel, h.origin)
	}
	if err != nil {
		return fmt.Errorf("webchat: forget: %w", err)
	}
	return nil
}

func (h *redisHistory) closed(ctx context.Context, chat name) (bool, error) {
	return h.isSet(ctx, chatKeys(chat).of('z'), cookieLasts)
}

func (h *redisHistory) known(ctx context.Context, chat name) (bool, error) {
	return h.isSet(ctx, chatKeys(chat).of('k'), keepKnown)
}

// isSet reports whether a key has an hour that is not longer ago.
func (h *redisHistory) isSet(ctx context.Context, key string, lasts time.Duration) (bool, error) {
	v, err := h.one(ctx, "get", key)
	if err != nil {
		return false, fmt.Errorf("webchat: chat: %w", err)
	}
	at, err := strconv.ParseInt(text(v), 10, 64)
	return err == nil && at > h.now().Add(-lasts).UnixMicro(), nil
}

func (h *redisHistory) remember(ctx context.Context, chat name) error {
	_, err := h.one(ctx, "set", chatKeys(chat).of('k'), hour(h.now()), "px", keepKnown.Milliseconds())
	return h.refuseFull(err, errNotReady)
}
