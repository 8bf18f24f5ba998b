package proof

import (
	"errors"
	"slices"
	"strings"

	"llave/flows/backend"
)

// pastedMax bounds a pasted or scanned text, in bytes. maxWraps bounds the line ends that are tried both as nothing and as
// a space.
const (
	pastedMax = 2000
	maxWraps  = 5
)

// Read verifies a text as it was scanned, typed or pasted: in another case, through a keyboard of another layout, wrapped
// into lines, with other text around it. It tries all readings. The signature decides which one was meant, so a tolerant
// reading cannot make a sheet authentic. A reading with an added character may be authentic, but it is never called forged:
// the text may lack another character instead. Errors: as for Verify.
func Read(keys Keys, text string) (Claims, error) {
	var refused error
	for _, r := range readings(text) {
		p, err := Verify(keys, r.text)
		if err == nil {
			return p, nil
		}
		var no *NotAuthentic
		switch forged := errors.As(err, &no); {
		case forged && r.filled:
			err = &Unreadable{"damaged"}
			fallthrough
		case !forged:
			if refused == nil {
				refused = err
			}
		case !errors.As(refused, &no):
			refused = err
		}
	}
	return Claims{}, refused
}

// candidate is one proof that a text may be meant to be. filled: it has a space that the text does not have.
type candidate struct {
	text   string
	filled bool
}

// readings returns the proofs that a text may be meant to be: at least one, each once.
func readings(text string) (readings []candidate) {
	if len(text) > pastedMax {
		return []candidate{{}}
	}
	add := func(r candidate) {
		if i := slices.IndexFunc(readings, func(o candidate) bool { return o.text == r.text }); i >= 0 {
			readings[i].filled = readings[i].filled && r.filled
			return
		}
		readings = append(readings, r)
	}
	for _, whole := range unwrapped(text) {
		for _, typed := range backend.Layouts(strings.ToUpper(whole.text)) {
			for _, r := range bodied(typed) {
				add(candidate{r.text, r.filled || whole.filled})
			}
		}
	}
	return readings
}

// bodied returns the proofs that a line may hold: as it stands, without the spaces typed behind the prefix, and with each
// space as two, which a page shows as one.
func bodied(line string) (proofs []candidate) {
	_, rest, ok := strings.Cut(line, prefix)
	if !ok {
		return []candidate{{text: line}}
	}
	bodies := []candidate{{text: rest}}
	for _, body := range uncollapsed(rest) {
		bodies = append(bodies, candidate{body, true})
	}
	if typed := strings.TrimLeft(rest, " "); typed != rest { // a body may begin with a space
		bodies = append(bodies, candidate{text: typed})
	}
	for _, body := range bodies {
		proofs = append(proofs, candidate{prefix + body.text[:bodyLen(body.text)], body.filled})
	}
	return proofs
}

// maxSpaces bounds the spaces that are tried as two.
const maxSpaces = 12

// uncollapsed returns the bodies that a body may have been before a page made one space of two.
func uncollapsed(body string) (bodies []string) {
	if n := strings.Count(body, " "); n > maxSpaces {
		return nil
	}
	for i := range len(body) {
		if body[i] == ' ' && (i == 0 || body[i-1] != ' ') {
			bodies = append(bodies, body[:i]+" "+body[i:])
		}
	}
	return bodies
}

// unquoted removes the sign that mail programs put before quoted lines.
func unquoted(line string) string {
	for strings.HasPrefix(line, "> ") {
		line = line[2:]
	}
	return line
}

// unwrapped returns the one-line texts that a text in several lines may have been: a line may have been broken between two
// characters, or at a space, which is lost then.
func unwrapped(text string) []candidate {
	var lines []string
	var asWritten strings.Builder // a line may end with a space of the proof
	for _, line := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
		line = unquoted(line)
		asWritten.WriteString(line)
		if line = backend.Clean(line); line != "" {
			lines = append(lines, line)
		}
	}
	whole := candidate{text: backend.Clean(asWritten.String())}
	if len(lines)-1 > maxWraps {
		return []candidate{whole, {text: strings.Join(lines, "")}, {strings.Join(lines, " "), true}}
	}
	texts := []candidate{{}}
	for i, line := range lines {
		var longer []candidate
		for _, before := range texts {
			longer = append(longer, candidate{before.text + line, before.filled})
			if i > 0 {
				longer = append(longer, candidate{before.text + " " + line, true})
			}
		}
		texts = longer
	}
	return append(texts, whole)
}

// bodyLen returns how many characters belong to a proof, by its own head: text that a page or a person puts behind it is
// left out.
func bodyLen(body string) int {
	headText := len(encode45(make([]byte, headLen))) // headLen is even: the head ends with a character
	if len(body) < headText {
		return len(body)
	}
	head, ok := decode45(body[:headText])
	if !ok {
		return len(body)
	}
	return min(len(body), len(encode45(make([]byte, size(int(head[headLen-1]))))))
}
