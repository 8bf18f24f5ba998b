package nlu

import "slices"

// hit is a phrase found in a text.
type Match struct {
	phrase   int32
	from, to int // the words it takes, and those between them
	score    int
	outcome  Outcome
}

// fate is what became of a hit.
type Outcome string

const (
	counts   Outcome = "counts"
	negated  Outcome = "negated"   // "no quiero otro token"
	doubtful Outcome = "doubtful"  // "si pido otro token": spoken of, and not said to be wanted
	notAlone Outcome = "not alone" // "tengo la presión baja"
	inside   Outcome = "inside"    // part of something else that was said
)

// Between two words of a phrase may stand this many light words, and this many of a person's name.
const (
	maxLight  = 2
	maxPerson = 3
)

// margin is by how much a meaning must outweigh another that was said with other words. Below it, it is asked.
const margin = 4

// hits finds every phrase in a text and weighs it.
func (u *Parser) findMatches(s *tokenized) []Match {
	out := make([]Match, 0, 8)
	for i, w := range s.words {
		if w.id < 0 {
			continue
		}
		for _, n := range u.starts[w.id] {
			p := &u.phrases[n]
			if p.intent == IntentYes || p.intent == IntentNo {
				continue
			}
			if to, slips, ok := s.matchAt(p, i); ok {
				out = append(out, Match{n, i, to, p.weight + 2*len(p.parts) - 4*slips, counts})
			}
		}
	}
	for i := range out {
		out[i].outcome = u.outcome(s, out, i)
	}
	return out
}

// match says whether a phrase begins at a word, where it ends, and with how many slips.
func (s *tokenized) matchAt(p *phrase, at int) (to, slips int, ok bool) {
	i := at
	for j, e := range p.parts {
		light, person := 0, 0
		for i < len(s.words) && !s.fits(p, e, i) {
			switch {
			case j == 0, p.intent.destroys() && s.words[i-1].endsClause:
				return 0, 0, false
			case p.intent == IntentVoid && (s.number(i) > 0 || s.number(i-1) > 0 && s.is(i, s.u.c.and)): // "el 1, 2 y 3 de la hoja"
			case (s.is(i, s.u.c.light) || s.number(i) > 0 && !p.intent.destroys()) && light < maxLight:
				light++
			case (s.personish(i) || s.is(i, s.u.c.between|s.u.c.noun)) && person < maxPerson && !p.intent.destroys():
				person++
				light = 0
			default:
				return 0, 0, false
			}
			i++
		}
		if i == len(s.words) || j > 0 && p.intent.destroys() && s.words[i-1].endsClause {
			return 0, 0, false
		}
		slips += s.words[i].distance
		i++
	}
	return i, slips, true
}

// fits says whether a word is that part of a phrase. What takes something away must be written as it is, but for what
// it is taken from: "desvinculo" is no "desvincula".
func (s *tokenized) fits(p *phrase, e slot, i int) bool {
	w := &s.words[i]
	if w.id < 0 || !e.fits(w.id, w.class) {
		return false
	}
	return w.distance == 0 || !p.intent.destroys() || w.class&s.u.c.token != 0
}

// fate decides what a hit is worth among the others.
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
	case p.alone && !s.alone(h, p.intent):
		return notAlone
	case p.intent == IntentDoubt, p.intent == IntentExclaim, p.intent == IntentAgain, p.intent == IntentLeaving:
		return inside
	case p.intent == IntentMore && s.onceMore(h):
		return inside
	case s.negates(h, p.intent.destroys() || p.intent == IntentVoid):
		return negated
	case (p.intent.destroys() || p.intent == IntentOther) && s.otherOne(h):
		return inside
	case p.intent == IntentVoid && u.doubted(s, all, h):
		return doubtful
	case !p.intent.destroys():
		return counts
	case s.onlyAsked(h, p.intent), u.doubted(s, all, h):
		return doubtful
	}
	return counts
}

// onceMore says whether the "otra" of a hit is that of "otra vez": the sheet is wanted again, and no other one.
func (s *tokenized) onceMore(h Match) bool {
	for i := h.from; i+1 < h.to; i++ {
		if s.is(i, s.u.c.other) && s.is(i+1, s.u.c.instead) {
			return true
		}
	}
	return false
}

func overlap(a, b Match) bool { return a.from < b.to && b.from < a.to }

// alone says whether nothing is said beside a hit but politeness and, where it is about people, people.
func (s *tokenized) alone(h Match, i Intent) bool {
	for k := range s.words {
		if h.from <= k && k < h.to || s.is(k, s.u.c.filler|s.u.c.light|s.u.c.want) {
			continue
		}
		if i.onPaper() && s.number(k) > 0 {
			continue // "agregar 5"
		}
		if i.AboutPeople() && (s.personish(k) || s.is(k, s.u.c.and|s.u.c.before|s.u.c.self)) {
			continue
		}
		return false
	}
	return true
}

