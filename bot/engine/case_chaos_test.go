package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing/synctest"
	"time"

	"llave/bot"
)

// dying adds to a crashing process what the desk touches: the logs, the numbers, the reader.
type dying struct {
	*crashing
	desk *desk
}

// alive waits for ever in a process that has died.
func (m *dying) alive() error {
	select {
	case <-m.dead:
		<-m.unacknowledged
		return context.Canceled
	default:
		return nil
	}
}

func (m *dying) Events(ctx context.Context, s bot.Shard, after uint64, n int) ([]bot.Event, error) {
	if err := m.alive(); err != nil {
		return nil, err
	}
	return m.Store.Events(ctx, s, after, n)
}

func (m *dying) Due(ctx context.Context, shards []bot.Shard, now time.Time, after bot.TimerDue, n int) ([]bot.TimerDue, error) {
	if err := m.alive(); err != nil {
		return nil, err
	}
	return m.Store.Due(ctx, shards, now, after, n)
}

func (m *dying) Sweep(ctx context.Context, shards []bot.Shard, now time.Time) error {
	if err := m.alive(); err != nil {
		return err
	}
	return m.Store.Sweep(ctx, shards, now)
}

func (m *dying) Load(ctx context.Context, k bot.ChatKey) (bot.Chat, error) {
	if err := m.alive(); err != nil {
		return bot.Chat{}, err
	}
	return m.Store.Load(ctx, k)
}

func (m *dying) Trim(ctx context.Context, s bot.Shard, upto uint64) error {
	_, err := around(m.crashing, "trim", func() (any, error) { return nil, m.Store.Trim(ctx, s, upto) })
	return err
}

func (m *dying) TakeNumbers(ctx context.Context, name string, n int) (uint64, error) {
	return around(m.crashing, "numbers", func() (uint64, error) { return m.Store.TakeNumbers(ctx, name, n) })
}

func (m *dying) Place(ctx context.Context, s bot.Shard) (uint64, error) { return m.desk.Place(ctx, s) }

func (m *dying) Apply(ctx context.Context, s bot.Shard, list []bot.Happened) error {
	_, err := around(m.crashing, "apply", func() (any, error) { return nil, m.desk.Apply(ctx, s, list) })
	return err
}

// kill has nothing that the process does from now on have any effect.
func (m *crashing) kill() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.left, m.where = -1000000, "at the end"
	close(m.dead)
}

// died reports whether the process has died.
func (m *crashing) died() bool {
	select {
	case <-m.dead:
		return true
	default:
		return false
	}
}

// marked is a channel that tells by which names receipts will call a reply.
type marked struct{ *crashing }

func (m marked) Marks(_ bot.ChatID, r bot.Reply) []string { return []string{"mark/" + r.ID} }

// chaos is one history of two chats, two agents and a supervisor, with processes that die.
type chaos struct {
	*harness
	rng   *rand.Rand
	rec   *recorder
	desk  *desk
	dead  *crashing
	sent  []bot.Update // updates that may be repeated
	deeds []bot.Act    // and acts, with the chat that each is in
	where []bot.ChatID
	count int
}

var chaosChats = []bot.ChatID{chatA, chatB}

// view is a case as some screen shows it, perhaps an old one.
func (x *chaos) view(chat bot.ChatID) bot.Case {
	key := x.rec.sealer.ChatKey(chat)
	x.desk.mu.Lock()
	defer x.desk.mu.Unlock()
	var heads []bot.Case
	for _, h := range x.desk.all {
		if h.Entry != nil && h.Entry.Head != nil && h.Chat == key {
			heads = append(heads, *h.Entry.Head)
		}
	}
	if len(heads) == 0 {
		return bot.Case{ID: 1}
	}
	back := 0
	if x.rng.IntN(4) == 0 {
		back = x.rng.IntN(min(len(heads), 6))
	}
	return heads[len(heads)-1-back]
}

// until runs something that may not return because the process has died.
func (x *chaos) until(f func() error) bool {
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return err == nil
	case <-x.dead.dead:
		return false
	}
}

func (x *chaos) give(u bot.Update) {
	x.sent = append(x.sent, u)
	for range 1 + x.rng.IntN(2) {
		x.until(func() error { return x.Accept(x.t.Context(), u) })
	}
}

// said has the affiliate say, press or send something.
func (x *chaos) said(chat bot.ChatID) {
	x.count++
	u := bot.Update{Chat: chat, ID: fmt.Sprintf("u%d", x.count), Kind: bot.Message}
	words := []string{"hello", "hello", "hello", "hello", "person", "person", "person", "effect", "effect", "effect", "effect", "counter", "purge",
		[]string{"bot", "panic", "promise"}[x.rng.IntN(3)]}
	u.Text = words[x.rng.IntN(len(words))] + " #" + u.ID + "#"
	switch x.rng.IntN(12) {
	case 0:
		u.Kind, u.Text, u.Choice.Value = bot.Pressed, "", "#"+u.ID+"#"
	case 1:
		u.Kind, u.Subtype, u.Text = bot.Other, "photo", "#"+u.ID+"#"
	case 2:
		u.Text = u.Text + strings.Repeat(" long", 300)
	}
	x.give(u)
}

