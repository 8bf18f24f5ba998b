package flows

import (
	"strconv"
	"time"
)

// said is the last text of the bot, and how often in a row it was said.
type said struct {
	Key   string    `json:"key,omitempty"`
	Times int       `json:"times,omitempty"`
	At    time.Time `json:"at,omitzero"`
}

// maxVariants is how many texts there are for one that is repeated: the second names another way out, the third a person.
const maxVariants = 3

// unlikeBefore is the key of a text that is due, or of the one in its place if it was said just before: "token.still_2". Nobody is told
// the same line three times while they wait, link or run into errors.
func (d *dialog) unlikeBefore(key string) string {
	last := &d.mem.Said
	if !d.texts.Has(key + "_2") {
		return key
	}
	if last.Key != key || d.in.Now.Sub(last.At) > followTime {
		*last = said{Key: key}
	}
	last.At = d.in.Now
	if last.Times++; last.Times > maxVariants {
		last.Times = 2 // not the third one for ever
	}
	if last.Times == 1 {
		return key
	}
	return key + "_" + strconv.Itoa(last.Times)
}

// sayAnew forgets that a text was said: the question is put for another reason.
func (d *dialog) sayAnew(key string) {
	if d.mem.Said.Key == key {
		d.mem.Said = said{}
	}
}
