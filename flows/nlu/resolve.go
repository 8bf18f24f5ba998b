package nlu

import (
	"slices"
	"strings"

	"llave/flows/backend"
)

// Speaker is the person who writes in a chat, as far as the chat knows: what words for people are relative to.
type Speaker struct {
	// Group is the family group of the account: its own affiliate and all members.
	backend.Group
	// Self is the member who uses the chat; empty or no member's id if that is not known, or is another person.
	Self backend.MemberID
	// Aliases are the kinship words that the person explained by choosing a member.
	Aliases map[string]backend.MemberID
}

// found is what a list of refs comes to in a group.
type Resolution struct {
	Members []backend.MemberID
	// Trouble is the first ref that fits nobody, or several; Maybe are those whom it may mean.
	Unresolved *Ref
	Candidates []backend.MemberID
}

// resolve says whom the refs mean. It never guesses: kinship is relative to the account's own affiliate and means
// something only if it is they who use the chat, or if the person said before whom they mean by the word.
func (u *Parser) Resolve(who []Ref, s Speaker) Resolution {
	var f Resolution
	for _, refs := range groupByPerson(who) {
		ids, maybe := u.resolvePerson(refs, s)
		if len(ids) == 0 {
			f.Unresolved, f.Candidates = &refs[len(refs)-1], maybe
			return f
		}
		f.Members = without(f.Members, ids)
		if !refs[0].Not {
			f.Members = append(f.Members, ids...)
		}
	}
	return f
}

// persons groups what is said of one person: "mi hija" and "Juana".
func groupByPerson(who []Ref) (out [][]Ref) {
	for i := 0; i < len(who); {
		n := 1
		for i+n < len(who) && who[i+n].Same {
			n++
		}
		out = append(out, who[i:i+n])
		i += n
	}
	return out
}

// person says whom one or more refs mean that are about one person: they must agree. Where kinship says nothing, because
// somebody else uses the chat, the name decides.
func (u *Parser) resolvePerson(refs []Ref, s Speaker) (ids, maybe []backend.MemberID) {
	ids, maybe = u.membersOf(refs[0], s)
	kin := refs[0].Kind == RefKin
	for _, r := range refs[1:] {
		more, may := u.membersOf(r, s)
		a, b := ids, more
		if kin && len(a) == 0 && len(maybe) > 0 {
			a = maybe // "mi hija", where there are two
		}
		if r.Kind == RefKin && len(b) == 0 && len(may) > 0 {
			b = may
		}
		switch {
		case s.Self != s.Own && kin && len(ids) == 0:
			ids = more
		case s.Self != s.Own && r.Kind == RefKin && len(more) == 0:
		default:
			ids = common(a, b)
		}
		maybe = append(slices.Clone(a), without(b, a)...)
	}
	return ids, maybe
}

func common(a, b []backend.MemberID) []backend.MemberID {
	return slices.DeleteFunc(slices.Clone(a), func(id backend.MemberID) bool { return !slices.Contains(b, id) })
}

func without(a, b []backend.MemberID) []backend.MemberID {
	return slices.DeleteFunc(slices.Clone(a), func(id backend.MemberID) bool { return slices.Contains(b, id) })
}

// meant returns whom one ref means; if that is not certain, nobody, and whom it may mean.
func (u *Parser) membersOf(r Ref, s Speaker) (ids, maybe []backend.MemberID) {
	switch r.Kind {
	case RefAll:
		for _, p := range s.Members {
			ids = append(ids, p.ID)
		}
		return ids, nil
	case RefMe:
		if len(s.Members) == 1 {
			return []backend.MemberID{s.Members[0].ID}, nil
		}
		if _, ok := s.Member(s.Self); ok {
			return []backend.MemberID{s.Self}, nil
		}
		return nil, nil
	case RefKin:
		return u.kinMembers(r.Words[0], s)
	}
	return u.namedMembers(r.Words, s.Group)
}

