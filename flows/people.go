package flows

import (
	"slices"
	"strings"
)

// found is what a list of refs comes to in a group.
type found struct {
	Members []MemberID
	// Trouble is the first ref that fits nobody, or several; Maybe are those whom it may mean.
	Trouble *ref
	Maybe   []MemberID
}

// resolve says whom the refs mean. It never guesses: kinship is relative to the account's own affiliate and means
// something only if it is they who use the chat, or if the person said before whom they mean by the word.
func (u *understanding) resolve(who []ref, m *memory) found {
	var f found
	for i := range who {
		ids, maybe := u.meant(who[i], m)
		if len(ids) == 0 {
			f.Trouble, f.Maybe = &who[i], maybe
			return f
		}
		for _, id := range ids {
			if !slices.Contains(f.Members, id) {
				f.Members = append(f.Members, id)
			}
		}
	}
	return f
}

// meant returns whom one ref means; if that is not certain, nobody, and whom it may mean.
func (u *understanding) meant(r ref, m *memory) (ids, maybe []MemberID) {
	switch r.Kind {
	case refAll:
		for _, p := range m.Group.Members {
			ids = append(ids, p.ID)
		}
		return ids, nil
	case refMe:
		if len(m.Group.Members) == 1 {
			return []MemberID{m.Group.Members[0].ID}, nil
		}
		if _, ok := m.Group.member(m.Self); ok {
			return []MemberID{m.Self}, nil
		}
		return nil, nil
	case refKin:
		return u.kinMeant(r.Words[0], m)
	}
	return u.nameMeant(r.Words, m.Group)
}

// plural is the kinships that mean several people.
var plural = map[string][]string{
	"hijos": {"hijo", "hija"}, "hijas": {"hija"}, "nietos": {"nieto", "nieta"}, "padres": {"padre", "madre"},
}

func (u *understanding) kinMeant(kin string, m *memory) (ids, maybe []MemberID) {
	if id, ok := m.Aliases[kin]; ok {
		if _, ok := m.Group.member(id); ok {
			return []MemberID{id}, nil
		}
	}
	kins, several := plural[kin]
	if !several {
		kins = []string{kin}
	}
	for _, p := range m.Group.Members {
		if p.ID != m.Group.Own && slices.Contains(kins, plain(strings.ToLower(p.Kinship))) {
			ids = append(ids, p.ID)
		}
	}
	if m.Self != m.Group.Own || !several && len(ids) > 1 {
		return nil, ids
	}
	return ids, nil
}

// nameMeant finds the one person whom all the words name. A near miss or a shared surname is only a maybe.
func (u *understanding) nameMeant(words []string, g Group) (ids, maybe []MemberID) {
	if len(words) == 0 {
		return nil, nil // "otra persona": nobody in particular
	}
	for _, p := range g.Members {
		parts := split(p.Name)
		all, close := true, false
		for _, w := range words {
			all = all && u.names(w, parts)
			close = close || u.almostNames(w, parts)
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

// oneByOne takes "juana tomás" for two people, if each word is one.
func (u *understanding) oneByOne(words []string, g Group) (ids, maybe []MemberID) {
	for _, w := range words {
		one, may := u.nameMeant([]string{w}, g)
		if len(one) == 0 {
			return nil, append(ids, may...)
		}
		ids = append(ids, one...)
	}
	return ids, nil
}

// names says whether a word is one of a name's parts or a short form of them.
func (u *understanding) names(w string, parts []string) bool {
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
func (u *understanding) almostNames(w string, parts []string) bool {
	for _, p := range parts {
		if p == w || len(w) >= 3 && (strings.HasPrefix(p, w) || len(p) >= 4 && oneSlip(w, p)) {
			return true
		}
	}
	return false
}

func (g Group) member(id MemberID) (Member, bool) {
	for _, p := range g.Members {
		if p.ID == id {
			return p, id != ""
		}
	}
	return Member{}, false
}
