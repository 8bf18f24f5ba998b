package autogestion

import (
	"strings"
	"time"
)

// Refused is what a form says no to, in a way that a person can mend. Why is the key of its text.
type Refused struct {
	Why string
	// Field is the form's field it is about, if it is about one.
	Field string
	// Wait is how long to wait, if waiting is what helps.
	Wait time.Duration
}

func (e *Refused) Error() string { return "autogestion: refused: " + e.Why }

// Faults are all the fields of a form that are wrong, so that a person mends them in one go.
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
