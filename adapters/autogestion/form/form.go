// Package form holds the forms of the pages: what a person types, and the faults of that by itself. It knows no data base: a
// form without faults may still be refused.
//
// Reading order: form.go (how a form is refused), signin.go, registration.go, office.go, reset.go, change.go, password.go.
package form

import (
	"strings"
	"time"
)

// Refused is a refusal that the person can do something about. Why is the key of its text.
type Refused struct {
	Why string
	// Field is the field that the refusal is about, if it is about one.
	Field string
	// Wait is how long to wait, if that helps.
	Wait time.Duration
	// Proof is the level of the proof of work that the next try needs.
	Proof int
}

func (e *Refused) Error() string { return "autogestion: refused: " + e.Why }

// Faults are all faults of a form, so that a person mends them in one go.
type Faults []Refused

func (f Faults) Error() string {
	why := make([]string, len(f))
	for i := range f {
		why[i] = f[i].Why
	}
	return "autogestion: refused: " + strings.Join(why, ", ")
}

func (f *Faults) add(field, why string) {
	if why != "" {
		*f = append(*f, Refused{Why: why, Field: field})
	}
}

func (f *Faults) check(field, why string, ok bool) {
	if !ok {
		f.add(field, why)
	}
}
