package flows

import (
	"hash/fnv"
	"strconv"
	"time"
	"unicode/utf8"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// rally is what is remembered of the pace of a chat: who answers every message faster than a person can read and write is
// an automatic peer.
type rally struct {
	// Last is when the last message was accepted, Text a hash of it.
	Last time.Time `json:"last,omitzero"`
	Text uint32    `json:"text,omitempty"`
	// Score rises with each message that no person wrote, and falls with each that one could have written.
	Score int `json:"score,omitempty"`
	// Muted says that nothing is answered until the chat has been quiet.
	Muted bool `json:"muted,omitempty"`
	// Picked says that an option was chosen by its number since then. Where there are no buttons that is a press, but a
	// machine may say a number, too: once is enough.
	Picked bool `json:"picked,omitempty"`
}

// The bounds of the pace. Twenty messages in any words, or eight times the same one, are an automatic peer.
const (
	rallyFast  = 3  // for a message that came faster than a person writes
	rallySame  = 5  // more, if it is the one before once more
	rallyMax   = 60 // the score from which on nothing is answered
	rallyPause = 30 * time.Second
	rallyQuiet = 5 * time.Minute

	rallyReact = 100 * time.Millisecond // what a message needs there and back
	rallyRead  = 2 * time.Second        // what a person needs to read an answer
	rallyType  = 125 * time.Millisecond // and to write a letter
)

// automatic says whether a message is one of an automatic peer, which gets no answer. The first time it gets one.
func (t *talk) automatic() bool {
	if t.in.Result != nil || t.in.Unpaced {
		return false
	}
	r := &t.m.Rally
	switch t.in.Kind {
	case bot.Pressed:
		*r = rally{}
		return false
	case bot.Message, bot.Started, bot.Other, bot.TooLong:
	default:
		return false
	}
	gap := t.in.Now.Sub(r.Last)
	if r.Muted && gap < rallyQuiet {
		r.Last = t.in.Now
		return !t.insists()
	}
	if r.add(gap, t.in); r.Score < rallyMax {
		return false
	}
	r.Muted = true
	if t.insists() {
		return false
	}
	t.offer(bot.Say, "menu.automatic", nil, choices("token", "help")...)
	return true
}

// add takes a message into the score. One that comes while an answer is owed, or in no time, is no answer to the last
// message: people write several in a row.
func (r *rally) add(gap time.Duration, in bot.Input) {
	h := fnv.New32a()
	h.Write([]byte(in.Text + in.Subtype))
	same := r.Text == h.Sum32()
	if gap > rallyPause || gap < 0 {
		*r = rally{}
	} else if in.Settled && gap >= rallyReact {
		if gap < rallyRead+rallyType*time.Duration(utf8.RuneCountInString(in.Text)) {
			r.Score += rallyFast
		} else {
			r.Score = max(0, r.Score-rallyFast)
		}
		if same {
			r.Score += rallySame
		}
	}
	r.Last, r.Text = in.Now, h.Sum32()
}

// insists says whether a message is answered all the same: it asks for a person and says nothing else, it is the code that
// the page shows, or the number of an option.
func (t *talk) insists() bool {
	if figure, ok := bareFigure(t.in.Text); ok && !t.m.Rally.Picked {
		n, err := strconv.Atoi(figure)
		t.m.Rally.Picked = err == nil && n > 0 && n <= len(t.m.Options)
		return t.m.Rally.Picked
	}
	if _, ok := backend.ReadCode(t.in.Text); ok && t.row().awaitsCode {
		return true
	}
	const few = 40 // letters: "quiero hablar con una persona, por favor"
	return t.in.Kind == bot.Message && utf8.RuneCountInString(t.in.Text) <= few &&
		t.words.ParseFor(t.in.Text, t.m.speaker()).Intent == nlu.IntentHelp
}