// personish says whether a word is, or may be, part of how a person is called.
func (s *tokenized) personish(i int) bool {
	if s.is(i, s.u.c.kin|s.u.c.name) {
		return true
	}
	return (s.words[i].id < 0 || s.is(i, s.u.c.nameword)) && i > 0 && (s.is(i-1, s.u.c.belongs|s.u.c.and) || s.personish(i-1))
}

// negates says whether a "no" reaches a hit. What takes something away is undone by any before it that no other wish
// has ended, and by one right behind it; the rest only by "no" and a wish: "no tengo el token" wants it.
func (s *tokenized) negates(h Match, destroys bool) bool {
	if destroys && !s.words[h.to-1].endsClause && s.is(h.to, s.u.c.not) {
		return true
	}
	wish := func(i int) bool { return s.is(i, s.u.c.want) && !(destroys && s.is(i, s.u.c.lest)) }
	wished := wish(h.from)
	for j := h.from - 1; j >= 0 && !s.words[j].endsClause; j-- {
		switch {
		case s.is(j, s.u.c.not):
			return destroys || wished
		case wish(j):
			wished = true
		case s.is(j, s.u.c.light):
		case destroys && !wished:
		default:
			return false
		}
	}
	return false
}

// otherOne says whether the "otro" of a hit is another thing than a new token: "el otro token", "otro médico", "uno para
// Juana y otro para Rosa".
func (s *tokenized) otherOne(h Match) bool {
	c := &s.u.c
	for i := h.from; i < h.to; i++ {
		if !s.is(i, c.other) {
			continue
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

// onlyAsked says whether a question is asked about what destroys: "¿pedir otro token cuesta plata?". "¿Me das otro?" and
// "¿otro token?" are wishes; to unlink is none, because it would be done at once.
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

// doubted says whether something before a hit makes it no wish: "me diste otro token". A wish between the two ends that.
func (u *Parser) doubted(s *tokenized, all []Match, h Match) bool {
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

// reaches says whether nothing ends between two words: no comma, and no wish but one right behind the first.
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

// decide takes the heaviest meaning. It takes none where two that were said with different words weigh about the same,
// and none where what weighs most is doubtful.
func (u *Parser) chooseIntent(s *tokenized, m *ParsedText) {
	best, rival := -1, -1
	for i := range m.matches {
		h := &m.matches[i]
		if h.outcome == counts && u.undone(m.matches, *h) {
			h.outcome = inside
		}
		if h.outcome != counts && h.outcome != doubtful {
			continue
		}
		if best < 0 || h.score > m.matches[best].score {
			best = i
		}
	}
	for i, h := range m.matches {
		if best >= 0 && h.outcome == counts && u.rivals(h, m.matches[best]) && (rival < 0 || h.score > m.matches[rival].score) {
			rival = i
		}
	}
	switch {
	case m.No && (best < 0 || !u.intent(m.matches[best]).AboutPeople() || !s.behindComma(m.matches[best].from)):
		m.Intent = IntentNo
	case best < 0 && m.Yes:
		m.Intent = IntentYes
	case best < 0:
	case m.matches[best].outcome == doubtful, u.intent(m.matches[best]) == IntentUnclear:
		m.Unclear = []Intent{u.intent(m.matches[best])}
	case rival >= 0:
		m.Unclear = []Intent{u.intent(m.matches[best]), u.intent(m.matches[rival])}
	default:
		m.Intent = u.intent(m.matches[best])
		u.use(s, m)
	}
	if m.Intent == IntentWhere || m.Intent == IntentSame {
		m.Intent = IntentToken
	}
}

// behindComma says whether something ends before a word: "no, el token".
func (s *tokenized) behindComma(i int) bool {
	return slices.ContainsFunc(s.words[:i], func(w word) bool { return w.endsClause })
}

func (u *Parser) intent(h Match) Intent { return u.phrases[h.phrase].intent }

// undone says whether a hit lies in what was said not to be wanted: the token of "no quiero otro token".
func (u *Parser) undone(all []Match, h Match) bool {
	return slices.ContainsFunc(all, func(o Match) bool {
		return o.outcome == negated && u.intent(o).destroys() && o.from <= h.from && h.to <= o.to
	})
}

// rivals says whether a hit is another wish than the best, said with other words, and about as heavy.
func (u *Parser) rivals(h, best Match) bool {
	a, b := u.intent(h), u.intent(best)
	return !overlap(h, best) && u.publicName(a) != u.publicName(b) && best.score-h.score < margin
}

// use marks the words that say the intent, so that they are not taken for a person's.
func (u *Parser) use(s *tokenized, m *ParsedText) {
	for _, h := range m.matches {
		i := u.intent(h)
		if i != m.Intent && i != IntentInsult && i != IntentExclaim || h.outcome == notAlone || h.outcome == negated {
			continue
		}
		p, j := &u.phrases[h.phrase], 0
		for k := h.from; k < h.to && j < len(p.parts); k++ {
			if s.fits(p, p.parts[j], k) {
				s.used[k] = true
				j++
			}
		}
	}
}
