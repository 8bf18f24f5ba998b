package proof

import (
	"crypto/ed25519"

	"llave/flows/backend"
)

// Claims are the content of an authentic proof: these tokens were printed. It does not say that they are unused.
type Claims struct {
	Key   string // its ID
	Sheet backend.SheetID
	// Reference stands for the affiliate.
	Reference string
	Month     backend.Month
	// Tokens have their numbers on paper and their digits.
	Tokens []backend.Preprint
}

// NotAuthentic is the error for a proof that no key of the list signed for its month. It holds nothing of the text.
type NotAuthentic struct{ Why string }

func (e *NotAuthentic) Error() string { return "autogestion: not authentic: " + e.Why }

// Unreadable is the error for a text that cannot be read as a proof. It says nothing about the sheet, which may be authentic:
// a scanner or a keyboard may have spoilt the text.
type Unreadable struct{ Why string }

func (e *Unreadable) Error() string { return "autogestion: proof cannot be read: " + e.Why }

// Reasons are all values of NotAuthentic.Why and Unreadable.Why. They are keys of texts.
var Reasons = []string{"foreign", "damaged", "key", "forged", "untimely"}

// Verify returns the claims of a proof that one of the keys signed. A sheet has one text: no other is accepted, not even one
// that differs in a single character. Errors: *Unreadable, *NotAuthentic.
func Verify(keys Keys, text string) (Claims, error) {
	payload, signature, err := Split(text)
	if err != nil {
		return Claims{}, err
	}
	key, ok := keys.find(payload[1 : 1+keyNameLen])
	if !ok {
		return Claims{}, &NotAuthentic{"key"}
	}
	if !ed25519.Verify(key.Public, toSign(payload), signature) {
		return Claims{}, &NotAuthentic{"forged"}
	}
	p, ok := parse(payload)
	if !ok {
		return Claims{}, &NotAuthentic{"damaged"} // signed by another program
	}
	if !key.signs(p.Month) {
		return Claims{}, &NotAuthentic{"untimely"}
	}
	return p.claims(), nil
}

func (p Payload) claims() Claims {
	out := Claims{Key: KeyID(p.Key), Sheet: SheetID(p.Sheet), Reference: FormatReference(p.Reference), Month: p.Month}
	for n, d := range p.Digits {
		out.Tokens = append(out.Tokens, backend.Preprint{Number: p.First + n, Digits: d})
	}
	return out
}
