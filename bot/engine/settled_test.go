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
		h.writes(chatA, "a")
		h.expects(chatA)
		h.writes(chatA, "b") // the answer to a is unsent
		time.Sleep(time.Minute)
		h.writes(chatA, "c")
		h.writes(chatB, "d")
		h.expects(chatA, "a true false", "b false false", "c true false")
		h.expects(chatB, "d true false")
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
		h.writes(chatA, "a")
		h.expects(chatA, "a true true")
	})
}
