package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"llave/adapters/autogestion"
	"llave/flows/backend"
)

// recordedBackend is the back end with faults and a record of the calls to it.
type recordedBackend struct {
	*autogestion.Service
	mu      sync.Mutex
	mode    string        // up, down (does not act), lost (acts, its answer is lost), late (acts and answers when up again)
	again   chan struct{} // closed when a late one goes on
	calls   map[string]int
	retried map[string]bool
	tokens  map[string]map[string]bool
	names   map[backend.MemberID]string
	paper   map[string]string // digits by "name number"
	mints   bool              // asking for the current token makes a new one
}

func (b *recordedBackend) set(mode string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.mode = mode
	if b.again != nil {
		close(b.again)
		b.again = nil
	}
	if strings.HasSuffix(mode, "late") {
		b.again = make(chan struct{})
	}
}

var errFault = errors.New("fault")

// withFault makes a call, as the mode says.
func withFault[T any](ctx context.Context, b *recordedBackend, f func() (T, error)) (T, error) {
	var zero T
	b.mu.Lock()
	mode, again := b.mode, b.again
	b.mu.Unlock()
	if _, tokens := any(zero).(backend.Given); mode == "tokens-late" && tokens {
		mode = "late"
	}
	switch mode {
	case "down":
		return zero, errFault
	case "late":
		v, err := f()
		select {
		case <-again:
			return v, err
		case <-ctx.Done():
			return zero, ctx.Err()
		}
	case "lost":
		f()
		return zero, errFault
	}
	return f()
}

func (b *recordedBackend) record(op string, g backend.Given) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, k := range g.Tokens {
		p := slices.IndexFunc(g.Group.Members, func(m backend.Member) bool { return m.ID == k.Member })
		key := op + " " + g.Group.Members[p].Name
		if b.mode != "up" && b.mode != "" {
			b.retried[key] = true // how often an effect is tried again is left to chance
		} else {
			b.calls[key]++
		}
		if b.tokens[key] == nil {
			b.tokens[key] = map[string]bool{}
		}
		b.tokens[key][k.Digits] = true
	}
}

// summary is the calls that gave tokens.
func (b *recordedBackend) summary() string {
	var out strings.Builder
	for _, k := range slices.Sorted(maps.Keys(b.tokens)) {
		again := ""
		if b.retried[k] {
			again = " and some tries"
		}
		fmt.Fprintf(&out, "%s: calls %d%s, tokens %d\n", k, b.calls[k], again, len(b.tokens[k]))
	}
	return out.String()
}

func (b *recordedBackend) Group(ctx context.Context, c backend.Credential) (backend.Group, error) {
	return withFault(ctx, b, func() (backend.Group, error) { return b.Service.Group(ctx, c) })
}

func (b *recordedBackend) Current(ctx context.Context, c backend.Credential, m []backend.MemberID) (backend.Given, error) {
	return withFault(ctx, b, func() (backend.Given, error) {
		g, err := b.current(ctx, c, m)
		b.record("Current", g)
		return g, err
	})
}

func (b *recordedBackend) Another(ctx context.Context, c backend.Credential, m backend.MemberID, key string) (backend.Given, error) {
	return withFault(ctx, b, func() (backend.Given, error) {
		g, err := b.Service.Another(ctx, c, m, key)
		b.record("Another", g)
		return g, err
	})
}

func (b *recordedBackend) State(ctx context.Context, c backend.Credential, m backend.MemberID) (backend.TokenState, error) {
	return withFault(ctx, b, func() (backend.TokenState, error) { return b.Service.State(ctx, c, m) })
}

func (b *recordedBackend) Invite(ctx context.Context, in backend.Invitation) (backend.Invite, error) {
	return withFault(ctx, b, func() (backend.Invite, error) { return b.Service.Invite(ctx, in) })
}

func (b *recordedBackend) Redeem(ctx context.Context, invite, code, key string) (backend.Grant, error) {
	return withFault(ctx, b, func() (backend.Grant, error) { return b.Service.Redeem(ctx, invite, code, key) })
}

func (b *recordedBackend) Chats(ctx context.Context, c backend.Credential) ([]backend.LinkedChat, error) {
	return withFault(ctx, b, func() ([]backend.LinkedChat, error) { return b.Service.Chats(ctx, c) })
}

