package flows

import (
	"fmt"
	"strings"
	"time"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
	"llave/flows/texts"
)

// Config is what the conversations need to know of the place where they run.
type Config struct {
	// Phone of Mesa de Ayuda, as it is printed.
	Phone string
	// Verify is the address of the page where the signature of a sheet is checked, as it is printed; empty if there is none.
	Verify string
	// Can is what the back end says it can do.
	Can backend.Capabilities
	// Moved, if set, is told of every move that is decided: for counting. A turn that is run again is told of again.
	Moved func(flow, on, from, to string)
}

// Script is the conversations: it decides, and touches nothing. It implements [bot.Script].
type Script struct {
	words    *nlu.Parser
	texts    *texts.Catalog
	machines machines
	can      backend.Capabilities
	moved    func(flow, on, from, to string)
}

// New checks the tables, the texts and the words, and returns the conversations.
func New(c Config) (*Script, error) {
	words, err := nlu.New()
	if err != nil {
		return nil, fmt.Errorf("flows: %w", err)
	}
	texts, err := texts.New(texts.Options{Phone: c.Phone, Verify: c.Verify})
	if err != nil {
		return nil, fmt.Errorf("flows: %w", err)
	}
	machines, err := newMachines(table())
	if err != nil {
		return nil, fmt.Errorf("flows: %w", err)
	}
	return &Script{words, texts, machines, c.Can, c.Moved}, nil
}

var _ bot.Masker = (*Script)(nil)

// Mask implements [bot.Masker].
func (sc *Script) Mask(text string) bot.Masked { return bot.Masked(sc.words.Mask(text)) }

// Blank implements [bot.Script].
func (sc *Script) NewData() any { return &memory{} }

// Decide implements [bot.Script].
func (sc *Script) Decide(s bot.Session, in bot.Input) (bot.Decision, error) {
	s, m := upgrade(s, sc.machines.known)
	t := &talk{Script: sc, s: s, m: m, in: in}
	t.setPasswordAside()
	t.run()
	t.warnOfPassword()
	if t.err != nil {
		return bot.Decision{}, t.err
	}
	t.d.Session = t.s
	return t.d, nil
}

// run takes what happened to whoever deals with it.
func (t *talk) run() {
	if t.in.ChannelName != "" {
		t.m.Door = door{t.in.ChannelName, t.in.MaskedID, t.in.Sender, t.in.DeepLink}
	}
	if t.waiting() && t.s.Pending == nil && t.in.Result == nil {
		t.leave() // nothing can come any more: no state is without a way out
	}
	if t.automatic() {
		return
	}
	if t.in.Held && t.in.Result == nil {
		t.say("menu.held", nil)
	}
	switch {
	case t.in.Result != nil:
		t.answered(*t.in.Result)
	case t.in.Kind == bot.Alarm:
		t.forget()
	case t.in.Kind == bot.Notice:
		t.notice()
	case t.in.Kind == bot.Broken:
		t.say("menu.broken", nil)
	case t.in.Kind == bot.TooLong:
		t.say("menu.toolong", bot.MaxText)
	case t.in.Kind == bot.Gone:
		t.gone()
	case t.in.Kind == bot.Undelivered:
		t.undelivered()
	case t.in.Kind == bot.Other && t.in.Subtype == "group":
		t.say("menu.group", t.private())
	case t.in.Kind == bot.Other && strings.TrimSpace(t.in.Text) == "":
		t.unreadable()
	case t.in.Kind == bot.Started:
		t.forgetOld()
		t.started()
	case t.in.Kind == bot.Pressed:
		t.forgetOld()
		t.pressed(t.in.Choice)
	default:
		t.forgetOld()
		t.heard()
	}
}

// timerForget is the timer that ends a question nobody answers.
const timerForget = "forget"

// patience is how long a question waits for its answer.
func (t *talk) patience() time.Duration {
	if p := t.row().patience; p != 0 {
		return p
	}
	return 10 * time.Minute
}

// forgetOld ends a half-done flow that was left for too long, without fuss: the next word begins anew.
func (t *talk) forgetOld() {
	if t.m.Question != "" && !t.waiting() && t.in.Now.Sub(t.m.AskedAt) > t.patience() {
		t.leave()
	}
}

// forget does the same when the time comes, so that nothing of it stays in the store.
func (t *talk) forget() {
	if t.m.Question == "" || t.waiting() {
		return
	}
	if due := t.m.AskedAt.Add(t.patience()); t.in.Now.Before(due) {
		t.d.Timers = append(t.d.Timers, bot.Timer{Name: timerForget, Due: due})
		return
	}
	t.leave()
}

// waiting says whether the conversation waits for the outside and not for the person.
func (t *talk) waiting() bool {
	return t.row().results != nil
}

// private is a link out of a group into a chat with the bot alone; empty if the channel has none.
func (t *talk) private() string {
	if t.in.DeepLink == "" {
		return ""
	}
	return fmt.Sprintf(t.in.DeepLink, nlu.IntentToken)
}

// gone ends the link of a chat that was given up for good; whoever only blocked the bot may come back.
func (t *talk) gone() {
	if t.in.Subtype != bot.Closed {
		return
	}
	t.leave()
	if t.m.linked() {
		t.unlink()
	}
}
