package flows

import (
	"slices"
	"time"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// This file takes texts that are about the answer right above them: "¿hasta cuándo?", "el otro", "repetime", "para ella también".

// lastAnswer is what the last answer was about.
type lastAnswer struct {
	At      time.Time          `json:"at"`
	Intent  nlu.Intent         `json:"intent,omitempty"`
	Members []backend.MemberID `json:"for,omitempty"`
	// Until is the end of what was shown.
	Until time.Time `json:"until,omitzero"`
	// Why is the diagnosis of a rejected token, and Times how often in a row it was given.
	Why   diagnosis `json:"why,omitempty"`
	Times int       `json:"times,omitempty"`
}

// followTime is how long a text may be about the answer above it.
const followTime = 10 * time.Minute

// answered keeps what was answered.
func (d *dialog) answered(i nlu.Intent, until time.Time, members ...backend.MemberID) {
	d.mem.Last = lastAnswer{At: d.in.Now, Intent: i, Members: members, Until: until}
}

// last is what the answer above was about; nil if it is too long ago.
func (d *dialog) last() *lastAnswer {
	l := &d.mem.Last
	if l.Intent == nlu.IntentNone || len(l.Members) == 0 || d.in.Now.Sub(l.At) > followTime {
		return nil
	}
	return l
}

// follows takes a text that is about the answer above it. False: it begins something of its own.
func (d *dialog) follows(p nlu.ParsedText) bool {
	l := d.last()
	if l == nil || !d.mem.linked() || d.session.State != home || len(p.Also) > 0 {
		return false
	}
	switch {
	case p.Repeat && p.Intent == nlu.IntentToken && len(p.Refs) == 0:
		d.sayAgain(l)
	case p.TheOther && len(p.Refs) == 0 && p.Intent != nlu.IntentAnother:
		d.giveOther(l)
	case p.Pronoun && len(p.Refs) == 0 && (p.Intent == nlu.IntentNone || p.Intent.AboutPeople()) && !p.Refuses:
		d.giveThem(p, l)
	case p.OnlyFor && l.Intent == nlu.IntentPreprint && d.namesOthers(p):
		p.Intent = nlu.IntentPreprint // "para Juana también", below a sheet
		d.startIntent(p)
	case p.Day.Kind != nlu.DayNone && len(p.Refs) == 0 && asksOfDay(p):
		d.ofAnotherDay(p, l)
	case p.OnlyHour:
		d.sayHowLong(p, l)
	case p.Intent == "howlong":
		d.sayHowLong(p, l)
	default:
		return false
	}
	return true
}

// asksOfDay reports whether a text that names another day is about the answer above: it asks for nothing else by the rules.
func asksOfDay(p nlu.ParsedText) bool {
	switch p.Intent {
	case nlu.IntentNone:
		return !p.Refuses && len(p.Unclear) == 0
	case "howlong", "whatis":
		return p.Topic == "" || p.Topic == "question"
	}
	return p.Guessed && !p.Intent.AboutPeople()
}

// sayAgain sends what was sent last once more.
func (d *dialog) sayAgain(l *lastAnswer) {
	intent, members := l.Intent, l.Members
	d.startIntent(nlu.ParsedText{Intent: nlu.IntentSame})
	if intent == nlu.IntentPreprint {
		r := d.newRequest(nlu.ParsedText{Intent: intent, Again: true})
		r.common().Members = members
		d.start(r)
		return
	}
	d.start(&TokenRequest{request: d.requestNow(nlu.IntentToken, members)})
}

// giveOther gives the token of the other one of two people that were talked about. It asks where that is not certain.
func (d *dialog) giveOther(l *lastAnswer) {
	var others []backend.MemberID
	for _, id := range d.mem.Recent {
		if !slices.Contains(l.Members, id) {
			others = append(others, id)
		}
	}
	for _, p := range d.mem.Group.Members {
		if len(d.mem.Group.Members) == 2 && !slices.Contains(l.Members, p.ID) && !slices.Contains(others, p.ID) {
			others = append(others, p.ID)
		}
	}
	if len(others) != 1 {
		d.startIntent(anotherPerson(nlu.IntentToken))
		return
	}
	d.startIntent(nlu.ParsedText{Intent: nlu.IntentSame})
	d.start(&TokenRequest{request: d.requestNow(nlu.IntentToken, others)})
}

// giveThem takes "ella" for the person of the answer above. "Para ella también" names another one: it is asked who.
func (d *dialog) giveThem(p nlu.ParsedText, l *lastAnswer) {
	if p.Intent == nlu.IntentNone {
		i := l.Intent
		if i == nlu.IntentRejected {
			i = nlu.IntentToken
		}
		d.startIntent(anotherPerson(i))
		return
	}
	members := l.Members
	d.startIntent(nlu.ParsedText{Intent: nlu.IntentSame})
	r := d.newRequest(p)
	if len(members) == 1 {
		r.common().Members = members
	}
	d.start(r)
}

// sayHowLong says until when what was shown is valid, or whether it can be used twice.
func (d *dialog) sayHowLong(p nlu.ParsedText, l *lastAnswer) {
	data := followData{Names: d.names(l.Members), Paper: l.Intent == nlu.IntentPreprint, Twice: p.Topic == "twice"}
	if l.Until.After(d.in.Now) {
		last := l.Until.Add(-time.Minute)
		data.Date, data.Hour, data.Today = d.texts.ShortDay(last), d.texts.Hour(last), d.texts.SameDay(last, d.in.Now)
	}
	if data.Hour == "" || len(data.Names) == 0 {
		d.startIntent(nlu.ParsedText{Intent: nlu.IntentSame})
		d.faq(p)
		return
	}
	d.came(p.Intent, outcomeReplied)
	d.offer(bot.Say, "token.howlong", data, choices("menu")...)
}

// followData is the data of an answer about what was shown.
type followData struct {
	Names        []string
	Date, Hour   string
	Today, Paper bool
	Twice        bool
}
