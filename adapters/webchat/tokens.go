package webchat

import (
	"regexp"
	"slices"
	"strings"

	"llave/bot"
)

// pageToken is one token of an entry, for the page to show alone, to share, or to keep for the day.
type pageToken struct {
	Title  string   `json:"title,omitempty"` // whose it is
	Digits string   `json:"digits"`
	Notes  []string `json:"notes,omitempty"` // the number of affiliation, and until when it is valid
}

// maxNotes is how many lines below the digits belong to a token.
const maxNotes = 4

var tokenDigits = regexp.MustCompile(`\b\d{3} ?\d{3}\b`)

// tokensOf returns the tokens that an entry shows, in the order of the text. The digits that may be copied are tokens;
// others, as those of a sheet, are not.
func tokensOf(e entry) []pageToken {
	copies := e.Copies
	if e.Copy != "" {
		copies = []string{e.Copy}
	}
	if e.Kind != bot.Show || len(copies) == 0 {
		return nil
	}
	var plain strings.Builder
	for _, s := range bot.Spans(e.Text) {
		plain.WriteString(s.Text)
	}
	text := plain.String()
	places := slices.DeleteFunc(tokenDigits.FindAllStringIndex(text, -1), func(m []int) bool {
		return !slices.Contains(copies, strings.ReplaceAll(text[m[0]:m[1]], " ", ""))
	})
	var out []pageToken
	inRows := true // name and digits share a line; the validity of all stands once, below the last
	for i, m := range places {
		title, own := titleBefore(text, m[0])
		end := len(text)
		if i+1 < len(places) {
			end = titleStart(text, places[i+1][0])
		}
		inRows = inRows && own
		out = append(out, pageToken{Title: title, Digits: text[m[0]:m[1]], Notes: notesAfter(text[m[1]:end])})
	}
	if inRows {
		shareNotes(out)
	}
	return out
}

// titleStart is where the line begins that says whose the digits are.
func titleStart(text string, digits int) int {
	start := strings.LastIndexByte(text[:digits], '\n') + 1
	if start > 0 && strings.TrimSpace(text[start:digits]) == "" {
		start = strings.LastIndexByte(text[:start-1], '\n') + 1
	}
	return start
}

// titleBefore is whose the digits are, and whether it stands in their own line.
func titleBefore(text string, digits int) (title string, inLine bool) {
	start := titleStart(text, digits)
	title = strings.TrimRight(text[start:digits], " :\n")
	return title, title != "" && !strings.Contains(text[start:digits], "\n")
}

// notesAfter are the lines below the digits, up to an empty one.
func notesAfter(text string) (notes []string) {
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" && n > 0 || len(notes) == maxNotes {
			return notes
		}
		if line != "" {
			notes = append(notes, line)
		}
	}
	return notes
}

// shareNotes gives all tokens what stands below the last one for all of them.
func shareNotes(list []pageToken) {
	if len(list) < 2 {
		return
	}
	last := list[len(list)-1].Notes
	own := len(list[0].Notes)
	for i := range list[:len(list)-1] {
		if own < len(last) {
			list[i].Notes = append(list[i].Notes, last[own:]...)
		}
	}
}
