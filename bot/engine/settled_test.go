package engine_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"llave/bot"
	"llave/bot/engine"
)

// settledness says of each update whether it may answer the last message.
type settledness struct{ waiter }

func (settledness) Decide(s bot.Session, in bot.Input) (bot.Decision, error) {
	text := fmt.Sprintf("%s %t %t", in.Text, in.Settled, in.Unpaced)
	return bot.Decision{Session: s, Replies: []bot.Reply{{Kind: bot.Say, Text: text}}}, nil
}

// An update may answer the last message only if it came after that was sent; what was written in a row does not.
func TestAnUpdateThatComesWhileAnAnswerIsOwedAnswersNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory(), func(c *engine.Config) { c.Script = settledness{} })
		defer h.stop()
		h.screen.onSend(failing(1, errors.New("network")))
		h.says(chatA, "a")
		h.hears(chatA)
		h.says(chatA, "b") // the answer to a is unsent
		time.Sleep(time.Minute)
		h.says(chatA, "c")
		h.says(chatB, "d")
		h.hears(chatA, "a true false", "b false false", "c true false")
		h.hears(chatB, "d true false")
	})
}

// pipe is a channel without a pace.
type pipe struct{ *screen }

func (pipe) Unpaced() bool { return true }

func TestAChannelSaysThatItHasNoPace(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, memory(), func(c *engine.Config) {
			c.Script = settledness{}
			c.Channels = map[string]bot.Channel{"fake": pipe{c.Channels["fake"].(*screen)}}
		})
		defer h.stop()
		h.says(chatA, "a")
		h.hears(chatA, "a true true")
	})
}
