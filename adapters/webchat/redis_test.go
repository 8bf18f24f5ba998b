package webchat

import (
	"strings"
	"sync"
	"testing"
	"time"

	"llave/store"
	"llave/store/redistest"
)

// The server of [TestOnRedis]. A test that runs below it has its histories there.
var (
	redisMu     sync.Mutex
	redisServer *redistest.Server
)

// TestOnRedis runs the tests of what a history promises once more, with the histories on a Redis.
func TestOnRedis(t *testing.T) {
	server := redistest.New(t, "--appendonly", "no")
	redisMu.Lock()
	redisServer = server
	redisMu.Unlock()
	for name, test := range map[string]func(*testing.T){
		"Replay": TestReplay, "LiveInOrder": TestLiveInOrder, "BrokenLines": TestBrokenLines, "PagesOpen": TestPagesOpen, "Restart": TestRestart,
		"PollTellsWhatAStreamTells": TestPollTellsWhatAStreamTells, "APollWaits": TestAPollWaits, "PollsAreBounded": TestPollsAreBounded,
		"SayAndReceive": TestSayAndReceive, "WhatIsSent": TestWhatIsSent, "WhatIsRefused": TestWhatIsRefused,
		"NothingIsAcknowledgedBeforeItIsTaken": TestNothingIsAcknowledgedBeforeItIsTaken, "RepeatedOnceShownOnce": TestRepeatedOnceShownOnce,
		"AnAnswerNeverStandsBeforeItsQuestion": TestAnAnswerNeverStandsBeforeItsQuestion, "Rates": TestRates,
		"Erase": TestErase, "EraseNothing": TestEraseNothing, "Forget": TestForget, "ForgottenAfterADay": TestForgottenAfterADay,
		"WhatExpiredIsNotShown": TestWhatExpiredIsNotShown, "Bounded": TestBounded, "RepliesOfARestoredOutbox": TestRepliesOfARestoredOutbox,
		"NothingReadableAtRest": TestNothingReadableAtRest, "Cookie": TestCookie, "ForgedCookies": TestForgedCookies, "GoneWhileSending": TestGoneWhileSending,
		"Files": TestFiles, "SendRefuses": TestSendRefuses, "Choices": TestChoices,
		"NewChatsOfAnAddress": TestNewChatsOfAnAddress, "AChatIsNewOnce": TestAChatIsNewOnce, "ManyAtOneAddress": TestManyAtOneAddress,
		"AFileIsReceived": TestAFileIsReceived, "FilesThatAreRefused": TestFilesThatAreRefused, "AFileSentAgain": TestAFileSentAgain,
		"FilesHaveAPrice": TestFilesHaveAPrice, "HowLongFilesAreKept": TestHowLongFilesAreKept, "FilesOnTheirWay": TestFilesOnTheirWay,
		"AFileThatIsGivenUp": TestAFileThatIsGivenUp,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t)
		})
	}
}

// onRedis puts the histories of a test below [TestOnRedis] into a database of their own.
func onRedis(t *testing.T, o *Options) {
	if strings.HasPrefix(t.Name(), "TestOnRedis/") {
		redisMu.Lock()
		defer redisMu.Unlock()
		o.Path, o.Redis = "", openStore(t, redisServer.Address())
	}
}

func openStore(t *testing.T, address string) *store.Redis {
	t.Helper()
	s, err := store.OpenRedis(t.Context(), store.RedisConfig{Address: address})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// asks sends a command to the Redis of a test.
func (w *fixture) asks(words ...any) any {
	w.t.Helper()
	v, err := w.opt.Redis.Do(w.t.Context(), words)
	if err != nil {
		w.t.Fatal(err)
	}
	return v[0]
}

// redisKeys are the keys of a pattern.
func (w *fixture) redisKeys(pattern string) (keys []string) {
	w.t.Helper()
	for _, k := range w.asks("keys", redisPrefix+pattern).([]any) {
		keys = append(keys, text(k))
	}
	return keys
}

// countOnRedis is count.
func (w *fixture) countOnRedis(what string) (n int) {
	w.t.Helper()
	pattern := map[string]string{"chat": "{w??}c*", "entry": "{w??}e*", "file": "{w??}f*", "known": "{w??}k*"}[what]
	for _, k := range w.redisKeys(pattern) {
		switch what {
		case "entry":
			n += int(w.asks("llen", k).(int64))
		case "file":
			n += int(w.asks("hlen", k).(int64))
		case "known": // for longer than it counts
			if set, err := w.web.history.(*redisHistory).isSet(w.t.Context(), k, keepKnown); err != nil || set {
				n++
			}
		default:
			n++
		}
	}
	return n
}

// keptOnRedis is kept. Pieces come after what is known of a file, and go after it.
func (w *fixture) keptOnRedis() (n int) {
	w.t.Helper()
	var pieces int
	for range 1000 {
		n, pieces = int(w.asks("hlen", uploadKey("u")).(int64)), len(w.redisKeys("{file:*"))
		if pieces <= n {
			return n
		}
		time.Sleep(time.Millisecond)
	}
	w.t.Errorf("%d files have pieces, %d are known", pieces, n)
	return n
}

// fillsOnRedis is fills.
func (w *fixture) fillsOnRedis(p *person, n int) {
	w.t.Helper()
	h, chat := w.web.history.(*redisHistory), w.web.keys.name(p.chat())
	all := w.asks("zrange", uploadKeys(chat, name{})[3], 0, -1).([]any)
	id := text(all[len(all)-1])[:16]
	r, _ := uploadRecordOf(text(w.asks("hget", uploadKey("u"), id)))
	if err := h.dropUploads(w.t.Context(), id); err != nil {
		w.t.Fatal(err)
	}
	u := &redisUpload{h: h, id: id, chat: chat}
	r.address, r.size = name{}, 0
	_, err := u.record(w.t.Context(), r, w.clock.now().Add(keepUpload), "")
	if err == nil {
		err = u.done(w.t.Context(), name{}, r.mark, int64(n))
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// dumpOfRedis is all that a database holds, names included.
func (w *fixture) dumpOfRedis() []byte {
	w.t.Helper()
	var b strings.Builder
	var put func(v any)
	put = func(v any) {
		list, _ := v.([]any)
		for _, x := range list {
			put(x)
		}
		b.WriteString(text(v) + "\n")
	}
	for _, k := range w.asks("keys", "*").([]any) {
		put(k)
		switch kind := text(w.asks("type", k)); kind {
		case "string":
			put(w.asks("get", k))
		case "list":
			put(w.asks("lrange", k, 0, -1))
		case "hash":
			put(w.asks("hkeys", k))
			put(w.asks("hvals", k))
		case "zset":
			put(w.asks("zrange", k, 0, -1))
		default:
			w.t.Errorf("%v is a %s", k, kind)
		}
	}
	return []byte(b.String())
}