func (b *recordedBackend) Unlink(ctx context.Context, c backend.Credential, link string) error {
	_, err := withFault(ctx, b, func() (struct{}, error) { return struct{}{}, b.Service.Unlink(ctx, c, link) })
	return err
}

func (b *recordedBackend) MyData(ctx context.Context, c backend.Credential) (backend.Held, error) {
	return withFault(ctx, b, func() (backend.Held, error) { return b.Service.MyData(ctx, c) })
}

func (b *recordedBackend) SignInCode(ctx context.Context, c backend.Credential) (backend.SignInCode, error) {
	return withFault(ctx, b, func() (backend.SignInCode, error) { return b.Service.SignInCode(ctx, c) })
}

func (b *recordedBackend) Disown(ctx context.Context, c backend.Credential, chat string) (backend.Disowned, error) {
	return withFault(ctx, b, func() (backend.Disowned, error) { return b.Service.Disown(ctx, c, chat) })
}

func (b *recordedBackend) Sheets(ctx context.Context, c backend.Credential, m backend.MemberID) (backend.Preprints, error) {
	return withFault(ctx, b, func() (backend.Preprints, error) { return b.Service.Sheets(ctx, c, m) })
}

func (b *recordedBackend) Print(ctx context.Context, c backend.Credential, o backend.SheetOrder, key string) (backend.Preprints, error) {
	return withFault(ctx, b, func() (backend.Preprints, error) {
		p, err := b.Service.Print(ctx, c, o, key)
		for _, s := range p.Sheets {
			g := backend.Given{Group: p.Group}
			for _, k := range s.Tokens {
				g.Tokens = append(g.Tokens, backend.Token{Member: s.Member, Digits: k.Digits})
			}
			b.recordSheet(g, s)
		}
		return p, err
	})
}

func (b *recordedBackend) Void(ctx context.Context, c backend.Credential, s backend.SheetID, numbers []int) (backend.Preprints, error) {
	return withFault(ctx, b, func() (backend.Preprints, error) { return b.Service.Void(ctx, c, s, numbers) })
}

// recordSheet counts a sheet as one call, and remembers what is on it.
func (b *recordedBackend) recordSheet(g backend.Given, s backend.Sheet) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := slices.IndexFunc(g.Group.Members, func(m backend.Member) bool { return m.ID == s.Member })
	name := g.Group.Members[p].Name
	key := "Print " + name + " " + string(s.Month)
	if b.mode != "up" && b.mode != "" {
		b.retried[key] = true
	} else {
		b.calls[key]++
	}
	if b.tokens[key] == nil {
		b.tokens[key] = map[string]bool{}
	}
	for _, k := range s.Tokens {
		b.tokens[key][k.Digits] = true
		b.paper[fmt.Sprint(name, " ", k.Number)] = k.Digits
	}
}

// onPaper are the digits of a person's token of that number, on the sheet that was made last.
func (b *recordedBackend) onPaper(name string, n int) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.paper[fmt.Sprint(name, " ", n)]
}

// current is the back end's, or that of a back end which cannot read the live token without ending it.
func (b *recordedBackend) current(ctx context.Context, c backend.Credential, members []backend.MemberID) (backend.Given, error) {
	if !b.mints {
		return b.Service.Current(ctx, c, members)
	}
	var out backend.Given
	for _, m := range members {
		g, err := b.Service.Another(ctx, c, m, rand.Text())
		if err != nil {
			return out, err
		}
		out.Group, out.Tokens, out.Denials = g.Group, append(out.Tokens, g.Tokens...), append(out.Denials, g.Denials...)
	}
	return out, nil
}

// allCapabilities are those of a back end that lacks none.
var allCapabilities = backend.Capabilities{CurrentWithoutMinting: true, Keys: true, TokenState: true, Void: true, Sheets: true, Months: true, SignInPages: true, Account: true}

// capabilitiesWithout are those of a back end that lacks the named ones.
func capabilitiesWithout(names string) backend.Capabilities {
	c := allCapabilities
	for _, n := range strings.Fields(names) {
		switch n {
		case "reading":
			c.CurrentWithoutMinting = false
		case "keys":
			c.Keys = false
		case "state":
			c.TokenState = false
		case "sheets":
			c.Sheets = false
		case "void":
			c.Void = false
		case "months":
			c.Months = false
		case "pages":
			c.SignInPages = false
		case "account":
			c.Account = false
		default:
			panic("no capability " + n)
		}
	}
	return c
}
