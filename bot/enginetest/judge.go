package enginetest

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// judge goes through a history once.
type judge struct {
	found    []Violation
	now      Record // the record under judgement
	patience time.Duration
	lease    time.Duration
	faults   []Record
	calm     bool // nothing happened that excuses repetitions

	chats   map[string]*chat
	backend backend
	shards  shards
}

// Judge returns what broke a law, in the order in which it showed.
func Judge(list []Record) []Violation {
	j := &judge{calm: true, chats: map[string]*chat{}, backend: newBackend(), shards: shards{holder: map[string]Record{}}}
	j.begin(list)
	for _, r := range list {
		j.now = r
		j.see(r)
	}
	for _, name := range slices.Sorted(maps.Keys(j.chats)) {
		j.endChat(j.chats[name])
	}
	j.endBackend()
	return j.found
}

// begin reads what the whole history is judged by.
func (j *judge) begin(list []Record) {
	if len(list) == 0 || list[0].What != Begun || list[len(list)-1].What != Done {
		j.note(Violation{Law: NotAHistory, Text: "it has no beginning or no end"})
		return
	}
	j.patience, j.lease = list[0].Patience, list[0].Lease
	for _, r := range list {
		if r.What == Fault && r.Class != Term {
			j.calm = false
			j.faults = append(j.faults, r)
		}
	}
}

// see takes one record in.
func (j *judge) see(r Record) {
	switch r.What {
	case Said:
		j.said(r)
	case Acknowledged:
		j.acknowledged(r)
	case Received:
		j.received(r)
	case Asked:
		j.asked(r)
	case Made:
		j.made(r)
	case Booked:
		j.booked(r)
	case Given:
		j.given(r)
	case Wrote:
		j.wrote(r)
	case Refused:
		if j.calm {
			j.breaks(Fenced, r, "a "+r.Class+" of "+r.By+" was refused")
		}
	case Begun, Fault, Done:
	default:
		j.breaks(NotAHistory, r, "nobody records "+string(r.What))
	}
}

// breaks notes that a record breaks a law.
func (j *judge) breaks(l Law, r Record, text string) {
	j.note(Violation{Law: l, At: r.At, Chat: r.Chat, ID: cmp.Or(r.To, r.ID), Text: text})
}

func (j *judge) note(v Violation) { j.found = append(j.found, v) }

// disturbed is when something last happened, until a time, that an answer may be late because of.
func (j *judge) disturbed(until time.Time) (last time.Time) {
	for _, f := range j.faults {
		if !f.At.After(until) && f.At.After(last) {
			last = f.At
		}
	}
	return last
}

// crashes counts the processes that were killed between two times.
func (j *judge) crashes(from, until time.Time) (n int) {
	for _, f := range j.faults {
		if f.Class == Kill && !f.At.Before(from) && !f.At.After(until) {
			n++
		}
	}
	return n
}
