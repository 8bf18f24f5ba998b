package archivetest

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"llave/bot"
)

// Random is a random history of a few chats in one shard, made by the case machine itself.
func Random(t *rapid.T, c *Clock, steps int) (*Log, []*Chat) {
	l := NewLog(c, bot.Shard(rapid.IntRange(0, bot.Shards-1).Draw(t, "shard")))
	chats := []*Chat{l.Chat("one"), l.Chat("two"), l.Chat("three")}
	agents := rapid.SampledFrom([]bot.Agent{Ana, Beto, Carla})
	deeds := rapid.SampledFrom([]bot.Deed{bot.DeedTake, bot.DeedTake, bot.DeedSay, bot.DeedSay, bot.DeedAgain, bot.DeedRelease, bot.DeedTransfer, bot.DeedTakeOver,
		bot.DeedReturn, bot.DeedClose, bot.DeedReopen, bot.DeedCounter})
	for i := range steps {
		c.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "minutes")) * time.Minute)
		x := rapid.SampledFrom(chats).Draw(t, "chat")
		what := rapid.IntRange(0, 9).Draw(t, "what")
		switch {
		case !x.Case.Open() && (x.Case == nil || what < 5):
			x.Opens("help", fmt.Sprint("ayuda ", i))
		case what < 3 && x.Case.Open():
			x.Says(fmt.Sprint("digo ", i))
		case what == 3 && x.Case.Open():
			x.Sends(bot.Media{Type: "image/jpeg", Ref: []byte{byte(i)}})
		case what == 4:
			x.Rings()
		case what == 5:
			x.delivers(t)
		default:
			a := Deed(agents.Draw(t, "agent"), deeds.Draw(t, "deed"))
			a.To, a.Why, a.On, a.Text = agents.Draw(t, "to"), bot.WhyResolved, true, fmt.Sprint("contesto ", i)
			if a.Do == bot.DeedAgain {
				a.Of = uint64(rapid.IntRange(1, 6).Draw(t, "of"))
			}
			x.Act(a)
		}
	}
	return l, chats
}

// delivers tells something of a message that was said in the chat, if there is one.
func (c *Chat) delivers(t *rapid.T) {
	var spoken []*bot.Entry
	for _, h := range c.Events {
		if h.Chat == c.Key && h.Entry.Kind == bot.EntrySpoken {
			spoken = append(spoken, h.Entry)
		}
	}
	if len(spoken) == 0 {
		return
	}
	e := rapid.SampledFrom(spoken).Draw(t, "message")
	state := rapid.SampledFrom([]bot.Delivery{bot.DeliverySent, bot.DeliveryWaiting, bot.DeliveryFailed, bot.DeliveryExpired, bot.DeliveryDelivered, bot.DeliveryRead}).Draw(t, "state")
	if state == bot.DeliveryDelivered || state == bot.DeliveryRead {
		c.Receives(e, state)
	} else {
		c.Delivers(e, state, "a reason")
	}
}
