package nlu

import (
	"regexp"
	"strings"
	"unicode"

	"llave/flows/backend"
)

// passwordMasked replaces a password.
const passwordMasked = "···"

// Masked is a text without what must not be stored, and what was removed.
type Masked struct {
	Text     string
	CUIL     bool // something shaped like a CUIL
	Password bool // a word that the person called a password
}

// Mask removes CUILs and passwords from a text. Digits alone are never a password: "clave" is also a word for the token.
func (u *Parser) Mask(text string) Masked {
	m := Masked{Text: backend.MaskCUIL(text)}
	m.CUIL = m.Text != text
	if strings.IndexFunc(m.Text, endsPart) < 0 {
		return m // one word, as most texts are: a password takes two
	}
	for range 5 { // as many as a sentence may hold
		from, to, ok := u.findPassword(m.Text)
		if !ok {
			break
		}
		m.Text, m.Password = m.Text[:from]+passwordMasked+m.Text[to:], true
	}
	return m
}

// textPart is a word of a text, or a sign before a password.
type textPart struct {
	from, to int
	text     string // as written
	key      string
}

var partShape = regexp.MustCompile(`[:=;]|\pL+[/,]|[^\s:=;]+`)

func textParts(text string) (parts []textPart) {
	for _, at := range partShape.FindAllStringIndex(text, -1) {
		raw := text[at[0]:at[1]]
		parts = append(parts, textPart{at[0], at[1], raw, partKey(raw)})
	}
	return parts
}

// endsPart reports whether a part ends at a character.
func endsPart(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(":=;/,", r) }

// partKey is the phonetic key of a word; a sign is its own.
func partKey(raw string) string {
	if raw == ":" || raw == "=" {
		return raw
	}
	return phoneticKey(strings.ToLower(strings.TrimFunc(backend.Clean(raw), func(r rune) bool { return !isLetter(r) })))
}

// findPassword finds the first password in a text.
func (u *Parser) findPassword(text string) (from, to int, ok bool) {
	parts := textParts(text)
	for i, p := range parts {
		certain := u.namesPassword(p.key)
		if !certain && !u.secrets.maybe[p.key] {
			continue
		}
		mine := i > 0 && u.secrets.my[parts[i-1].key]
		if from, to, ok := u.passwordAfter(text, parts[i+1:], certain, certain || mine); ok {
			return from, to, true
		}
		if from, to, ok := u.passwordBefore(text, parts[:i], certain || mine); ok {
			return from, to, true
		}
	}
	return 0, 0, false
}

// passwordAfter finds the password after the word for it. Certain says that the word means nothing else; called, that it
// cannot mean a token here.
func (u *Parser) passwordAfter(text string, parts []textPart, certain, called bool) (from, to int, ok bool) {
	led := false
	for i, p := range parts {
		switch {
		case u.secrets.is[p.key]:
			led = true
			continue
		case led && u.secrets.reason[p.key]: // "es que", "es para": a reason, and no password
			return 0, 0, false
		case !led && i < 7 && u.leadsTo(parts[:i+1]):
			continue
		}
		if !certain && u.isOrdinary(p.text) && !looksLikePassword(p.text) { // "mi clave es Juana Ruiz" asks for her token
			return 0, 0, false
		}
		return u.passwordAt(text, parts[i:], led && called, led || i < 2 && called, led && certain)
	}
	return 0, 0, false
}

// leadsTo reports whether the last of the parts may stand between the word for a password and the password.
func (u *Parser) leadsTo(parts []textPart) bool {
	p := parts[len(parts)-1]
	switch {
	case u.secrets.between[p.key] && !strings.ContainsAny(p.text, ".;,!?"), isSite(p.text), strings.Trim(p.text, arrows) == "":
		return true
	}
	// "la contraseña de mi marido: …", "la clave de IOMA Digital es …"
	return u.secrets.of[parts[0].key] && !looksLikePassword(p.text) && !isOneNumber(p.text) && !strings.ContainsAny(p.text, ".;,!?") && !u.secrets.about[p.key]
}

