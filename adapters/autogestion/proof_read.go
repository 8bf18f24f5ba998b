package autogestion

import (
	"errors"
	"slices"
	"strings"

	"llave/flows/backend"
)

// pastedProofMax bounds what is looked at of a pasted or scanned text, in bytes; mostWraps how many line ends are tried
// both as nothing and as a space.
const (
	pastedProofMax = 2000
	mostWraps      = 5
)

// Unreadable is why a text cannot be read as a proof: one word, proof_<Why> in the catalog. It says nothing of whether the
// sheet is authentic: a scanner or a keyboard may have spoilt it.
type Unreadable struct{ Why string }

func (e *Unreadable) Error() string { return "autogestion: proof cannot be read: " + e.Why }

// readSheet verifies a text as it was scanned, typed or pasted: in another case, through a keyboard of another layout,
// wrapped into lines, with something around it. The signature decides which reading was meant, so reading loosely cannot
// make a sheet authentic. A reading with a character added can be authentic, but it is never called forged: the text may
// lack another character instead. Errors as for VerifySheet.
func readSheet(keys SheetKeys, text string) (SheetProof, error) {
	var refused error
	for _, r := range proofReadings(text) {
		p, err := VerifySheet(keys, r.text)
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
	return SheetProof{}, refused
}

// proofReading is one proof that a text may be meant to be. filled says that it has a space that the text does not have.
type proofReading struct {
	text   string
	filled bool
}

// proofReadings are the proofs that a text may be meant to be, at least one, each once.
func proofReadings(text string) (readings []proofReading) {
	if len(text) > pastedProofMax {
		return []proofReading{{}}
	}
	add := func(r proofReading) {
		if i := slices.IndexFunc(readings, func(o proofReading) bool { return o.text == r.text }); i >= 0 {
			readings[i].filled = readings[i].filled && r.filled
			return
		}
		readings = append(readings, r)
	}
	for _, whole := range unwrapped(text) {
		for _, typed := range backend.Layouts(strings.ToUpper(whole.text)) {
			for _, r := range bodied(typed) {
				add(proofReading{r.text, r.filled || whole.filled})
			}
		}
	}
	return readings
}

// bodied are the proofs that a line may hold: as it stands, without spaces that somebody typed behind the prefix, and with
// each space as two, which a page shows as one.
func bodied(line string) (proofs []proofReading) {
	_, rest, ok := strings.Cut(line, proofPrefix)
	if !ok {
		return []proofReading{{text: line}}
	}
	bodies := []proofReading{{text: rest}}
	for _, body := range uncollapsed(rest) {
		bodies = append(bodies, proofReading{body, true})
	}
	if typed := strings.TrimLeft(rest, " "); typed != rest { // a body may begin with a space
		bodies = append(bodies, proofReading{text: typed})
	}
	for _, body := range bodies {
		proofs = append(proofs, proofReading{proofPrefix + body.text[:proofBody(body.text)], body.filled})
	}
	return proofs
}

// mostSpaces is how many spaces are tried as two.
const mostSpaces = 12

// uncollapsed are the bodies that a body may have been before a page made one space of two.
func uncollapsed(body string) (bodies []string) {
	if n := strings.Count(body, " "); n > mostSpaces {
		return nil
	}
	for i := range len(body) {
		if body[i] == ' ' && (i == 0 || body[i-1] != ' ') {
			bodies = append(bodies, body[:i]+" "+body[i:])
		}
	}
	return bodies
}

// unquoted is a line without the sign that mail programs put before what they quote.
func unquoted(line string) string {
	for strings.HasPrefix(line, "> ") {
		line = line[2:]
	}
	return line
}

// unwrapped are the texts in one line that a text in several lines may have been: a line may have been broken between two
// characters, or at a space, which is gone then.
func unwrapped(text string) []proofReading {
	var lines []string
	var asWritten strings.Builder // a line may end with a space of the proof
	for _, line := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
		line = unquoted(line)
		asWritten.WriteString(line)
		if line = backend.Clean(line); line != "" {
			lines = append(lines, line)
		}
	}
	whole := proofReading{text: backend.Clean(asWritten.String())}
	if len(lines)-1 > mostWraps {
		return []proofReading{whole, {text: strings.Join(lines, "")}, {strings.Join(lines, " "), true}}
	}
	texts := []proofReading{{}}
	for i, line := range lines {
		var longer []proofReading
		for _, before := range texts {
			longer = append(longer, proofReading{before.text + line, before.filled})
			if i > 0 {
				longer = append(longer, proofReading{before.text + " " + line, true})
			}
		}
		texts = longer
	}
	return append(texts, whole)
}

// proofBody is how many characters of a proof belong to it, as far as its own head says: what a page or a person puts
// behind it is left out.
func proofBody(body string) int {
	headLen := len(encode45(make([]byte, proofHead))) // proofHead is even: the head ends with a character
	if len(body) < headLen {
		return len(body)
	}
	head, ok := decode45(body[:headLen])
	if !ok {
		return len(body)
	}
	return min(len(body), len(encode45(make([]byte, proofSize(int(head[proofHead-1]))))))
}
