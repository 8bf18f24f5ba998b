package webchat

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"llave/bot"
)

// span is a piece of text and its kind, so that the page parses nothing.
type span [2]string

// The kinds of spans.
const (
	plainSpan   = ""
	wordSpan    = "b" // words that the person may type: a button says them
	beginSpan   = "f" // words that the person goes on with: a button writes them into the text field
	stressSpan  = "e" // words that an agent stresses
	titleSpan   = "h" // the line above digits: whose they are
	digitsSpan  = "n" // digits of a token
	addressSpan = "a"
	signInSpan  = "l" // the address of the page on which a person signs in
	phoneSpan   = "t"
	numberSpan  = "w" // a number that is read in one piece: an affiliation number, a date, an hour
)

// spansOf divides an entry's text.
func (w *Web) spansOf(e entry) []span {
	if e.Who == byPerson {
		if e.Key != "" {
			return []span{{plainSpan, w.texts.Get(e.Key, nil)}}
		}
		return []span{{plainSpan, e.Text}} // nothing that a person writes is more than text
	}
	text := e.Text
	if e.Key != "" {
		text = strings.TrimSpace(text + "\n\n" + w.texts.Get(e.Key, nil))
	}
	out := []span{} // the page counts on a list
	for _, s := range bot.Spans(text) {
		if s.Typed {
			out = append(out, span{w.typedKind(s.Text, e.From != ""), s.Text})
			continue
		}
		out = append(out, w.highlights.cut(s.Text, e.Kind)...)
	}
	return withTitles(out)
}

// typedKind is the kind of marked words.
func (w *Web) typedKind(words string, byAgent bool) string {
	if byAgent {
		return stressSpan
	}
	for _, end := range strings.Fields(w.texts.Get("goes_on", nil)) {
		if strings.HasSuffix(words, " "+end) {
			return beginSpan
		}
	}
	return wordSpan
}

// highlights finds what is more than plain text.
type highlights struct{ *regexp.Regexp }

// newHighlights knows the telephone of the help desk, in whatever form it is written.
func newHighlights(phone string) highlights {
	phones := []string{`\(0\d{2,4}\) ?\d{4}-\d{4}\b`, `\b0800[ -]\d{3}[ -]\d{4}\b`, `\b\d{3}-\d{3}-\d{4}\b`, `\b(?:911|107|135)\b`}
	if phone != "" {
		phones = append([]string{regexp.QuoteMeta(phone)}, phones...)
	}
	return highlights{regexp.MustCompile(
		`(https?://[^\s<>"]*[^\s<>".,;:!?)»])|\b(\d{3} ?\d{3})\b|(` + strings.Join(phones, "|") + `)|(\b\d[\d.]*(?:[-/:]\d+)+\b)`)}
}

// cut divides a text of a reply. Digits of tokens are only in a Show.
func (h highlights) cut(text string, kind bot.ReplyKind) (out []span) {
	address := addressSpan
	if kind == bot.Secret {
		address = signInSpan
	}
	at := 0
	for _, m := range h.FindAllStringSubmatchIndex(text, -1) {
		found := ""
		for group, is := range []string{address, digitsSpan, phoneSpan, numberSpan} {
			if m[2*group+2] >= 0 {
				found = is
			}
		}
		if found == digitsSpan && kind != bot.Show || found == phoneSpan && partOfNumber(text, m[0], m[1]) {
			continue
		}
		if m[0] > at {
			out = append(out, span{plainSpan, text[at:m[0]]})
		}
		out = append(out, span{found, text[m[0]:m[1]]})
		at = m[1]
	}
	if at < len(text) {
		out = append(out, span{plainSpan, text[at:]})
	}
	return out
}

// partOfNumber reports whether a number goes on before or behind, as 135 does in 135.000.
func partOfNumber(text string, from, to int) bool {
	const between = ".,:/-$"
	before := from > 0 && strings.IndexByte(between, text[from-1]) >= 0
	return before || to+1 < len(text) && strings.IndexByte(between, text[to]) >= 0 && '0' <= text[to+1] && text[to+1] <= '9'
}

// longestTitle is how many characters a line above digits may have: a longer one is a sentence.
const longestTitle = 60

// withTitles makes a title of the line above digits, or of the words before them in their line.
func withTitles(in []span) []span {
	out := make([]span, 0, len(in))
	for i, s := range in {
		if s[0] != plainSpan || i+1 == len(in) || in[i+1][0] != digitsSpan {
			out = append(out, s)
			continue
		}
		line := strings.TrimSuffix(s[1], "\n")
		from := strings.LastIndexByte(line, '\n') + 1
		title := strings.TrimSpace(line[from:])
		if title == "" || utf8.RuneCountInString(title) > longestTitle || from == 0 && i > 0 {
			out = append(out, s)
			continue
		}
		if from > 0 {
			out = append(out, span{plainSpan, s[1][:from]})
		}
		out = append(out, span{titleSpan, s[1][from:]})
	}
	return out
}
