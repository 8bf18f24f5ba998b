// Package contract holds the sentences of the back end's contract that any back end can be asked, also one at work that
// belongs to others: checking them ends and replaces nothing, and makes nothing without leave.
//
// Two drivers run the list. Package backendtest runs it as tests, against a back end of its own, and adds the sentences for
// which it has to move the clock, use tokens or change the padrón. The check of the HTTP client runs it against an insurer's
// service, prints what it saw, and adds the sentences about the form of the API. A sentence says in Needs what it cannot be
// checked without; each driver skips a sentence for which it lacks something.
//
// Reading order: contract.go, sentences.go, sheets.go. This package does not import testing: it is part of the program.
package contract

import (
	"context"
	"fmt"

	"llave/flows/backend"
)

// Sentence is a sentence of the contract and its check.
type Sentence struct {
	// Name is the key of the sentence's text, and the name of its test.
	Name  string
	Needs Needs
	// Check fails with *Broken, *Unexpected, *NotRun, or the error of a call that the sentence needs.
	Check func(context.Context, *Subject) error
}

// Needs are what a sentence cannot be checked without.
type Needs struct {
	Link  bool // a credential
	Group bool // the group of the link's account, which the sentence "group" finds out
	Mint  bool // leave to make the day's token
	// The back end must be capable of:
	Pages, State, Current, Sheets bool
}

// Subject is a back end under check, and the link through which it is asked.
type Subject struct {
	Tokens backend.Tokens
	Links  backend.Links
	Sheets backend.Sheets
	Can    backend.Capabilities

	Credential backend.Credential // of a link; empty: there is none
	Group      backend.Group      // of its account; empty until the sentence "group" holds
	Mint       bool               // the check may make the current token of the account's own affiliate
}

// Missing returns the key of the first thing that a subject lacks, "" if there is none.
func (n Needs) Missing(s *Subject) string {
	for _, need := range []struct {
		lacks bool
		why   string
	}{
		{n.Pages && !s.Can.SignInPages, "pages"},
		{n.State && !s.Can.TokenState, "state"},
		{n.Current && !s.Can.CurrentWithoutMinting, "current"},
		{n.Sheets && !s.Can.Sheets, "sheets"},
		{n.Link && s.Credential == "", "link"},
		{n.Group && s.Group.Own == "", "group"},
		{n.Mint && !s.Mint, "mint"},
	} {
		if need.lacks {
			return need.why
		}
	}
	return ""
}

// NotRun: the sentence could not be checked. Why is the key of the reason.
type NotRun struct{ Why string }

func (e *NotRun) Error() string { return "not run: " + e.Why }

// Broken: the sentence does not hold. What is the key of what was seen instead. It holds nothing of the answer.
type Broken struct{ What string }

func (e *Broken) Error() string { return e.What }

// Unexpected: a call that must be refused was accepted, or refused in another way.
type Unexpected struct {
	Call      string
	Want, Got error
}

func (e *Unexpected) Error() string {
	return fmt.Sprintf("%s: got error %v, want %v", e.Call, e.Got, e.Want)
}

func (e *Unexpected) Unwrap() error { return e.Got }