// plural is the kinships that mean several people.
var plural = map[string][]string{
	"hijos": {"hijo", "hija"}, "hijas": {"hija"}, "nietos": {"nieto", "nieta"}, "padres": {"padre", "madre"},
}

func (u *Parser) kinMembers(kin string, s Speaker) (ids, maybe []backend.MemberID) {
	if id, ok := s.Aliases[kin]; ok {
		if _, ok := s.Member(id); ok {
			return []backend.MemberID{id}, nil
		}
	}
	kins, several := plural[kin]
	if !several {
		kins = []string{kin}
	}
	ids, open, loose := s.Related(kins)
	switch {
	case len(ids) == 0:
		return nil, append(open, loose...)
	case s.Self != s.Own, !several && len(ids)+len(open) > 1:
		return nil, append(ids, open...)
	}
	return ids, nil
}

// nameMeant finds the one person whom all the words name. A near miss or a shared surname is only a maybe.
func (u *Parser) namedMembers(words []string, g backend.Group) (ids, maybe []backend.MemberID) {
	if len(words) == 0 {
		return nil, nil // "otra persona": nobody in particular
	}
	for _, p := range g.Members {
		parts := phoneticKeys(p.Name)
		all, close := true, false
		for _, w := range words {
			all = all && u.isPartOf(w, parts)
			close = close || u.isAlmostPartOf(w, parts)
		}
		if all {
			ids = append(ids, p.ID)
		} else if close {
			maybe = append(maybe, p.ID)
		}
	}
	if len(ids) > 1 {
		return nil, ids
	}
	if len(ids) == 0 && len(words) > 1 {
		return u.oneByOne(words, g)
	}
	return ids, maybe
}

// oneByOne takes "juana tomás" for two people, if each word is what one of them is called by. A surname is not: "Carlos
// Gómez" is neither Carlos Ruiz nor María Gómez. Nor is half of a double name: "María Rosa" may be somebody else.
func (u *Parser) oneByOne(words []string, g backend.Group) (ids, maybe []backend.MemberID) {
	for _, w := range words {
		one, may := u.namedMembers([]string{w}, g)
		if id, ok := u.ids[w]; ok && u.classes[id]&u.c.double != 0 || len(one) == 1 && !u.isFirstNameOfMember(w, one[0], g) {
			one, may = nil, append(one, may...)
		}
		if len(one) == 0 {
			return nil, append(ids, may...)
		}
		ids = append(ids, one...)
	}
	return ids, nil
}

func (u *Parser) isFirstNameOfMember(w string, id backend.MemberID, g backend.Group) bool {
	p, _ := g.Member(id)
	return u.isFirstNameOf(w, phoneticKeys(p.Name))
}

// calls says whether a word is one of the first names in a name, or a short form of them.
func (u *Parser) isFirstNameOf(w string, parts []string) bool {
	if len(parts) > 1 {
		parts = parts[:len(parts)-1]
	}
	return u.isPartOf(w, parts)
}

// names says whether a word is one of a name's parts or a short form of them.
func (u *Parser) isPartOf(w string, parts []string) bool {
	if slices.Contains(parts, w) {
		return true
	}
	whole := " " + strings.Join(parts, " ") + " "
	for _, full := range u.short[w] {
		if strings.HasPrefix(whole, " "+full+" ") {
			return true
		}
	}
	return false
}

// almostNames says whether a word may be a slip of the pen for one of a name's parts, or its beginning. "Juan" is
// the beginning of Juana and another name: so this is never enough to hand out a token.
func (u *Parser) isAlmostPartOf(w string, parts []string) bool {
	for _, p := range parts {
		if p == w || len(w) >= 3 && (strings.HasPrefix(p, w) || len(p) >= 4 && withinOne(w, p)) {
			return true
		}
	}
	return false
}

// several says whether a ref is a kinship that means several people: "mis hijos".
func (r Ref) Several() bool { return r.Kind == RefKin && plural[r.Words[0]] != nil }
