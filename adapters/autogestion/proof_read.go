package autogestion

import (
	"crypto/ed25519"
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
// make a sheet authentic. Errors as for VerifySheet.
func readSheet(keys SheetKeys, text string) (SheetProof, error) {
	var refused error
	for _, reading := range proofReadings(text) {
		p, err := VerifySheet(keys, reading)
		if err == nil {
			return p, nil
		}
		var no *NotAuthentic
		if refused == nil || errors.As(err, &no) && !errors.As(refused, &no) {
			refused = err
		}
	}
	return SheetProof{}, refused
}

// proofReadings are the proofs that a text may be meant to be, at least one.
func proofReadings(text string) (readings []string) {
	if len(text) > pastedProofMax {
		return []string{""}
	}
	for _, whole := range unwrapped(text) {
		for _, typed := range backend.Layouts(strings.ToUpper(whole)) {
			if _, body, ok := strings.Cut(typed, proofPrefix); ok {
				typed = proofPrefix + body[:proofBody(body)]
			}
			if !slices.Contains(readings, typed) {
				readings = append(readings, typed)
			}
		}
	}
	return readings
}

// unwrapped are the texts in one line that a text in several lines may have been: a line may have been broken between two
// characters, or at a space, which is gone then.
func unwrapped(text string) []string {
	var lines []string
	for _, line := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
		if line = backend.Clean(line); line != "" {
			lines = append(lines, line)
		}
	}
	if len(lines)-1 > mostWraps {
		return []string{strings.Join(lines, ""), strings.Join(lines, " ")}
	}
	texts := []string{""}
	for i, line := range lines {
		var longer []string
		for _, before := range texts {
			longer = append(longer, before+line)
			if i > 0 {
				longer = append(longer, before+" "+line)
			}
		}
		texts = longer
	}
	return texts
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
	count := int(head[proofHead-1])
	bytes := proofHead + (count*tokenBits+7)/8 + ed25519.SignatureSize
	return min(len(body), len(encode45(make([]byte, bytes))))
}
