package nlu

import (
	"slices"
	"strings"
)

// Outcome is whether a match counts, or why it does not.
type Outcome string

const (
	counts   Outcome = "counts"
	negated  Outcome = "negated"   // "no quiero otro token"
	doubtful Outcome = "doubtful"  // "si pido otro token": mentioned, and not asked for
	notAlone Outcome = "not alone" // "tengo la presión baja"
	inside   Outcome = "inside"    // part of something else
)

// outcome decides whether a match counts beside the others.
func (u *Parser) outcome(s *tokenized, all []Match, i int) Outcome {
	h, p := all[i], &u.phrases[all[i].phrase]
	for j, o := range all {
		q := u.phrases[o.phrase].intent
		covers := q == IntentInsult && o.from <= h.from && h.to <= o.to || q == IntentExclaim && overlap(o, h)
		if j != i && p.intent != q && covers {
			return inside
		}
	}
	switch {
	case p.alone && !s.alone(h, p.intent) && !u.onlyThis(s, all, p.intent) && !s.dismisses(h, p.intent):
		return notAlone
	case p.intent == IntentDoubt, p.intent == IntentExclaim, p.intent == IntentAgain, p.intent == IntentLeaving:
		return inside
	case p.topic == "twice" && !s.question && !s.has(s.u.c.request) && !s.asksTwice():
		return inside // "rebotó dos veces"
	case p.topic == "question" && p.wide && s.words[h.from].key == "para" && !s.question && !s.onlyPolite(0, h.from):
		return inside // "me escribió para que le pase el token"
	case p.intent == IntentOther && (seeing[s.words[max(h.from-1, 0)].key] || s.is(h.from-1, s.u.c.helps)):
		return inside // "lo vio otra persona"
	case p.topic == TopicPerson && s.tellsOfPerson(h), p.topic == TopicFraud && (s.asksForOwn(h) || s.isForStaff(h) || s.isRefusedThen(all, h)):
		return inside
	case p.intent == IntentMore && s.onceMore(h):
		return inside
	case s.isNegated(h, p.intent.destroys() || p.intent == IntentVoid):
		return negated
	case (p.destroys() || p.intent == IntentOther) && s.isOtherThing(h):
		return inside
	case p.topic == TopicLeave && s.has(s.u.c.want):
		return counts
	case p.intent == IntentVoid && u.isDoubted(s, all, h):
		return doubtful
	case !p.destroys() && (!p.intent.destroys() || p.alone || !u.isDoubted(s, all, h)):
		return counts
	case s.onlyAsked(h, p.intent), u.isDoubted(s, all, h):
		return doubtful
	}
	return counts
}

// onceMore reports whether the "otra" of a match is that of "otra vez": the text asks for the same sheet.
func (s *tokenized) onceMore(h Match) bool {
	for i := h.from; i+1 < h.to; i++ {
		if s.is(i, s.u.c.other) && s.is(i+1, s.u.c.instead) {
			return true
		}
	}
	return false
}

// onlyThis reports whether a text says one intent in several words and nothing else: "no, nada, dejalo ahí".
func (u *Parser) onlyThis(s *tokenized, all []Match, i Intent) bool {
	if i != IntentCancel && i != IntentBack {
		return false
	}
	for k := range s.words {
		if !s.is(k, s.u.c.filler|s.u.c.light|s.u.c.not) && !slices.ContainsFunc(all, func(o Match) bool { return u.intent(o) == i && o.from <= k && k < o.to }) {
			return false
		}
	}
	return true
}

func overlap(a, b Match) bool { return a.from < b.to && b.from < a.to }

// alone reports whether the text says nothing beside a match but polite words and, if it is about people, people.
func (s *tokenized) alone(h Match, i Intent) bool {
	for k := range s.words {
		if h.from <= k && k < h.to || s.is(k, s.u.c.filler|s.u.c.light|s.u.c.want) {
			continue
		}
		if i.onPaper() && s.number(k) > 0 {
			continue // "agregar 5"
		}
		if i.AboutPeople() && (s.mayBePerson(k) || s.is(k, s.u.c.and|s.u.c.before|s.u.c.self)) {
			continue
		}
		return false
	}
	return true
}