func (x *chaos) act(chat bot.ChatID) {
	if len(x.deeds) > 0 && x.rng.IntN(6) == 0 { // the page sends it once more
		i := x.rng.IntN(len(x.deeds))
		x.until(func() error { return x.Act(x.t.Context(), x.where[i], x.deeds[i]) })
		return
	}
	v := x.view(chat)
	do := []bot.Deed{bot.DeedTake, bot.DeedSay, bot.DeedSay, bot.DeedAgain, bot.DeedErrand,
		bot.DeedRelease, bot.DeedTransfer, bot.DeedTakeOver, bot.DeedReturn, bot.DeedClose, bot.DeedReopen, bot.DeedCounter}
	switch now := x.rng.IntN(3) > 0; { // mostly what the screen offers
	case now && v.State == bot.CaseQueued:
		do = []bot.Deed{bot.DeedTake}
	case now && v.State == bot.CaseAssigned:
		do = []bot.Deed{bot.DeedSay, bot.DeedSay, bot.DeedSay, bot.DeedAgain, bot.DeedErrand, bot.DeedErrand}
	}
	x.count++
	a := bot.Act{ID: fmt.Sprintf("a%d", x.count), Do: do[x.rng.IntN(len(do))], By: []bot.Agent{ana, beto, carla}[x.rng.IntN(3)], Case: v.ID, Epoch: v.Epoch, Seen: v.Last}
	if v.State == bot.CaseAssigned && x.rng.IntN(5) > 0 {
		a.By = v.Owner
	}
	switch a.Do {
	case bot.DeedSay, bot.DeedAgain:
		a.Text, a.Of = "words of "+a.ID, 0
		if a.Do == bot.DeedAgain {
			a.Of = uint64(x.rng.IntN(60)) // mostly none that can be said again
		}
	case bot.DeedErrand:
		a.Name = []string{"token", "token", "no"}[x.rng.IntN(3)]
	case bot.DeedTransfer:
		a.To = []bot.Agent{ana, beto}[x.rng.IntN(2)]
	case bot.DeedClose:
		a.Why = []bot.CloseWhy{bot.WhyResolved, bot.WhyAbuse}[x.rng.IntN(2)]
	case bot.DeedCounter:
		a.On = x.rng.IntN(2) == 0
	}
	racers := 1
	if a.Do == bot.DeedTake {
		racers += x.rng.IntN(3)
	}
	for n := range racers {
		b := a
		if n > 0 {
			b.ID, b.By = fmt.Sprintf("%s-%d", a.ID, n), []bot.Agent{ana, beto, carla}[x.rng.IntN(3)]
		}
		x.deeds, x.where = append(x.deeds, b), append(x.where, chat)
		x.until(func() error { return x.Act(x.t.Context(), chat, b) })
	}
}

func (x *chaos) step() {
	chat := chaosChats[x.rng.IntN(len(chaosChats))]
	switch x.rng.IntN(21) {
	case 0, 1, 2, 3, 4, 5, 6:
		x.said(chat)
	case 7, 8, 9, 10, 11, 12, 13:
		x.act(chat)
	case 14:
		if len(x.sent) > 0 {
			u := x.sent[x.rng.IntN(len(x.sent))]
			x.until(func() error { return x.Accept(x.t.Context(), u) })
		}
	case 15:
		x.count++
		x.give(bot.Update{Chat: chat, ID: fmt.Sprintf("r%d", x.count), Kind: bot.Receipted, Subtype: "read", Mark: fmt.Sprintf("mark/%d", x.rng.IntN(5)<<8)})
	case 16:
		x.count++
		u := bot.Update{Chat: chat, ID: fmt.Sprintf("g%d", x.count), Kind: bot.Gone}
		if x.rng.IntN(4) == 0 {
			u.Subtype = bot.Closed
		}
		x.give(u)
	case 17, 18:
		x.screen.onSend([]func(bot.ChatID, bot.Reply) error{
			nil, nil, nil,
			func(bot.ChatID, bot.Reply) error { return errors.New("weak signal") },
			func(bot.ChatID, bot.Reply) error { return &bot.PermanentFailure{Reason: "refused"} },
			func(bot.ChatID, bot.Reply) error { return &bot.PermanentFailure{Reason: "kicked", Gone: true} },
			func(bot.ChatID, bot.Reply) error { return &bot.RetryAfter{After: time.Hour} },
		}[x.rng.IntN(7)])
		if x.rng.IntN(4) == 0 {
			time.Sleep(3 * time.Hour) // long enough for an agent's words to expire
		}
	case 19:
		time.Sleep([]time.Duration{time.Second, 6 * time.Second, 3 * time.Minute, 11 * time.Minute, 40 * time.Minute, 3 * time.Hour, 25 * time.Hour}[min(x.rng.IntN(7), x.rng.IntN(7))])
	default:
		time.Sleep(time.Duration(x.rng.IntN(5000)) * time.Millisecond)
	}
	if x.rng.IntN(2) == 0 {
		x.settle()
	}
}

// settle waits until nothing happens without the clock, which a dead process may prevent.
func (x *chaos) settle() { synctest.Wait() }

// deaths is what a process dies around.
var deaths = []string{"accept", "commit", "mark", "send", "apply", "trim"}

// death says when a process dies: after a number of things of any kind, or, each kind in its turn, of one.
func (x *chaos) death(seed uint64, life, steps int) (left int, only string) {
	i := (int(seed) + life) % (2 * len(deaths))
	if i%2 == 0 {
		return 5 + x.rng.IntN(10*steps), ""
	}
	return x.rng.IntN(12), deaths[i/2]
}
