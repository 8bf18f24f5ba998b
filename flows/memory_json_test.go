package flows

import (
	"testing"

	"llave/bot"
	"llave/bot/jsontest"
)

// A field that is added to the memory and not to AppendJSON would be forgotten at every turn.
func TestAMemoryWritesAllOfItself(t *testing.T) {
	jsontest.Same(t, func() *memory { return &memory{} })
	jsontest.Same(t, func() *bot.Session { return &bot.Session{Data: &memory{}} })
}
