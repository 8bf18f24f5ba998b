package nlu

import (
	"slices"
	"strings"

	"llave/flows/backend"
)

// This file finds the member whom a text names by a relation to somebody else: "la abuela de los chicos", "el hermano de Juana".

// inLaws are the kinships to the account's own affiliate that a kinship to one of their relatives may be.
var inLaws = map[[2]string][]string{
	{"abuela", "hijos"}: {"madre", "suegra"}, {"abuelo", "hijos"}: {"padre", "suegro"},
	{"abuela", "hijo"}: {"madre", "suegra"}, {"abuelo", "hijo"}: {"padre", "suegro"},
	{"abuela", "hija"}: {"madre", "suegra"}, {"abuelo", "hija"}: {"padre", "suegro"},
	{"padre", "hijos"}: {"conyuge"}, {"madre", "hijos"}: {"conyuge"}, {"padre", "hijo"}: {"conyuge"}, {"madre", "hijo"}: {"conyuge"},
	{"padre", "hija"}: {"conyuge"}, {"madre", "hija"}: {"conyuge"},
	{"hermana", "hijo"}: {"hija"}, {"hermano", "hijo"}: {"hijo"}, {"hermana", "hija"}: {"hija"}, {"hermano", "hija"}: {"hijo"},
	{"hijo", "hijo"}: {"nieto"}, {"hija", "hijo"}: {"nieta"}, {"hijo", "hija"}: {"nieto"}, {"hija", "hija"}: {"nieta"},
	{"madre", "conyuge"}: {"suegra"}, {"padre", "conyuge"}: {"suegro"}, {"suegra", "conyuge"}: {"madre"}, {"suegro", "conyuge"}: {"padre"},
	{"madre", "madre"}: {"abuela"}, {"madre", "padre"}: {"abuela"}, {"padre", "madre"}: {"abuelo"}, {"padre", "padre"}: {"abuelo"},
	{"hija", "conyuge"}: {"hija"}, {"hijo", "conyuge"}: {"hijo"},
}

// relativeOf returns the one member who has a relation to another person; not ok if it is not certain. Only the account's own affiliate
// is understood so.
func (u *Parser) relativeOf(r *Relative, s Speaker) (id backend.MemberID, ok bool) {
	if r == nil || s.Self != s.Own {
		return "", false
	}
	kin, but := u.kinOf(r.Of, s)
	if r.Of.Kind == RefName && !strings.HasPrefix(r.Kin, "herman") && !strings.HasPrefix(r.Kin, "abuel") && !strings.HasPrefix(r.Kin, "suegr") && r.Kin != "padre" && r.Kin != "madre" {
		return "", false // "la hija de Juana" may be somebody else
	}
	ids, open, _ := s.Related(inLaws[[2]string{r.Kin, kin}])
	ids = without(ids, but)
	if len(ids) != 1 || len(without(open, but)) > 0 {
		return "", false
	}
	p, _ := s.Member(ids[0])
	if (kin == "hijos" || kin == "hijo" || kin == "hija") && inLaws[[2]string{r.Kin, kin}][0] == "conyuge" && (r.Kin == "madre") != isFeminine(p) {
		return "", false // "la madre de los chicos" is the speaker
	}
	return ids[0], true
}

// kinOf returns the kinship of a person to the account's own affiliate, and the member if it is certain who it is.
func (u *Parser) kinOf(r Ref, s Speaker) (kin string, who []backend.MemberID) {
	ids, _ := u.membersOf(r, s)
	if r.Kind == RefKin {
		kin = r.Words[0]
		if kin == "hijas" {
			kin = "hijos"
		}
		if len(ids) > 1 {
			ids = nil
		}
		return kin, ids
	}
	if len(ids) != 1 {
		return "", nil
	}
	p, _ := s.Member(ids[0])
	return stripAccents(strings.ToLower(p.Kinship)), ids
}

// masculine and feminine are the kinships that say of which sex a person is.
var (
	masculine = []string{"hijo", "padre", "nieto", "hermano", "suegro", "abuelo"}
	feminine  = []string{"hija", "madre", "nieta", "hermana", "suegra", "abuela"}
)

// isFeminine reports whether a member is a woman, by the kinship or the first name.
func isFeminine(p backend.Member) bool {
	kin := stripAccents(strings.ToLower(p.Kinship))
	first, _, _ := strings.Cut(p.Name, " ")
	return slices.Contains(feminine, kin) || !slices.Contains(masculine, kin) && strings.HasSuffix(stripAccents(strings.ToLower(first)), "a")
}

// isMasculine reports whether a member is a man, by the kinship or the first name.
func isMasculine(p backend.Member) bool {
	kin := stripAccents(strings.ToLower(p.Kinship))
	first, _, _ := strings.Cut(p.Name, " ")
	first = strings.TrimSuffix(stripAccents(strings.ToLower(first)), "s") // Carlos
	return slices.Contains(masculine, kin) || !slices.Contains(feminine, kin) && strings.HasSuffix(first, "o")
}

// chooseByPronoun takes the one of several people whom a pronoun means: "Juana y Tomás están acá, el token de él".
func (u *Parser) chooseByPronoun(m *ParsedText, s Speaker) {
	var fit []Ref
	for _, who := range groupByPerson(m.among) {
		if who[0].weak && !u.isMember(who[0], s.Group) {
			continue
		}
		ids, _ := u.resolvePerson(who, s)
		if len(ids) != 1 {
			if kin := who[0]; kin.Kind == RefKin && (m.him && strings.HasSuffix(kin.Words[0], "a") || !m.him && strings.HasSuffix(kin.Words[0], "o")) {
				continue // "mi hermano fue con Juana, el token de ella"
			}
			return
		}
		p, _ := s.Member(ids[0])
		if m.him && isFeminine(p) || !m.him && isMasculine(p) {
			continue
		}
		if fit != nil {
			return
		}
		fit = who
	}
	if fit != nil {
		m.Refs = fit
	}
}

// isOtherSex reports whether the person who was taken by a pronoun is not of its sex.
func (u *Parser) isOtherSex(m *ParsedText, s Speaker) bool {
	if !m.takenHer && !m.takenHim || len(m.Refs) == 0 {
		return false
	}
	ids, _ := u.resolvePerson(m.Refs, s)
	if len(ids) != 1 {
		return false
	}
	p, _ := s.Member(ids[0])
	return m.takenHim && isFeminine(p) || m.takenHer && isMasculine(p)
}
