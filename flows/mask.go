package flows

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"llave/bot"
	"llave/flows/backend"
)

// passwordMasked stands where a password stood.
const passwordMasked = "···"

// secrets are the words by which a password is recognised in a text.
type secrets struct{ password, maybe, between, is, my, about map[string]bool }

func loadSecrets() (*secrets, error) {
	text, err := wordFiles.ReadFile("words/secrets.txt")
	if err != nil {
		return nil, err
	}
	s := &secrets{}
	lists := map[string]*map[string]bool{"password": &s.password, "maybe": &s.maybe, "between": &s.between, "is": &s.is, "my": &s.my, "about": &s.about}
	for n, line := range strings.Split(string(text), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		name, words, _ := strings.Cut(line, ": ")
		list := lists[name]
		if list == nil || *list != nil {
			return nil, fmt.Errorf("words/secrets.txt:%d: %q is no list, or is there already", n+1, name)
		}
		*list = map[string]bool{}
		for _, w := range strings.Split(words, " | ") {
			(*list)[soundOf(w)] = true
		}
	}
	for name, list := range lists {
		if *list == nil {
			return nil, fmt.Errorf("words/secrets.txt: no list %q", name)
		}
	}
	return s, nil
}

// Mask implements [bot.Masker]: it takes CUILs out of a text, and what the person called a password. Digits alone are
// never a password: "clave" is also what people call the token.
func (sc *Script) Mask(text string) bot.Masked {
	m := bot.Masked{Text: backend.MaskCUIL(text)}
	m.CUIL = m.Text != text
	for range 5 { // as many as a sentence may hold
		from, to, ok := sc.passwordIn(m.Text)
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

var partShape = regexp.MustCompile(`[:=]|[^\s:=]+`)

func textParts(text string) (parts []textPart) {
	for _, at := range partShape.FindAllStringIndex(text, -1) {
		raw := text[at[0]:at[1]]
		parts = append(parts, textPart{at[0], at[1], raw, soundOf(raw)})
	}
	return parts
}

// soundOf is a word's sound, a sign as it is.
func soundOf(raw string) string {
	if raw == ":" || raw == "=" {
		return raw
	}
	return sound(strings.ToLower(strings.TrimFunc(backend.Clean(raw), func(r rune) bool { return !isLetter(r) })))
}

// passwordIn finds the first password in a text.
func (sc *Script) passwordIn(text string) (from, to int, ok bool) {
	parts := textParts(text)
	for i, p := range parts {
		certain := sc.secrets.password[p.sound]
		if !certain && !sc.secrets.maybe[p.sound] {
			continue
		}
		mine := i > 0 && sc.secrets.my[parts[i-1].sound]
		if from, to, ok := sc.passwordBehind(text, parts[i+1:], certain || mine); ok {
			return from, to, true
		}
		if from, to, ok := sc.passwordBefore(text, parts[:i], certain || mine); ok {
			return from, to, true
		}
	}
	return 0, 0, false
}

// passwordBehind finds the password behind the word for it. Called says that the word can be no token's.
func (sc *Script) passwordBehind(text string, parts []textPart, called bool) (from, to int, ok bool) {
	led := false
	for i, p := range parts {
		switch {
		case sc.secrets.is[p.sound]:
			led = true
			continue
		case !led && i < 7 && sc.secrets.between[p.sound] && !strings.ContainsAny(p.text, ".;,!?"):
			continue
		}
		from, to := sc.span(text, parts[i:], led && called)
		core := text[from:to]
		switch {
		case from == to || onlyNumber(core):
			return 0, 0, false
		case quoted(text, from, to) && led, strong(core) && (led || i < 2 && called), led && called && !sc.ordinary(core):
			return from, to, true
		}
		return 0, 0, false
	}
	return 0, 0, false
}

// passwordBefore finds a password that comes before the word for it: "perro2024 es mi contraseña".
func (sc *Script) passwordBefore(text string, parts []textPart, called bool) (from, to int, ok bool) {
	n := len(parts)
	if !called || n < 3 || !sc.secrets.my[parts[n-1].sound] || !sc.secrets.is[parts[n-2].sound] {
		return 0, 0, false
	}
	from, to = sc.span(text, parts[n-3:n-2], false)
	if from == to || onlyNumber(text[from:to]) || !strong(text[from:to]) && !quoted(text, from, to) {
		return 0, 0, false
	}
	return from, to, true
}

// span is where the password stands that begins with the first part: in quotation marks, up to the next space, or, if a
// password of several words may follow, as far as the words are nobody's.
func (sc *Script) span(text string, parts []textPart, several bool) (from, to int) {
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
	for i := 1; several && i < len(parts) && !ends(text[parts[i-1].from:parts[i-1].to]); i++ {
		if sc.ordinary(parts[i].text) || onlyNumber(parts[i].text) || sc.secrets.is[parts[i].sound] {
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

func ends(word string) bool { return strings.ContainsAny(word[len(word)-1:], ".,;!?") }

func quoted(text string, from, to int) bool {
	return from > 0 && to < len(text) && strings.ContainsRune(`"'«“‘`, lastRune(text[:from]))
}

func lastRune(s string) (last rune) {
	for _, r := range s[max(0, len(s)-4):] {
		last = r
	}
	return last
}

// aroundNumbers may stand in a number. A clean text has an o or an a for an ordinal sign.
const aroundNumbers = " .,-/()+#:oa"

// onlyNumber says whether a text is a number with what stands between its digits: a token, a document, a date, a phone,
// the number of an affiliate, a sheet or a case. It is never a password.
func onlyNumber(s string) bool {
	return !strings.ContainsFunc(backend.Clean(s), func(r rune) bool {
		return !unicode.IsDigit(r) && !strings.ContainsRune(aroundNumbers, r)
	})
}

// strong says whether a word looks like a password and like no word: letters with digits or signs between them.
func strong(s string) bool {
	s = backend.Clean(s)
	inner := strings.TrimFunc(s, func(r rune) bool { return !isLetter(r) })
	if strings.Contains(s, "://") || !strings.ContainsFunc(s, unicode.IsLetter) {
		return false
	}
	return strings.ContainsFunc(inner, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.Is(unicode.M, r) }) || strings.ContainsAny(s, "!#$%&@^~+")
}

// ordinary says whether a word is one that people say of passwords, or that we know.
func (sc *Script) ordinary(s string) bool {
	w := soundOf(s)
	_, known := sc.words.ids[w]
	return w == "" || known || sc.secrets.about[w] || sc.secrets.between[w] || sc.secrets.password[w] || sc.secrets.maybe[w]
}

// withoutPassword is a masked text without what was said of the password: what is left is the rest of the sentence.
func (sc *Script) withoutPassword(text string) string {
	for {
		parts := textParts(text)
		at := -1
		for i, p := range parts {
			if strings.Contains(p.text, passwordMasked) {
				at = i
				break
			}
		}
		if at < 0 {
			return strings.TrimSpace(text)
		}
		from, to := at, at
		for i := at - 1; i >= max(0, at-9) && from == at; i-- {
			if sc.called(parts[i]) {
				from = i
			}
		}
		for i := at + 1; i < min(len(parts), at+4) && from == at && to == at; i++ {
			if sc.called(parts[i]) {
				to = i
			}
		}
		if from > 0 && from < at && sc.secrets.my[parts[from-1].sound] {
			from--
		}
		text = text[:parts[from].from] + " " + text[parts[to].to:]
	}
}

func (sc *Script) called(p textPart) bool {
	return sc.secrets.password[p.sound] || sc.secrets.maybe[p.sound]
}

// setPasswordAside takes what was said of a password out of what is to be understood.
func (t *talk) setPasswordAside() {
	if t.in.Password && t.in.Result == nil {
		t.in.Text = t.withoutPassword(t.in.Text)
	}
}

// warnOfPassword says below the answer that a password was taken out. An answer that is still awaited says it when it
// comes, and so does what is said until then.
func (t *talk) warnOfPassword() {
	if !t.in.Password {
		return
	}
	note := "\n\n" + t.text("menu.password", nil)
	if t.d.Interim != nil {
		t.d.Interim.Text += note
	}
	if n := len(t.d.Replies); n > 0 && t.d.Effect == nil {
		t.d.Replies[n-1].Text += note
	}
}

// heardPassword answers a text that was a password and nothing else.
func (t *talk) heardPassword() {
	t.offer(bot.Say, "menu.password_only", nil, choices("token", "safe")...)
}