// passwordAt takes the password at the first part: any word that is not ordinary if said, one that looks like a password if
// may. With second, it may also follow a number or a name, which is the user's.
func (u *Parser) passwordAt(text string, parts []textPart, said, may, second bool) (from, to int, ok bool) {
	from, to = u.span(text, parts, said)
	core := text[from:to]
	number, known := isOneNumber(core) || isNumbered(core), u.isOrdinary(core)
	switch {
	case from == to:
		return 0, 0, false
	case !number && (isQuoted(text, from, to) && may || may && looksLikePassword(core) && !isSite(core) || said && !known):
		return from, to, true
	case !second || !number && !known:
		return 0, 0, false
	}
	for _, p := range parts[1:] {
		if strings.Trim(p.text, arrows) == "" || isOneNumber(p.text) {
			continue
		}
		from, to = u.span(text, []textPart{p}, false)
		return from, to, looksLikePassword(text[from:to]) && !isSite(text[from:to])
	}
	return 0, 0, false
}

// passwordBefore finds a password before the word for it: "perro2024 es mi contraseña", "perro2024 como clave".
func (u *Parser) passwordBefore(text string, parts []textPart, called bool) (from, to int, ok bool) {
	n := len(parts)
	switch {
	case called && n > 2 && u.secrets.my[parts[n-1].key] && u.secrets.is[parts[n-2].key]:
		n -= 2
	case n > 1 && u.secrets.as[parts[n-1].key]:
		n--
	default:
		return 0, 0, false
	}
	from, to = u.span(text, parts[n-1:n], false)
	core := text[from:to]
	if from == to || isOneNumber(core) || isSite(core) || !looksLikePassword(core) && !isQuoted(text, from, to) {
		return 0, 0, false
	}
	return from, to, true
}

// span returns where the password stands that begins with the first part: up to the quotation mark that closes, or to the next
// space, or, with several, as far as the words are unknown.
func (u *Parser) span(text string, parts []textPart, several bool) (from, to int) {
	from = parts[0].from
	rest := text[from:]
	for _, q := range []string{`""`, "''", "«»", "“”", "‘’", "``", "**"} {
		open, shut, _ := cutRune(q)
		if inner, ok := strings.CutPrefix(rest, open); ok {
			if end := strings.Index(inner, shut); end > 0 && !strings.Contains(inner[:end], "\n") {
				return from + len(open), from + len(open) + end
			}
		}
	}
	to = from + len(firstWord(rest))
	several = several && !isOneNumber(parts[0].text)
	for i := 1; several && i < len(parts) && !endsClause(text[parts[i-1].from:parts[i-1].to]); i++ {
		if u.isOrdinary(parts[i].text) || isOneNumber(parts[i].text) && (i+1 < len(parts) || len(parts[i].text) > 4) || u.secrets.is[parts[i].key] {
			break
		}
		to = parts[i].to
	}
	core := strings.TrimRight(text[from:to], ".,;!?)\"'»”’*")
	start := len(core) - len(strings.TrimLeft(core, "(\"'«“‘*¿¡"))
	return from + start, from + len(core)
}

// cutRune splits a string after its first character.
func cutRune(s string) (first, rest string, ok bool) {
	for i := range s {
		if i > 0 {
			return s[:i], s[i:], true
		}
	}
	return s, "", s != ""
}

// firstWord is a text up to its first space.
func firstWord(s string) string {
	if i := strings.IndexFunc(s, unicode.IsSpace); i >= 0 {
		return s[:i]
	}
	return s
}

// isOrdinary reports whether a word is known, or is often said about passwords.
func (u *Parser) isOrdinary(s string) bool {
	w := partKey(s)
	_, known := u.ids[w]
	return w == "" || known || u.secrets.about[w] || u.secrets.between[w] || u.secrets.password[w] || u.secrets.maybe[w]
}

// namesPassword reports whether a word means a password and nothing else. Up to two letters of it may be wrong.
func (u *Parser) namesPassword(w string) bool {
	if u.secrets.password[w] {
		return true
	}
	if _, known := u.ids[w]; known || u.secrets.maybe[w] || len(w) < 6 {
		return false
	}
	for p := range u.secrets.password {
		if n := editDistance(w, p); len(p) >= 7 && (n == 1 || n == 2 && len(w) >= 8) {
			return true
		}
	}
	return false
}
