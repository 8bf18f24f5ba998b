package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"llave/adapters/autogestion/catalog"
	"llave/adapters/autogestion/wire"
	"llave/flows/backend"
)

// CheckOptions says how far Check may go.
type CheckOptions struct {
	// Credential of a link, from redeem. Without it only what needs none is checked.
	Credential backend.Credential
	// Mint allows to ask for the current token of the link's own affiliate, which may make the day's.
	Mint bool
}

// CheckReport is what Check found.
type Report struct {
	Findings []Finding
	// Can is what the back end declares; nil if it did not.
	Can   *backend.Capabilities
	texts *catalog.Texts
}

// Finding is one check: passed, failed, or not run.
type Finding struct {
	Check string // check_<Check> in the catalog says what is expected
	Err   error  // nil: passed; *notRun: not run
}

// Passed says whether all that was run passed.
func (r Report) Passed() bool {
	for _, f := range r.Findings {
		if f.failed() {
			return false
		}
	}
	return true
}

func (f Finding) failed() bool {
	var skipped *notRun
	return f.Err != nil && !errors.As(f.Err, &skipped)
}

// notRun is why a check was not run: skip_<why> in the catalog.
type notRun struct{ why string }

func (e *notRun) Error() string { return "not run: " + e.why }

// unexpected is an answer that is not the one that stands in the contract.
type unexpected struct {
	Op     string
	Status int
	Code   string // of those that the API has
}

func (e *unexpected) Error() string { return fmt.Sprintf("%s answered %d %s", e.Op, e.Status, e.Code) }

// broken is a sentence of the contract that does not hold: saw_<what> in the catalog.
type broken struct{ what string }

func (e *broken) Error() string { return e.what }

// Check holds a back end to those sentences of backendtest, and of the API's document, that can be asked of a service
// that is at work: without -mint nothing of it makes, replaces or ends anything at a back end that keeps the contract,
// and nobody's id is used at one that may not. The suite itself, with its clock and its hands, is for a test bench.
func Check(ctx context.Context, c *Client, o CheckOptions) (Report, error) {
	texts, err := loadTexts()
	if err != nil {
		return Report{}, err
	}
	k := &checker{ctx: ctx, c: c, who: o.Credential, mint: o.Mint}
	r := Report{texts: texts}
	for _, check := range checks() {
		f := Finding{Check: check.name, Err: k.mayRun(check)}
		if f.Err == nil {
			f.Err = check.run(k)
		}
		if check.name == "capabilities" {
			k.stop = hopeless(f.Err)
		}
		r.Findings = append(r.Findings, f)
	}
	r.Can = k.can
	return r, ctx.Err()
}

// hopeless: nobody is there, or does not know us. All else would fail with it, and say nothing new.
func hopeless(err error) error {
	var none *NoAnswer
	if errors.As(err, &none) && (none.Status == 0 || none.Why == "bot_key") {
		return &notRun{"hopeless"}
	}
	return nil
}

// checker is what the checks know of each other.
type checker struct {
	ctx   context.Context
	c     *Client
	who   backend.Credential
	mint  bool
	can   *backend.Capabilities
	group backend.Group
	stop  error
}

// check is a sentence of the contract.
type check struct {
	name  string
	needs needs
	run   func(*checker) error
}

// needs are what a check cannot do without.
type needs struct {
	link, group, mint, pages, state, current, sheets bool
}

func (k *checker) mayRun(c check) error {
	can := backend.Capabilities{CurrentWithoutMinting: true, TokenState: true, SignInPages: true, Sheets: true}
	if k.can != nil {
		can = *k.can
	}
	n := c.needs
	for _, r := range []struct {
		missing bool
		why     string
	}{
		{n.pages && !can.SignInPages, "pages"},
		{n.state && !can.TokenState, "state"},
		{n.current && !can.CurrentWithoutMinting, "current"},
		{n.sheets && !can.Sheets, "sheets"},
		{n.link && k.who == "", "link"},
		{n.group && k.group.Own == "", "group"},
		{n.mint && !k.mint, "mint"},
	} {
		if r.missing {
			return &notRun{r.why}
		}
	}
	return k.stop
}

// nobody is an id that nobody has.
const nobody = "llave-check-nobody"

// calls are those that speak for a person, in a form that gets nothing anywhere: nobody has the id.
func (k *checker) calls(who backend.Credential) []request {
	personal := []request{
		{op: "group", method: http.MethodGet, path: "group", credential: who, personal: true},
		{op: "tokens/current", method: http.MethodPost, path: "tokens/current", credential: who, personal: true, body: wire.CurrentBody{Members: []backend.MemberID{nobody}}},
		{op: "tokens/another", method: http.MethodPost, path: "tokens/another", credential: who, personal: true, body: wire.AnotherBody{Member: nobody, Key: nobody}},
		{op: "links", method: http.MethodGet, path: "links", credential: who, personal: true},
		{op: "links/unlink", method: http.MethodPost, path: "links/unlink", credential: who, personal: true, body: wire.UnlinkBody{Link: nobody}},
	}
	if k.mayRun(check{needs: needs{state: true}}) == nil {
		personal = append(personal, request{op: "tokens/state", method: http.MethodGet, path: "tokens/state", query: map[string][]string{"member": {nobody}}, credential: who, personal: true})
	}
	if k.mayRun(check{needs: needs{sheets: true}}) == nil {
		personal = append(personal, sheetCalls(who)...)
	}
	return personal
}

// chatless are those that speak for nobody yet.
func (k *checker) chatless() []request {
	calls := []request{{op: "capabilities", method: http.MethodGet, path: "capabilities"}}
	if k.mayRun(check{needs: needs{pages: true}}) == nil {
		calls = append(calls, request{op: "redeem", method: http.MethodPost, path: "redeem", body: wire.RedeemBody{Invite: nobody, Code: "BCDF-GHJK", Key: nobody}},
			request{op: "invites", method: http.MethodPost, path: "invites", body: backend.Invitation{Chat: nobody, Channel: "Llave", Label: nobody, Sender: nobody, Key: nobody}})
	}
	return calls
}

// refused makes each call and wants this refusal of it.
func (k *checker) refused(c *Client, calls []request, status int, code string) error {
	for _, r := range calls {
		res, err := c.send(k.ctx, r)
		if err != nil {
			return err
		}
		if got, _ := res.refusal(); res.status != status || got != code {
			return res.unexpected(r.op)
		}
	}
	return nil
}

// unexpected tells what came. A code that is none of the API's may be anything, and is not repeated.
func (res response) unexpected(op string) error {
	code, _ := res.refusal()
	if !knownCode(code) {
		code = ""
	}
	return &unexpected{Op: op, Status: res.status, Code: code}
}

func knownCode(code string) bool {
	switch code {
	case "bot_key", "credential", "provider_key", "no_invite", "wrong_code", "not_in_charge", "key_taken", "malformed", "not_found", "failed":
		return true
	}
	return false
}
