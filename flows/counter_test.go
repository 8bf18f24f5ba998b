package flows

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"llave/bot"
	"llave/flows/backend"
)

// counter is a chat and a back end: it runs a conversation without an engine, as one string for each text.
type counter struct {
	t    *testing.T
	sc   *Script
	s    bot.Session
	now  time.Time
	n    int
	back *family
	desk bot.Desk
	last bot.Decision
}

// atCounter is María's chat at her counter, at eleven in the morning of Sunday, 29 November.
func atCounter(t *testing.T) *counter {
	t.Helper()
	c := &counter{t: t, sc: sharedScript(), now: time.Date(2026, 11, 29, 14, 0, 0, 0, time.UTC), back: &family{live: map[backend.MemberID]backend.Token{}}, desk: bot.Desk{Next: 4821}}
	c.back.now = func() time.Time { return c.now }
	c.s = bot.Session{V: version, State: home, Data: &memory{Cred: "c", Group: c.back.group(), Self: "1"}}
	return c
}

// says answers a text, or a button of the last reply in brackets: each reply with its options in brackets below.
func (c *counter) says(text string) string {
	c.t.Helper()
	u := bot.Update{Kind: bot.Message, Text: text}
	if label, ok := strings.CutPrefix(text, "["); ok {
		u = c.button(strings.TrimSuffix(label, "]"))
	}
	return c.take(bot.Input{Accepted: bot.Accepted{Update: u}})
}

func (c *counter) button(label string) bot.Update {
	c.t.Helper()
	for _, r := range c.last.Replies {
		for _, o := range r.Choices {
			if o.Text == label {
				return bot.Update{Kind: bot.Pressed, Choice: bot.Choice{Question: r.Question, Value: o.Value}}
			}
		}
	}
	c.t.Fatalf("no button %q below %q", label, render(c.last.Replies))
	return bot.Update{}
}

func (c *counter) take(in bot.Input) string {
	c.t.Helper()
	c.n++
	c.now = c.now.Add(20 * time.Second)
	in.ID, in.Now, in.Seed, in.Desk = fmt.Sprint(c.n), c.now, bot.Seed(fmt.Sprintf("SEED%04dSEED", c.n)), c.desk
	var all []bot.Reply
	for {
		d, err := c.sc.Decide(c.s, in)
		if err != nil {
			c.t.Fatal(err)
		}
		c.s, all = d.Session, append(all, d.Replies...)
		if d.Effect == nil {
			c.last = d
			c.last.Replies = all
			return render(all)
		}
		effects := &Effects{Tokens: c.back, Sheets: familySheets{c.back}, Links: familyLinks{c.back}, Chats: noChats{}}
		value, err := effects.Run(context.Background(), "c/b/a", *d.Effect)
		in.Result = &bot.Result{Key: "k", Op: d.Effect.Op, Data: value, Failed: err != nil}
	}
}

func render(replies []bot.Reply) string {
	var b strings.Builder
	for _, r := range replies {
		fmt.Fprintln(&b, r.Text)
		for _, o := range r.Choices {
			fmt.Fprintf(&b, "[%s] ", o.Text)
		}
		fmt.Fprintln(&b)
	}
	return b.String()
}

// expect reports the texts of want that are not in an answer, and those of never that are.
func (c *counter) expect(said string, want, never []string) {
	c.t.Helper()
	have := c.says(said)
	for _, w := range want {
		if !strings.Contains(have, w) {
			c.t.Errorf("%q is answered without %q:\n%s", said, w, have)
		}
	}
	for _, w := range never {
		if strings.Contains(have, w) {
			c.t.Errorf("%q is answered with %q:\n%s", said, w, have)
		}
	}
}
