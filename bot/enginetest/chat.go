package enginetest

import (
	"cmp"
	"fmt"
	"time"
)

// chat is what one person said and received.
type chat struct {
	name  string
	said  []*update // in order
	byID  map[string]*update
	told  map[string]*update // by what was received, as identity says: which update it answered
	first *update            // the latest update that was answered in its turn

	newest  string  // identity of the last answer that was told as new
	replays *update // what was told again last, of what was on its way when a process died; nil: all of that
	replay  Record
}

// update is one thing that a person said, and what came of it.
type update struct {
	Record
	place        int
	acknowledged time.Time
	answered     time.Time
	answer       string // identity of the answer
}

// identity tells what is received from everything else that may be received in the chat.
func identity(r Record) string { return r.Class + " " + cmp.Or(r.Value, r.Text) }

func (j *judge) chat(name string) *chat {
	c := j.chats[name]
	if c == nil {
		c = &chat{name: name, byID: map[string]*update{}, told: map[string]*update{}}
		j.chats[name] = c
	}
	return c
}

func (j *judge) said(r Record) {
	c := j.chat(r.Chat)
	if c.byID[r.ID] != nil {
		j.breaks(NotAHistory, r, "said twice")
		return
	}
	u := &update{Record: r, place: len(c.said)}
	c.said, c.byID[r.ID] = append(c.said, u), u
}

func (j *judge) acknowledged(r Record) {
	u := j.chat(r.Chat).byID[r.ID]
	switch {
	case u == nil:
		j.breaks(NotAHistory, r, "acknowledged, and never said")
	case u.acknowledged.IsZero():
		u.acknowledged = r.At
	}
}

// received judges one message that a person saw.
func (j *judge) received(r Record) {
	c := j.chat(r.Chat)
	j.shown(r)
	if r.Class == Unrelated {
		return
	}
	u := j.answers(c, r)
	if u == nil {
		return
	}
	j.overtakes(c, u, r)
	if r.Class == Interim || r.Class == Unsure && !u.answered.IsZero() {
		return
	}
	if before := c.told[identity(r)]; before != nil && before == u {
		j.again(r)
		return
	}
	c.told[identity(r)] = u
	j.answer(c, u, r)
}

// answers finds the update that a message answers. Where the message does not say so, it is the last one, unless the same was
// received before.
func (j *judge) answers(c *chat, r Record) *update {
	if r.To != "" {
		if u := c.byID[r.To]; u != nil {
			return u
		}
		j.breaks(Astray, r, fmt.Sprintf("%q answers nothing that was said here", r.Text))
		return nil
	}
	known := c.told[identity(r)]
	last := c.last()
	if r.New {
		j.replayed(c, known, r)
	}
	switch {
	case r.Class == Interim:
		return nil
	case last != nil && last.waitsFor(r) && (known == nil || !r.New):
		return last
	case known != nil && r.New && last.waitsFor(r) && identity(r) != c.newest && c.replays == nil:
		j.breaks(Reused, r, fmt.Sprintf("%q was the answer to %s", identity(r), known.ID))
		return nil
	case known != nil:
		return known
	}
	for i := len(c.said) - 1; i >= 0; i-- {
		if u := c.said[i]; u.wants(r) && !u.answered.IsZero() {
			return u // a second answer
		}
	}
	j.breaks(Astray, r, fmt.Sprintf("%q comes where something else is due", r.Text))
	return nil
}

// replayed judges what is told as new a second time. After a fault several messages may come again, in their order: the last of them
// is the newest one, and nothing else comes between.
func (j *judge) replayed(c *chat, known *update, r Record) {
	switch {
	case known != nil && identity(r) == c.newest:
		c.replays = nil
	case known != nil && (c.replays != nil && known.place >= c.replays.place || c.replays == nil && j.disturbed(r.At).After(known.answered)):
		c.replays, c.replay = known, r
	case c.replays != nil:
		j.breaks(Reused, c.replay, fmt.Sprintf("%q was the answer to %s, and newer ones do not follow", identity(c.replay), c.replays.ID))
		c.replays = nil
	}
}

func (c *chat) last() *update {
	if len(c.said) == 0 {
		return nil
	}
	return c.said[len(c.said)-1]
}

// wants reports whether a message is of the class that the person waits for.
func (u *update) wants(r Record) bool {
	return u.Class == "" || u.Class == r.Class || r.Class == Sorry || r.Class == Unsure
}

// waitsFor reports whether a message can be the answer.
func (u *update) waitsFor(r Record) bool { return u.answered.IsZero() && u.wants(r) }

// begins is when the wait for the answer begins.
func (u *update) begins() time.Time { return later(u.At, u.acknowledged) }

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// again judges a message that comes once more, for the same update.
func (j *judge) again(r Record) {
	switch {
	case r.Secret:
		j.breaks(SecretTwice, r, "a secret comes a second time")
	case j.calm:
		j.breaks(Repeated, r, fmt.Sprintf("%q comes a second time", r.Text))
	}
}

// answer judges the first answer to an update, and any further one that differs.
func (j *judge) answer(c *chat, u *update, r Record) {
	if !u.answered.IsZero() {
		j.breaks(TwoAnswers, r, fmt.Sprintf("%q, and before that %q", identity(r), u.answer))
		return
	}
	u.answered, u.answer = r.At, identity(r)
	if r.New {
		c.newest = identity(r)
	}
	if r.Class == Sorry && j.crashes(u.At, r.At) < triesOfCrash {
		j.breaks(GivenUp, r, "it was given up")
	}
	j.inTime(u, r)
	if r.Late {
		return
	}
	if c.first != nil && u.place < c.first.place {
		j.breaks(OutOfOrder, r, fmt.Sprintf("%q comes behind the answer to %s", r.Text, c.first.ID))
		return
	}
	c.first = u
}

// inTime judges how long an answer took. Where something happened, it counts from there, and another process may have had to
// wait for the lease.
func (j *judge) inTime(u *update, r Record) {
	if j.patience == 0 {
		return
	}
	from, may := u.begins(), j.patience
	if f := j.disturbed(r.At); !f.IsZero() && f.After(from.Add(-j.lease-j.patience)) {
		from, may = later(from, f), may+j.lease
	}
	if took := r.At.Sub(from); took > may {
		j.breaks(Slow, r, fmt.Sprintf("it took %s, and may take %s", took, may))
	}
}

// overtakes judges a message that comes behind a newer one: only who holds the shard may repeat what an earlier holder left.
func (j *judge) overtakes(c *chat, u *update, r Record) {
	if r.By == "" || r.Shard == "" || r.Late || c.first == nil || u.place >= c.first.place {
		return
	}
	if h := j.shards.holder[r.Shard]; h.By != r.By {
		j.breaks(Overtaken, r, fmt.Sprintf("%q comes from %s behind the answer to %s, and the chat is %s's", r.Text, r.By, c.first.ID, h.By))
	}
}

// endChat judges what was never answered.
func (j *judge) endChat(c *chat) {
	if c.replays != nil {
		j.replayed(c, nil, c.replay)
	}
	retyped := map[string]bool{}
	for i := len(c.said) - 1; i >= 0; i-- {
		u := c.said[i]
		switch {
		case !u.answered.IsZero():
		case !u.acknowledged.IsZero():
			j.breaks(Gone, u.Record, "it was acknowledged, and never answered")
		case u.Text == "" || !retyped[u.Text]:
			j.breaks(Lost, u.Record, "it was never answered")
		}
		retyped[u.Text] = true
	}
}
