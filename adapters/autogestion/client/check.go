package client

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"llave/adapters/catalog"
	"llave/flows/backend"
	"llave/flows/backend/contract"
)

// CheckOptions say how far Check may go.
type CheckOptions struct {
	// Credential of a link, from redeem. Without it only the sentences that need none are checked.
	Credential backend.Credential
	// Mint allows to ask for the current token of the link's own affiliate, which may make the day's token.
	Mint bool
}

// Report is the result of a check.
type Report struct {
	Findings []Finding
	// Can is the declaration of the back end; nil if it gave none.
	Can   *backend.Capabilities
	texts *catalog.Texts
}

// Finding is the result of one sentence: it holds, it does not, or it was not run.
type Finding struct {
	Check string // check_<Check> in the catalog is the sentence
	Err   error  // nil: it holds; *contract.NotRun: not run
}

// Passed reports whether all sentences hold that were run.
func (r Report) Passed() bool { return !slices.ContainsFunc(r.Findings, Finding.failed) }

func (f Finding) failed() bool {
	var skipped *contract.NotRun
	return f.Err != nil && !errors.As(f.Err, &skipped)
}

// unexpected is an answer of the API with another status or code than the sentence wants.
type unexpected struct {
	Op     string
	Status int
	Code   string // one of the API's, or empty
}

func (e *unexpected) Error() string { return fmt.Sprintf("%s answered %d %s", e.Op, e.Status, e.Code) }

// Check checks the sentences of package contract, and those about the form of the API, against a service at work. Without
// Mint it makes, replaces and ends nothing at a back end that keeps the contract; at one that does not, it uses
// unknown ids only.
func Check(ctx context.Context, c *Client, o CheckOptions) (Report, error) {
	texts, err := loadTexts()
	if err != nil {
		return Report{}, err
	}
	k := newChecker(c, o)
	r := Report{texts: texts}
	for _, sentence := range k.sentences() {
		f := Finding{Check: sentence.Name, Err: k.run(ctx, sentence)}
		if sentence.Name == "capabilities" {
			k.stop = hopeless(f.Err)
		}
		r.Findings = append(r.Findings, f)
	}
	r.Can = k.declared
	return r, ctx.Err()
}

// checker is the HTTP driver of the contract's sentences.
type checker struct {
	c        *Client // remembers its last exchange
	subject  *contract.Subject
	declared *backend.Capabilities
	stop     error // why nothing more can be run
}

// newChecker assumes that the back end is capable of everything until it has declared what it can do.
func newChecker(c *Client, o CheckOptions) *checker {
	k := &checker{c: c.withKey(c.key)}
	k.c.last = new(exchange)
	k.subject = k.asking(k.c, backend.Capabilities{CurrentWithoutMinting: true, TokenState: true, SignInPages: true, Sheets: true})
	k.subject.Credential, k.subject.Mint = o.Credential, o.Mint
	return k
}

func (k *checker) asking(c *Client, can backend.Capabilities) *contract.Subject {
	return &contract.Subject{Tokens: c, Links: c, Sheets: c, Can: can}
}

// sentences returns all sentences in the order of the report: those about the form of the API stand behind the sentences of
// the contract that they are about.
func (k *checker) sentences() []contract.Sentence {
	api := k.apiSentences()
	list := api[""]
	for _, s := range contract.Sentences {
		list = append(append(list, s), api[s.Name]...)
	}
	return list
}

// run checks a sentence. If a call was not refused as it should be, the error is what the API answered to it.
func (k *checker) run(ctx context.Context, s contract.Sentence) error {
	if why := s.Needs.Missing(k.subject); why != "" {
		return &contract.NotRun{Why: why}
	}
	if k.stop != nil {
		return k.stop
	}
	err := s.Check(ctx, k.subject)
	var wrong *contract.Unexpected
	if errors.As(err, &wrong) {
		return k.c.last.seen()
	}
	return err
}

// seen describes the answer, or why there is none.
func (e exchange) seen() error {
	var none *NoAnswer
	if errors.As(e.err, &none) {
		return &NoAnswer{Op: e.path, Status: none.Status, Why: none.Why, Err: none.Err}
	}
	return e.res.unexpected(e.path)
}

// hopeless: the back end cannot be reached, or does not know the bot's key. Every other sentence would fail with it.
func hopeless(err error) error {
	var none *NoAnswer
	if errors.As(err, &none) && (none.Status == 0 || none.Why == "bot_key") {
		return &contract.NotRun{Why: "hopeless"}
	}
	return nil
}

// unexpected describes an answer. A code that is none of the API's may be anything, and is not repeated.
func (res apiResponse) unexpected(op string) error {
	code, _ := res.refusal()
	if !slices.Contains(apiCodes, code) {
		code = ""
	}
	return &unexpected{Op: op, Status: res.status, Code: code}
}

// apiCodes are the codes of refusals that the bot may get.
var apiCodes = []string{"bot_key", "credential", "provider_key", "no_invite", "wrong_code", "not_in_charge", "key_taken", "malformed", "not_found", "slow_down", "failed"}
