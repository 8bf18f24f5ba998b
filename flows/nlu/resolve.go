package nlu

import (
	"slices"
	"strings"

	"llave/flows/backend"
)

// Speaker is the person who writes in a chat. References to people are relative to them.
type Speaker struct {
	// Group is the family group of the account: its own affiliate and all members.
	backend.Group
	// Self is the member who uses the chat. It is empty if that is not known, and no id of a member for an outsider.
	Self backend.MemberID
	// Aliases are the kinship words that the person explained by choosing a member.
	Aliases map[string]backend.MemberID
}

// Resolution is the members that a list of references means.
type Resolution struct {
	Members []backend.MemberID
	// Unresolved is the first reference that means no member, or several; Candidates are those that it may mean.
	Unresolved *Ref
	Candidates []backend.MemberID
}

// Resolve finds the members that references mean. It never guesses: a kinship is relative to the account's own affiliate, and
// means a member only if the affiliate uses the chat, or if the person explained the word before.
func (u *Parser) Resolve(who []Ref, s Speaker) Resolution {
	var f Resolution
	for _, refs := range groupByPerson(who) {
		ids, candidates := u.resolvePerson(refs, s)
		if len(ids) == 0 {
			f.Unresolved, f.Candidates = &refs[len(refs)-1], candidates
			return f
		}
		f.Members = without(f.Members, ids)
		if !refs[0].Not {
			f.Members = append(f.Members, ids...)
		}
	}
	return f
}

// groupByPerson groups the references to one person: "mi hija" and "Juana".
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

// resolvePerson finds the members that all references to one person mean. Where a kinship means nothing, because another person
// uses the chat, the name decides.
func (u *Parser) resolvePerson(refs []Ref, s Speaker) (ids, candidates []backend.MemberID) {
	ids, candidates = u.membersOf(refs[0], s)
	kin := refs[0].Kind == RefKin
	for _, r := range refs[1:] {
		more, may := u.membersOf(r, s)
		a, b := ids, more
		if kin && len(a) == 0 && len(candidates) > 0 {
			a = candidates // "mi hija", where there are two
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
		candidates = append(slices.Clone(a), without(b, a)...)
	}
	return ids, candidates
}

func common(a, b []backend.MemberID) []backend.MemberID {
	return slices.DeleteFunc(slices.Clone(a), func(id backend.MemberID) bool { return !slices.Contains(b, id) })
}

func without(a, b []backend.MemberID) []backend.MemberID {
	return slices.DeleteFunc(slices.Clone(a), func(id backend.MemberID) bool { return slices.Contains(b, id) })
}

// membersOf returns the members that a reference means; if that is not certain, none, and the candidates.
func (u *Parser) membersOf(r Ref, s Speaker) (ids, candidates []backend.MemberID) {
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
		ids, candidates = u.kinMembers(r.Words[0], s)
		if id, ok := u.relativeOf(r.Relative, s); ok && len(ids)+len(candidates) == 0 {
			return []backend.MemberID{id}, nil
		}
		return ids, candidates
	}
	if id, ok := u.relativeOf(r.Relative, s); ok {
		return []backend.MemberID{id}, nil
	}
	return u.namedMembers(r.Words, s.Group)
}

// plural are the kinships that mean several people.
var plural = map[string][]string{
	"hijos": {"hijo", "hija"}, "hijas": {"hija"}, "nietos": {"nieto", "nieta"}, "padres": {"padre", "madre"},
}

func (u *Parser) kinMembers(kin string, s Speaker) (ids, candidates []backend.MemberID) {
	if id, ok := s.Aliases[kin]; ok {
		if _, ok := s.Member(id); ok {
			return []backend.MemberID{id}, nil
		}
	}
	if kin == "titular" && s.Own != "" {
		return []backend.MemberID{s.Own}, nil
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

// namedMembers finds the one member that all words name. A near miss or a shared surname is only a candidate.
func (u *Parser) namedMembers(words []string, g backend.Group) (ids, candidates []backend.MemberID) {
	if len(words) == 0 {
		return nil, nil // "otra persona"
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
			candidates = append(candidates, p.ID)
		}
	}
	if len(ids) > 1 {
		return nil, ids
	}
	if len(ids) == 0 && len(words) > 1 {
		return u.oneByOne(words, g)
	}
	return ids, candidates
}

// oneByOne reads "juana tomás" as two people, if each word is a first name of one of them. A surname is not enough: "Carlos
// Gómez" is neither Carlos Ruiz nor María Gómez. Nor is half of a double name: "María Rosa" may be another person.
func (u *Parser) oneByOne(words []string, g backend.Group) (ids, candidates []backend.MemberID) {
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

// isFirstNameOf reports whether a word is one of the first names in a name, or a short form of one.
func (u *Parser) isFirstNameOf(w string, parts []string) bool {
	if len(parts) > 1 {
		parts = parts[:len(parts)-1]
	}
	return u.isPartOf(w, parts)
}

// isPartOf reports whether a word is one part of a name, or a short form of it.
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

// isAlmostPartOf reports whether a word may be a misspelt part of a name, or its beginning. "Juan" is the beginning of Juana, and
// another name: so this is never enough to give a token.
func (u *Parser) isAlmostPartOf(w string, parts []string) bool {
	for _, p := range parts {
		if p == w || len(w) >= 3 && (strings.HasPrefix(p, w) || len(p) >= 4 && withinOne(w, p)) {
			return true
		}
	}
	return false
}

// Several reports whether a reference is a kinship that means several people: "mis hijos".
func (r Ref) Several() bool { return r.Kind == RefKin && plural[r.Words[0]] != nil }
