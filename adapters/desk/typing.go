package desk

import (
	"context"
	"time"

	"llave/bot"
)

// typingTime bounds the call by which a channel shows that an agent is writing.
const typingTime = 3 * time.Second

// typing shows the affiliate that the owner of their case is writing, where the channel can. It is no act: nothing of it is kept,
// and a channel that cannot show it now does not.
func (d *Desk) typing(c *call) error {
	got, err := d.caseOf(c)
	if err != nil {
		return err
	}
	if !got.Case.Assigned() || got.Owner.ID != c.me.ID {
		why := bot.RefusedNotOwner
		return d.withPage(c, got, &refusal{status: statusOf(why), why: string(why), data: whyData("", got.Owner.Name)})
	}
	chat, err := d.opt.Chats.OpenChatRef(got.Ref)
	if err != nil {
		return err
	}
	if channel, ok := d.opt.Channel(chat).(bot.Typist); ok {
		ctx, cancel := context.WithTimeout(c.Context(), typingTime)
		defer cancel()
		_ = channel.Types(ctx, chat)
	}
	return d.done(c, "/mesa/casos/"+c.PathValue("id"), map[string]any{"case": got.ID})
}
