package enginetest

import (
	"fmt"
	"maps"
	"slices"
)

// backend is what the back end was asked, what it made, and what people were told of it.
type backend struct {
	keys   map[[2]string]string       // of chat and update: the first key
	made   map[string]Record          // by value
	shown  map[string]map[string]bool // values by class
	fresh  map[string]string          // values that were told as new, and the chat
	booked map[string]Record
	acts   int // how often the books say that something was replaced by a new one
}

func newBackend() backend {
	return backend{keys: map[[2]string]string{}, made: map[string]Record{}, shown: map[string]map[string]bool{}, fresh: map[string]string{}, booked: map[string]Record{}}
}

// asked judges a request for something new: all that is asked for one update has one key.
func (j *judge) asked(r Record) {
	if r.To == "" {
		return
	}
	of := [2]string{r.Chat, r.To}
	if first, ok := j.backend.keys[of]; ok && first != r.Key {
		j.breaks(Doubled, r, "it is asked for under a second key")
		return
	}
	j.backend.keys[of] = r.Key
}

// booked adds up the books: there may be several back ends.
func (j *judge) booked(r Record) {
	if r.New {
		j.backend.acts += r.Count
		return
	}
	r.Count += j.backend.booked[r.Class].Count
	j.backend.booked[r.Class] = r
}

func (j *judge) made(r Record) { j.backend.made[r.Value] = r }

// shown judges what a message tells of the back end.
func (j *judge) shown(r Record) {
	if r.Value == "" {
		return
	}
	b := &j.backend
	if m, ok := b.made[r.Value]; ok && m.Chat != r.Chat {
		j.breaks(Foreign, r, fmt.Sprintf("%s was made for %s", r.Value, m.Chat))
	}
	if chat, ok := b.fresh[r.Value]; ok && r.New && chat != r.Chat {
		j.breaks(Reused, r, "it was told as new in another chat, too")
	}
	if r.New {
		b.fresh[r.Value] = r.Chat
	}
	if b.shown[r.Class] == nil {
		b.shown[r.Class] = map[string]bool{}
	}
	b.shown[r.Class][r.Value] = true
}

// endBackend holds what was told against what was made, and against the back end's own books.
func (j *judge) endBackend() {
	b := &j.backend
	told := map[string]bool{}
	for _, values := range b.shown {
		maps.Copy(told, values)
	}
	for _, value := range slices.Sorted(maps.Keys(b.made)) {
		if m := b.made[value]; !told[value] {
			j.breaks(Untold, m, value+" was made, and nobody was told")
		}
	}
	for _, class := range slices.Sorted(maps.Keys(b.booked)) {
		r, seen := b.booked[class], len(b.shown[class])
		switch {
		case r.Count > seen:
			j.breaks(Untold, r, fmt.Sprintf("the books have %d of class %s, and %d were told", r.Count, class, seen))
		case r.Count < seen:
			j.breaks(Invented, r, fmt.Sprintf("the books have %d of class %s, and %d were told", r.Count, class, seen))
		}
	}
	if b.acts > len(b.fresh) {
		j.note(Violation{Law: Doubled, At: j.now.At, Text: fmt.Sprintf("%d were replaced by a new one, and %d new ones were told", b.acts, len(b.fresh))})
	}
	if len(b.made) > 0 {
		for _, value := range slices.Sorted(maps.Keys(told)) {
			if _, ok := b.made[value]; !ok {
				j.note(Violation{Law: Invented, At: j.now.At, Text: value + " was told, and never made"})
			}
		}
	}
}
