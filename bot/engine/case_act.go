package engine

import (
	"context"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"llave/bot"
)

// Act keeps what an agent does in a chat's case. Nil: it is kept, now or before, and is done once; what came of it is an entry
// of the case that carries the act's id. Errors: those of Accept; [bot.ErrUpdate] also for an act without an id, without
// words where it says something, or with more of them than [bot.MaxKept].
func (e *Engine) Act(ctx context.Context, chat bot.ChatID, a bot.Act) error {
	says := a.Do == bot.DeedSay || a.Do == bot.DeedAgain
	a.Text = strings.ToValidUTF8(a.Text, "")
	switch {
	case a.ID == "" || a.Do == "" || a.Case == 0,
		says && a.File == nil && strings.TrimSpace(a.Text) == "",
		utf8.RuneCountInString(a.Text) > bot.MaxKept:
		return bot.ErrUpdate
	}
	return e.acceptFrom(ctx, a.Update(chat))
}

// refusalCounters has a counter for every reason.
func refusalCounters() map[bot.Refusal]*atomic.Int64 {
	m := map[bot.Refusal]*atomic.Int64{}
	for _, r := range bot.Refusals() {
		m[r] = &atomic.Int64{}
	}
	return m
}
