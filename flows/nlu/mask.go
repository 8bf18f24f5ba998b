package nlu

import (
	"regexp"
	"strings"
	"unicode"

	"llave/flows/backend"
)

// passwordMasked stands where a password stood.
const passwordMasked = "···"

// Masked is a text without what must not be kept, and what that was.
type Masked struct {
	Text     string
	CUIL     bool // something shaped like a CUIL
	Password bool // something that the person called a password
}

// Mask takes CUILs out of a text, and what the person called a password. Digits alone are
// never a password: "clave" is also what people call the token.
func (u *Parser) Mask(text string) Masked {
	m := Masked{Text: backend.MaskCUIL(text)}
	m.CUIL = m.Text != text
	for range 5 { // as many as a sentence may hold
		from, to, ok := u.passwordIn(m.Text)
		if !ok {
			break
		}
		m.Text, m.Password = m.Text[:from]+passwordMasked+m.Text[to:], true
	}
	return m
}

// token of a text: a word, or a sign that leads to the password.
type textPart struct {
	from, to int
	text     string // as written
	sound    string
}

var partShape = regexp.MustCompile(`[:=;]|\pL+[/,]|[^\s:=;]+`)

func textParts(text string) (parts []textPart) {
	for _, at := range partShape.FindAllStringIndex(text, -1) {
		raw := text[at[0]:at[1]]
		parts = append(parts, textPart{at[0], at[1], raw, keyOf(raw)})
	}
	return parts
}

// soundOf is a word's sound, a sign as it is.
func keyOf(raw string) string {
	if raw == ":" || raw == "=" {
		return raw
	}
	return phoneticKey(strings.ToLower(strings.TrimFunc(backend.Clean(raw), func(r rune) bool { return !isLetter(r) })))
}

// passwordIn finds the first password in a text.
func (u *Parser) passwordIn(text string) (from, to int, ok bool) {
	parts := textParts(text)
	for i, p := range parts {
		certain := u.namesPassword(p.sound)
		if !certain && !u.secrets.maybe[p.sound] {
			continue
		}
		mine := i > 0 && u.secrets.my[parts[i-1].sound]
		if from, to, ok := u.passwordBehind(text, parts[i+1:], certain, certain || mine); ok {
			return from, to, true
		}
		if from, to, ok := u.passwordBefore(text, parts[:i], certain || mine); ok {
			return from, to, true
		}
	}
	return 0, 0, false
}

// passwordBehind finds the password behind the word for it. Certain says that the word means nothing else, called that it
// can be no token's where it stands.
func (u *Parser) passwordBehind(text string, parts []textPart, certain, called bool) (from, to int, ok bool) {
	led := false
	for i, p := range parts {
		switch {
		case u.secrets.is[p.sound]:
			led = true
			continue
		case led && u.secrets.reason[p.sound]: // "es que", "es para": what it is like or for, and no password
			return 0, 0, false
		case !led && i < 7 && u.leadsTo(parts[:i+1]):
			continue
		}
		if !certain && u.ordinary(p.text) && !strong(p.text) { // "mi clave es Juana Ruiz" asks for her token
			return 0, 0, false
		}
		return u.passwordAt(text, parts[i:], led && called, led || i < 2 && called, led && certain)
	}
	return 0, 0, false
}

// leadsTo says whether the last of the parts may stand between the word for a password and the password.
func (u *Parser) leadsTo(parts []textPart) bool {
	p := parts[len(parts)-1]
	switch {
	case u.secrets.between[p.sound] && !strings.ContainsAny(p.text, ".;,!?"), site(p.text), strings.Trim(p.text, arrows) == "":
		return true
	}
	// "la contraseña de mi marido: …", "la clave de IOMA Digital es …"
	return u.secrets.of[parts[0].sound] && !strong(p.text) && !onlyNumber(p.text) && !strings.ContainsAny(p.text, ".;,!?") && !u.secrets.about[p.sound]
}

// passwordAt takes the password at the first part: any word that is not ordinary if said, a strong one if may. Where second,
// it may also stand behind a number or a name, which is the user's.
func (u *Parser) passwordAt(text string, parts []textPart, said, may, second bool) (from, to int, ok bool) {
	from, to = u.span(text, parts, said)
	core := text[from:to]
	number, known := onlyNumber(core) || numbered(core), u.ordinary(core)
	switch {
	case from == to:
		return 0, 0, false
	case !number && (quoted(text, from, to) && may || may && strong(core) && !site(core) || said && !known):
		return from, to, true
	case !second || !number && !known:
		return 0, 0, false
	}
	for _, p := range parts[1:] {
		if strings.Trim(p.text, arrows) == "" || onlyNumber(p.text) {
			continue
		}
		from, to = u.span(text, []textPart{p}, false)
		return from, to, strong(text[from:to]) && !site(text[from:to])
	}
	return 0, 0, false
}

// passwordBefore finds a password that comes before the word for it: "perro2024 es mi contraseña", "perro2024 como clave".
func (u *Parser) passwordBefore(text string, parts []textPart, called bool) (from, to int, ok bool) {
	n := len(parts)
	switch {
	case called && n > 2 && u.secrets.my[parts[n-1].sound] && u.secrets.is[parts[n-2].sound]:
		n -= 2
	case n > 1 && u.secrets.as[parts[n-1].sound]:
		n--
	default:
		return 0, 0, false
	}
	from, to = u.span(text, parts[n-1:n], false)
	core := text[from:to]
	if from == to || onlyNumber(core) || site(core) || !strong(core) && !quoted(text, from, to) {
		return 0, 0, false
	}
	return from, to, true
}

// span is where the password stands that begins with the first part: in quotation marks, up to the next space, or, if a
// password of several words may follow, as far as the words are nobody's.
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
	to = from + len(word1(rest))
	several = several && !onlyNumber(parts[0].text)
	for i := 1; several && i < len(parts) && !ends(text[parts[i-1].from:parts[i-1].to]); i++ {
		if u.ordinary(parts[i].text) || onlyNumber(parts[i].text) && (i+1 < len(parts) || len(parts[i].text) > 4) || u.secrets.is[parts[i].sound] {
			break
		}
		to = parts[i].to
	}
	core := strings.TrimRight(text[from:to], ".,;!?)\"'»”’*")
	start := len(core) - len(strings.TrimLeft(core, "(\"'«“‘*¿¡"))
	return from + start, from + len(core)
}

// cutRune splits a string behind its first character.
func cutRune(s string) (first, rest string, ok bool) {
	for i := range s {
		if i > 0 {
			return s[:i], s[i:], true
		}
	}
	return s, "", s != ""
}

// word1 is a text up to its first space.
func word1(s string) string {
	if i := strings.IndexFunc(s, unicode.IsSpace); i >= 0 {
		return s[:i]
	}
	return s
}

// ordinary says whether a word is one that people say of passwords, or that we know.
func (u *Parser) ordinary(s string) bool {
	w := keyOf(s)
	_, known := u.ids[w]
	return w == "" || known || u.secrets.about[w] || u.secrets.between[w] || u.secrets.password[w] || u.secrets.maybe[w]
}

// namesPassword says whether a word is one for a password, and for nothing else, with as many as two slips.
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
