package bot_test

import (
	"testing"
	"time"

	"llave/bot"
	"llave/bot/jsontest"
)

// What writes itself writes all of its fields, as encoding/json does.
func TestWhatWritesItself(t *testing.T) {
	jsontest.Same(t, func() *bot.Session { return &bot.Session{} })
	jsontest.Same(t, func() *bot.Session { return &bot.Session{Data: map[string]int{"a": 1}} })
	jsontest.Same(t, func() *bot.Accepted { return &bot.Accepted{} })
	jsontest.Same(t, func() *bot.Reply { return &bot.Reply{} })
	odd := bot.Session{Last: time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC), Data: func() {}}
	var o bot.JSONObject
	odd.AppendJSON(&o)
	if _, err := o.Bytes(); err == nil {
		t.Error("a session that encoding/json refuses is written")
	}
}