// mayBePerson reports whether a word is, or may be, part of a reference to a person.
func (s *tokenized) mayBePerson(i int) bool {
	if s.is(i, s.u.c.kin|s.u.c.name) {
		return true
	}
	return (s.words[i].id < 0 || s.is(i, s.u.c.nameword)) && i > 0 && (s.is(i-1, s.u.c.belongs|s.u.c.and) || s.mayBePerson(i-1))
}

// isNegated reports whether a "no" reaches a match. A match that destroys is negated by any "no" before it, up to another
// request, and by one right after it; the others only by "no" and a verb of wanting: "no tengo el token" asks for it.
func (s *tokenized) isNegated(h Match, destroys bool) bool {
	if destroys && !s.words[h.to-1].endsClause && s.is(h.to, s.u.c.not) {
		return true
	}
	if !destroys && (s.saysNoAfter(h) || s.refusesThat(h)) {
		return true
	}
	if s.isForbidden(h.from) {
		return true
	}
	wants := func(i int) bool {
		return s.is(i, s.u.c.want) && !(destroys && s.is(i, s.u.c.lest)) || !destroys && s.inSet(i, "change") && s.is(i, s.u.c.lest)
	}
	wanted := wants(h.from)
	for j := h.from - 1; j >= 0 && !s.words[j].endsClause; j-- {
		switch {
		case s.is(j, s.u.c.not):
			return destroys || wanted
		case wants(j):
			wanted = true
		case s.is(j, s.u.c.light), s.words[j].key == "mas", !destroys && (wanted && s.is(j, s.u.c.is|s.u.c.belongs) || s.is(j, s.u.c.lots)):
		case destroys && !wanted:
		default:
			return false
		}
	}
	return false
}

// saysNoAfter reports whether a "no" ends the clause of a match, and nothing is asked for: "el token no".
func (s *tokenized) saysNoAfter(h Match) bool {
	if s.question || !s.is(h.to, s.u.c.not) || s.words[h.to-1].endsClause || h.to+1 < len(s.words) && !s.words[h.to].endsClause && !s.notWantedAt(h.to+1) {
		return false
	}
	return !slices.ContainsFunc(s.words[:h.from], func(w word) bool { return w.class&(s.u.c.want|s.u.c.request) != 0 })
}

// notWantedAt reports whether the words behind a "no" say that a thing is not wanted, and end the clause: "lo quiero más".
func (s *tokenized) notWantedAt(i int) bool {
	for s.is(i, s.u.c.light) {
		i++
	}
	if !s.is(i, s.u.c.want) || s.is(i, s.u.c.lest) {
		return false
	}
	for i+1 < len(s.words) && !s.words[i].endsClause && untilLater[s.words[i+1].key] {
		i++
	}
	return i+1 == len(s.words) || s.words[i].endsClause
}

// refusesThat reports whether the match stands in what somebody does not want to happen: "no quiero que este chat le dé tokens
// a mi ex".
func (s *tokenized) refusesThat(h Match) bool {
	for i := h.from - 1; i > 0 && !s.words[i].endsClause; i-- {
		if s.is(i, s.u.c.want) && !s.is(i, s.u.c.lest) {
			k := i - 1
			for k > 0 && s.is(k, s.u.c.light) {
				k--
			}
			return s.isThat(i+1) && s.is(k, s.u.c.not)
		}
	}
	return false
}

// isThat reports whether a word is "que".
func (s *tokenized) isThat(i int) bool {
	return i >= 0 && i < len(s.words) && (s.words[i].key == "ke" || s.words[i].key == "k")
}

