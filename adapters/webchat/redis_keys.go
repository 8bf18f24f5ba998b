package webchat

import (
	"embed"
	"encoding/base64"
	"fmt"
	"strconv"
	"time"
)

// The keys of a chat and of its shard, which is one of 256, have the shard's hash tag: in a cluster they lie in one slot, and one script
// may write them all. They are text, for a person with redis-cli. They are below the keys of the store, and of no shard of it.
//
//	llave:web:{w07}c<chat>  hash    last: number of the last entry, at: hour of it
//	llave:web:{w07}e<chat>  list    entries: mark, body. Their numbers have no gap, so that the last one tells all
//	llave:web:{w07}f<chat>  hash    files by mark
//	llave:web:{w07}q<chat>  string  who puts a question into the chat
//	llave:web:{w07}k<chat>  string  hour at which it was known
//	llave:web:{w07}z<chat>  string  hour at which it was closed
//	llave:web:{w07}d        zset    chats by the hour of their last entry
//	llave:web:{w07}x        zset    entries by expiry: chat, mark
//	llave:web:{w07}n        string  how many changes there were
//
// Files that people send are in two places: what is known of all of them in one slot, and the pieces of each in a slot of its own.
//
//	llave:web:{files}u            hash    records by file: chat, mark, address, size, hour
//	llave:web:{files}m            hash    files by chat and mark
//	llave:web:{files}t            zset    files by the hour at which they are forgotten
//	llave:web:{files}c<chat>      zset    whole files of a chat by hour: file, size
//	llave:web:{files}a<address>   zset    the same of an address
//	llave:web:{files}s            string  bytes of all
//	llave:web:{file:<file>}       hash    pieces by number
const redisPrefix = "llave:web:"

// redisChat is how long the server keeps a chat that no process sweeps.
const redisChat = keepChat + 2*sweepEvery

type chatKeys name

// shard is the part of the chats that this one is in.
func (k chatKeys) shard() byte { return k[0] }

// of is a key of the chat or of its shard.
func (k chatKeys) of(kind byte) string {
	switch kind {
	case 'd', 'x', 'n':
		return shardKey(k.shard(), kind)
	}
	return shardKey(k.shard(), kind) + base64.RawURLEncoding.EncodeToString(k[:])
}

// all are the keys of a script that changes a chat.
func (k chatKeys) all() []string {
	return []string{k.of('c'), k.of('e'), k.of('f'), k.of('z'), k.of('q'), k.of('k'), k.of('d'), k.of('x'), k.of('n')}
}

func shardKey(shard byte, kind byte) string {
	return fmt.Sprintf("%s{w%02x}%c", redisPrefix, shard, kind)
}

//go:embed redis/*.lua
var redisScripts embed.FS

func loadScript(name string) string {
	text, err := redisScripts.ReadFile("redis/" + name + ".lua")
	if err != nil {
		panic(err) // it is part of the program
	}
	return string(text)
}

var (
	addScript      = loadScript("add")
	eraseScript    = loadScript("erase")
	sinceScript    = loadScript("since")
	fileScript     = loadScript("file")
	entryScript    = loadScript("entry")
	redactScript   = loadScript("redact")
	closeScript    = loadScript("close")
	expireScript   = loadScript("expire")
	questionScript = loadScript("question")
	uploadScript   = loadScript("upload")
	dropScript     = loadScript("drop")
)

// eval is the command that runs a script.
func eval(script string, keys []string, args ...any) []any {
	words := append(make([]any, 0, 3+len(keys)+len(args)), "eval", script, len(keys))
	for _, k := range keys {
		words = append(words, k)
	}
	return append(words, args...)
}

// hour is a time as keys and scripts have it.
func hour(t time.Time) string { return strconv.FormatInt(t.UnixMicro(), 10) }

// text is an answer that is text, or empty.
func text(v any) string {
	s, _ := v.(string)
	return s
}
