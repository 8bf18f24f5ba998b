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

// pace is what is remembered of the pace of a chat. A peer that answers every message faster than a person can read and
// write is a program.
type pace struct {
	// Last is when the last message was accepted, Text a hash of it.
	Last time.Time `json:"last,omitzero"`
	Text uint32    `json:"text,omitempty"`
	// Score rises with each message that a person cannot have written, and falls with each that a person can.
	Score int `json:"score,omitempty"`
	// Muted says that the chat gets no reply until it has been quiet.
	Muted bool `json:"muted,omitempty"`
	// Picked says that an option was chosen by its number since then. Where there are no buttons that is a press, but a
	// program may send a number, too: it counts once.
	Picked bool `json:"picked,omitempty"`
	// Alarmed says that a danger was answered since then. A program may name one in each of its messages.
	Alarmed bool `json:"alarmed,omitempty"`
}

// The bounds of the pace. Twenty different messages, or eight equal ones, are those of a program.
const (
	paceFast  = 3  // for a message that came faster than a person writes
	paceSame  = 5  // more, if it equals the one before
	paceMax   = 60 // the score from which on there is no reply
	pacePause = 30 * time.Second
	paceQuiet = 5 * time.Minute

	paceReact = 100 * time.Millisecond // the way of a message there and back
	paceRead  = 2 * time.Second        // the time to read a reply
	paceType  = 125 * time.Millisecond // the time to write a letter
)

// ignoresPeer reports whether a message is that of a program, and gets no reply. The first such message gets one.
func (d *dialog) ignoresPeer() bool {
	if d.in.Result != nil || d.in.Unpaced {
		return false
	}
	p := &d.mem.Pace
	switch d.in.Kind {
	case bot.Pressed:
		*p = pace{}
		return false
	case bot.Message, bot.Started, bot.Other, bot.TooLong:
	default:
		return false
	}
	gap := d.in.Now.Sub(p.Last)
	if p.Muted && gap < paceQuiet {
		p.Last = d.in.Now
		return !d.overridesMute()
	}
	if p.add(gap, d.in); p.Score < paceMax {
		return false
	}
	p.Muted = true
	if d.overridesMute() {
		return false
	}
	d.offer(bot.Say, "menu.automatic", nil, choices("token", "help")...)
	return true
}

// add counts a message. One that comes before the last reply, or at once after it, is no answer to the reply: people send
// several messages in a row.
func (p *pace) add(gap time.Duration, in bot.Input) {
	h := fnv.New32a()
	h.Write([]byte(in.Text + in.Subtype))
	same := p.Text == h.Sum32()
	if gap > pacePause || gap < 0 {
		*p = pace{}
	} else if in.Settled && gap >= paceReact {
		if gap < paceRead+paceType*time.Duration(utf8.RuneCountInString(in.Text)) {
			p.Score += paceFast
		} else {
			p.Score = max(0, p.Score-paceFast)
		}
		if same {
			p.Score += paceSame
		}
	}
	p.Last, p.Text = in.Now, h.Sum32()
}

// overridesMute reports whether a message gets a reply all the same: it asks for a person and for nothing else, tells of a danger, is
// the code that the page shows, or the number of an option.
func (d *dialog) overridesMute() bool {
	if figure, ok := bareFigure(d.in.Text); ok && !d.mem.Pace.Picked {
		n, err := strconv.Atoi(figure)
		d.mem.Pace.Picked = err == nil && n > 0 && n <= len(d.mem.Options)
		return d.mem.Pace.Picked
	}
	if _, ok := backend.ReadCode(d.in.Text); ok && d.row().awaitsCode {
		return true
	}
	const short = 40 // letters: "quiero hablar con una persona, por favor"
	if d.in.Kind != bot.Message {
		return false
	}
	p := d.parser.ParseFor(d.in.Text, d.mem.speaker())
	if p.Danger != "" {
		again := d.mem.Pace.Alarmed
		d.mem.Pace.Alarmed = true
		return !again
	}
	return p.Intent == nlu.IntentHelp && utf8.RuneCountInString(d.in.Text) <= short
}