// isOtherThing reports whether the "otro" of a match is not a new token: "el otro token", "otro médico", "uno para Juana y otro
// para Rosa".
func (s *tokenized) isOtherThing(h Match) bool {
	c := &s.u.c
	for i := h.from; i < h.to; i++ {
		if !s.is(i, c.other) {
			continue
		}
		if s.words[max(i-1, 0)].key == "por" && s.inSet(i-2, "change") && i == h.to-1 && (i+1 == len(s.words) || s.words[i].endsClause) {
			continue // "cambiar por otro"
		}
		if u := s.u.intent(h); u.destroys() && i > 0 && s.is(i-1, c.before|c.notours|c.this|c.and) && !s.words[i-1].endsClause {
			return true
		}
		if i == h.to-1 && i+1 < len(s.words) && !s.words[i].endsClause && (!s.is(i+1, c.filler|c.want|c.belongs|c.and) || s.is(i+1, c.noun)) {
			return true
		}
	}
	return false
}

// onlyAsked reports whether the text asks about what destroys: "¿pedir otro token cuesta plata?". "¿Me das otro?" and "¿otro
// token?" are requests. A question never unlinks, because that would be done at once.
func (s *tokenized) onlyAsked(h Match, i Intent) bool {
	if !s.question || i == IntentUnlink {
		return s.question
	}
	for k := range s.words {
		if s.is(k, s.u.c.request|s.u.c.want) && !s.is(k, s.u.c.lest) {
			return false
		}
	}
	return !s.alone(h, i)
}

// isDoubted reports whether words before a match make it no request: "me diste otro token". A verb of wanting between the two
// ends that.
func (u *Parser) isDoubted(s *tokenized, all []Match, h Match) bool {
	for _, d := range all {
		if u.phrases[d.phrase].intent != IntentDoubt || d.from >= h.to {
			continue
		}
		if d.to > h.from || s.reaches(d.to, h.from) {
			return true
		}
	}
	return false
}

// reaches reports whether nothing ends between two words: no comma, and no verb of wanting but one right after the first.
func (s *tokenized) reaches(from, to int) bool {
	first := true
	for i := from; i <= to; i++ {
		if s.words[i-1].endsClause || !first && s.is(i, s.u.c.want) {
			return false
		}
		first = first && s.is(i, s.u.c.light)
	}
	return true
}

// dismisses reports whether a text begins by dropping the matter, and asks for nothing behind that: "dejalo, voy otro día".
func (s *tokenized) dismisses(h Match, i Intent) bool {
	if i != IntentCancel || !s.onlyPolite(0, h.from) || !s.words[h.to-1].endsClause {
		return false
	}
	switch s.words[h.from].key {
	case "deja", "dejalo", "kansela", "kanselalo", "olbidate", "olbidalo", "na", "nah":
	default:
		return false
	}
	for k := h.to; k < len(s.words); k++ {
		if s.is(k, s.u.c.want|s.u.c.request|s.u.c.token|s.u.c.code|s.u.c.sheet|s.u.c.kin|s.u.c.name|s.u.c.not|s.u.c.other) && !s.is(k, s.u.c.filler) && s.words[k].key != "otro" {
			return false
		}
	}
	return true
}

// asksTwice reports whether a text has a word for how tokens may be used.
func (s *tokenized) asksTwice() bool {
	return slices.ContainsFunc(s.words, func(w word) bool {
		return s.u.isInSet(w.id, "uses") || s.u.isInSet(w.id, "can") || s.u.isInSet(w.id, "lasts") || w.key == "puedo" || strings.HasPrefix(w.key, "kuant")
	})
}

// isForbidden reports whether "ni se te ocurra" stands before a word in its clause.
func (s *tokenized) isForbidden(at int) bool {
	for i := at - 1; i > 0 && !s.words[i].endsClause; i-- {
		if s.words[i].key == occur {
			return s.inClass(max(0, i-3), i, s.u.c.not)
		}
	}
	return false
}

// occur is the phonetic key of "ocurra".
var occur = phoneticKey("ocurra")

// untilLater are words behind what is not wanted: "no lo necesito más", "todavía", by their phonetic keys.
var untilLater = map[string]bool{"mas": true, phoneticKey("ahora"): true, phoneticKey("todavía"): true, phoneticKey("hoy"): true, phoneticKey("por"): true}
