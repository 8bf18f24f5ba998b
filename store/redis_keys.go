package store

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"llave/bot"
)

// The names of keys are text, so that a person with redis-cli can read them. All keys of a shard have its hash tag: in a
// cluster they lie in one slot, and one script may write them all.
//
//	llave:{s07}h        hash    counters: seq, event, dead; the fence
//	llave:{s07}c<chat>  string  version, dates, effect, session
//	llave:{s07}w<chat>  list    updates that wait: number, hour, tries, body
//	llave:{s07}l<chat>  list    unsent messages: number, tries, hour of the next one, keep, body
//	llave:{s07}i<chat>  hash    ids of arrivals and their hours; the oldest hour has the empty name
//	llave:{s07}b<chat>  hash    timers by name: hour, body
//	llave:{s07}d<chat>  hash    dead letters: m<id> what is known of one, b<id> its body
//	llave:{s07}o        zset    chats in which something is pending
//	llave:{s07}e        list    events: chat, body; the last one has the number in h
//	llave:{s07}t        zset    timers by hour: chat and name
//	llave:{s07}j        zset    chats by the hour of their oldest id
//	llave:{s07}f, r     zset    chats by the hour at which they are forgotten, reviewed
//	llave:{s07}D        zset    dead letters by hour: id and chat
const redisPrefix = "llave:"

// redisTag begins the keys of a shard.
func redisTag(s bot.Shard) string { return fmt.Sprintf("%s{s%02x}", redisPrefix, uint8(s)) }

var redisTags = func() (tags [bot.Shards]string) {
	for i := range tags {
		tags[i] = redisTag(bot.Shard(i))
	}
	return tags
}()

// shardRedisKey is a key of a shard.
func shardRedisKey(s bot.Shard, kind string) string { return redisTags[s] + kind }

// chatRedisKeys makes the keys of a chat.
type chatRedisKeys struct{ tag, chat string }

func redisKeysOf(k bot.ChatKey) chatRedisKeys {
	return chatRedisKeys{redisTags[k.Shard()], base64.RawURLEncoding.EncodeToString(k[:])}
}

// of is the key of one kind: of the chat, or of its shard.
func (c chatRedisKeys) of(kind string) string    { return c.tag + kind + c.chat }
func (c chatRedisKeys) shard(kind string) string { return c.tag + kind }

// be8 is a number as records have it.
func be8(n uint64) string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], n)
	return string(b[:])
}

// hour8 is an hour as records have it.
func hour8(t time.Time) string { return be8(uint64(micros(t))) }

// hourOf reads what hour8 wrote.
func hourOf(b string) time.Time { return timeOf(int64(be8Of(b))) }

// be8Of reads what be8 wrote; a record that is too short, which is a damaged one, is zero.
func be8Of(b string) uint64 {
	if len(b) < 8 {
		return 0
	}
	return binary.BigEndian.Uint64([]byte(b[:8]))
}

func be4(n int) string {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], uint32(min(max(n, 0), math.MaxUint32)))
	return string(b[:])
}

func be4Of(b string) uint32 {
	if len(b) < 4 {
		return 0
	}
	return binary.BigEndian.Uint32([]byte(b[:4]))
}

// chatRecord is what the key c of a chat holds.
type chatRecord struct {
	version        uint64
	session        []byte
	effect         []byte
	forget, review time.Time
}

const (
	chatHeader = 28 // version, forget, review, length of the effect
	noEffect   = math.MaxUint32
)

// date8 is a date that may be none.
func date8(t time.Time) uint64 {
	if t.IsZero() {
		return 1 << 63
	}
	return uint64(micros(t))
}

func (c *chatRecord) encode() []byte {
	b := make([]byte, chatHeader, chatHeader+len(c.effect)+len(c.session))
	binary.BigEndian.PutUint64(b, c.version)
	binary.BigEndian.PutUint64(b[8:], date8(c.forget))
	binary.BigEndian.PutUint64(b[16:], date8(c.review))
	length := uint32(noEffect)
	if c.effect != nil {
		length = uint32(len(c.effect))
	}
	binary.BigEndian.PutUint32(b[24:], length)
	return append(append(b, c.effect...), c.session...)
}

// decodeChat reads a record. A chat without one is zero. A damaged one has what can be read of it.
func decodeChat(record string) (c chatRecord) {
	if len(record) < chatHeader {
		return c
	}
	c.version = be8Of(record)
	rest := record[chatHeader:]
	if n := be4Of(record[24:]); n != noEffect {
		n = min(n, uint32(len(rest)))
		c.effect = []byte(rest[:n])
		rest = rest[n:]
	}
	c.session = []byte(rest)
	return c
}

const (
	waitingHeader = 20 // number, hour, tries
	messageHeader = 21 // number, tries, hour of the next one, keep
	deadHeader    = 19 // kind, hour, number, length of the name
)

func decodeWaiting(record string) (w bot.Waiting, ok bool) {
	if len(record) < waitingHeader {
		return w, false
	}
	return bot.Waiting{Seq: be8Of(record), Tries: int(be4Of(record[16:])), Body: []byte(record[waitingHeader:])}, true
}

func encodeMessage(n uint64, keep bool, body []byte) []byte {
	b := make([]byte, 0, messageHeader+len(body))
	b = append(append(append(b, be8(n)...), be4(0)...), hour8(time.Time{})...)
	if keep {
		b = append(b, 1)
	} else {
		b = append(b, 0)
	}
	return append(b, body...)
}

func decodeMessage(chat bot.ChatKey, record string) (m bot.OutboxMessage, ok bool) {
	if len(record) < messageHeader {
		return m, false
	}
	m = bot.OutboxMessage{Chat: chat, N: be8Of(record), Tries: int(be4Of(record[8:])), Body: []byte(record[messageHeader:])}
	if at := int64(be8Of(record[12:])); at != math.MinInt64 {
		m.Due = timeOf(at)
	}
	return m, true
}

// deadRest is what stands behind kind and hour in the record of a dead letter.
func deadRest(n uint64, name, reason string) string {
	return be8(n) + string(binary.BigEndian.AppendUint16(nil, uint16(len(name)))) + name + reason
}

func decodeDead(id uint64, chat bot.ChatKey, record, body string) (d bot.DeadLetter, ok bool) {
	if len(record) < deadHeader {
		return d, false
	}
	name := int(binary.BigEndian.Uint16([]byte(record[17:19])))
	if len(record) < deadHeader+name {
		return d, false
	}
	d = bot.DeadLetter{ID: id, Chat: chat, Kind: bot.DeadKind(record[0]), At: hourOf(record[1:]), N: be8Of(record[9:]), Body: []byte(body)}
	d.Name, d.Reason = record[deadHeader:deadHeader+name], record[deadHeader+name:]
	return d, true
}

// A dead letter's number is that of its shard's counter, and the shard.
func deadID(s bot.Shard, n uint64) uint64 { return n<<8 | uint64(s) }
