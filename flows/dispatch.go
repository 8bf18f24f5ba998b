package flows

import (
	"fmt"
	"strings"
	"time"

	"llave/bot"
	"llave/flows/nlu"
)

// dispatch passes the input to the code for its kind.
func (d *dialog) dispatch() {
	if d.in.ChannelName != "" {
		d.mem.Identity = identity{d.in.ChannelName, d.in.MaskedID, d.in.Sender, d.in.DeepLink}
	}
	if d.waiting() && d.session.Pending == nil && d.in.Result == nil {
		d.leave() // no result can come any more: no state is without a way out
		d.mem.Also = nil
	}
	if d.onCase() || d.ignoresPeer() {
		return
	}
	if d.endsShared() {
		return
	}
	if d.in.Held && d.in.Result == nil {
		d.say("menu.held", nil)
	}
	switch {
	case d.in.Result != nil:
		d.onResult(*d.in.Result)
	case d.in.Kind == bot.Alarm:
		d.onAlarm()
	case d.in.Kind == bot.Notice:
		d.onNotice()
	case d.in.Kind == bot.Broken:
		d.onBroken()
	case d.in.Kind == bot.TooLong && inMesa(d).noted():
	case d.in.Kind == bot.TooLong:
		d.say("menu.toolong", bot.MaxText)
	case d.in.Kind == bot.Gone:
		d.onGone()
	case d.in.Kind == bot.Undelivered:
		d.onUndelivered()
	case d.in.Kind == bot.Other && d.in.Subtype == "group":
		d.say("menu.group", d.private())
	case d.corrects():
		if d.in.Text == "" || !inMesa(d).noted() {
			d.onUnreadable()
		}
	case d.in.Kind == bot.Other && strings.TrimSpace(d.in.Text) == "":
		if !inMesa(d).received() {
			d.onUnreadable()
		}
	case d.in.Kind == bot.Started:
		d.forgetExpired()
		d.onStart()
	case d.in.Kind == bot.Pressed:
		d.forgetExpired()
		d.onPress(d.in.Choice)
	default:
		d.forgetExpired()
		d.onText()
	}
}

// timerForget is the timer that ends a question without an answer.
const timerForget = "forget"

// patience is how long the open question waits for its answer.
func (d *dialog) patience() time.Duration {
	if p := d.row().patience; p != 0 {
		return p
	}
	return 10 * time.Minute
}

// forgetExpired ends a half-done flow whose question has expired. It says nothing: the next text begins anew.
func (d *dialog) forgetExpired() {
	if d.mem.Question != "" && !d.waiting() && d.in.Now.Sub(d.mem.AskedAt) > d.patience() {
		d.leave()
		d.mem.Also = nil
	}
}

// onAlarm does the same when the timer fires, so that the store does not keep the question.
func (d *dialog) onAlarm() {
	if d.mem.Question == "" || d.waiting() {
		return
	}
	if due := d.mem.AskedAt.Add(d.patience()); d.in.Now.Before(due) {
		d.out.Timers = append(d.out.Timers, bot.Timer{Name: timerForget, Due: due})
		return
	}
	d.leave()
	d.mem.Also = nil
}

// waiting reports whether the dialog waits for the back end and not for the person.
func (d *dialog) waiting() bool { return d.row().results != nil }

// private is a link out of a group into a chat with the bot alone; empty if the channel has none.
func (d *dialog) private() string {
	if d.in.DeepLink == "" {
		return ""
	}
	return fmt.Sprintf(d.in.DeepLink, nlu.IntentToken)
}

// onGone ends the link of a chat that was closed. A person who only blocked the bot may come back.
func (d *dialog) onGone() {
	if d.in.Subtype != bot.Closed {
		return
	}
	d.leave()
	if d.mem.linked() {
		inChats(d).unlink()
	}
}
