package contract

import (
	"context"
	"errors"
	"slices"

	"llave/flows/backend"
)

// UnknownID is an id that no member, link, sheet, chat and invite has. It is also an unknown credential and key.
const UnknownID = "llave-check-nobody"

// Sentences are in the order of the report: those that need nothing, those that need a link, those that may make a token.
// The sentence "group" comes before those that need the group.
var Sentences = []Sentence{
	{"credential_wrong", Needs{}, func(ctx context.Context, s *Subject) error { return s.unlinked(ctx, UnknownID) }},
	{"credential_none", Needs{}, func(ctx context.Context, s *Subject) error { return s.unlinked(ctx, "") }},
	{"invite_unknown", Needs{Pages: true}, inviteUnknown},

	{"group", Needs{Link: true}, groupTwice},
	{"links", Needs{Link: true}, links},
	{"current_nobody", Needs{Link: true}, currentNobody},
	{"current_stranger", Needs{Link: true}, currentStranger},
	{"another_stranger", Needs{Link: true}, anotherStranger},
	{"state", Needs{Link: true, Group: true, State: true}, checkState},
	{"state_stranger", Needs{Link: true, State: true}, stateStranger},
	{"sheets", Needs{Link: true, Group: true, Sheets: true}, sheetsTwice},
	{"sheets_months", Needs{Link: true, Sheets: true}, sheetsMonths},
	{"sheets_stranger", Needs{Link: true, Sheets: true}, sheetsStranger},
	{"print_stranger", Needs{Link: true, Sheets: true}, printStranger},
	{"void_stranger", Needs{Link: true, Sheets: true}, voidStranger},
	{"sheets_inactive", Needs{Link: true, Group: true, Sheets: true}, sheetsInactive},

	{"current", Needs{Link: true, Group: true, Mint: true}, current},
	{"current_twice", Needs{Link: true, Group: true, Mint: true, Current: true}, currentTwice},
	{"current_state", Needs{Link: true, Group: true, Mint: true, Current: true, State: true}, currentState},
	{"current_inactive", Needs{Link: true, Group: true, Mint: true}, currentInactive},
}

// Refused makes every call that speaks for a person, in a form that gets nothing even if it is accepted, and wants it
// refused with this error.
func (s *Subject) Refused(ctx context.Context, c backend.Credential, want error) error {
	for _, call := range s.calls(ctx, c) {
		if got := call.err(); !errors.Is(got, want) {
			return &Unexpected{call.name, want, got}
		}
	}
	return nil
}

type call struct {
	name string
	err  func() error
}

// calls are all that the back end is capable of.
func (s *Subject) calls(ctx context.Context, c backend.Credential) []call {
	list := []call{
		{"group", func() error { _, err := s.Tokens.Group(ctx, c); return err }},
		{"current", func() error { _, err := s.Tokens.Current(ctx, c, []backend.MemberID{UnknownID}); return err }},
		{"another", func() error { _, err := s.Tokens.Another(ctx, c, UnknownID, UnknownID); return err }},
		{"chats", func() error { _, err := s.Links.Chats(ctx, c); return err }},
		{"unlink", func() error { return s.Links.Unlink(ctx, c, UnknownID) }},
	}
	if s.Can.TokenState {
		list = append(list, call{"state", func() error { _, err := s.Tokens.State(ctx, c, UnknownID); return err }})
	}
	if s.Can.Sheets {
		list = append(list, s.sheetCalls(ctx, c)...)
	}
	return list
}

func (s *Subject) unlinked(ctx context.Context, c backend.Credential) error {
	return s.Refused(ctx, c, backend.ErrUnlinked)
}

func inviteUnknown(ctx context.Context, s *Subject) error {
	_, err := s.Links.Redeem(ctx, UnknownID, "BCDF-GHJK", UnknownID)
	if !errors.Is(err, backend.ErrNoInvite) {
		return &Unexpected{"redeem", backend.ErrNoInvite, err}
	}
	return nil
}

func groupTwice(ctx context.Context, s *Subject) error {
	a, err := s.Tokens.Group(ctx, s.Credential)
	if err != nil {
		return err
	}
	b, err := s.Tokens.Group(ctx, s.Credential)
	if err != nil {
		return err
	}
	if !sameGroup(a, b) {
		return &Broken{"group_changes"}
	}
	s.Group = a
	return nil
}

func sameGroup(a, b backend.Group) bool { return a.Own == b.Own && slices.Equal(a.Members, b.Members) }

func links(ctx context.Context, s *Subject) error {
	_, err := s.Links.Chats(ctx, s.Credential)
	return err
}

func currentNobody(ctx context.Context, s *Subject) error {
	g, err := s.Tokens.Current(ctx, s.Credential, nil)
	switch {
	case err != nil:
		return err
	case len(g.Tokens)+len(g.Denials) > 0:
		return &Broken{"tokens_unasked"}
	case s.Group.Own != "" && !sameGroup(g.Group, s.Group):
		return &Broken{"group_changes"}
	}
	return nil
}

func currentStranger(ctx context.Context, s *Subject) error {
	return denied(s.Tokens.Current(ctx, s.Credential, []backend.MemberID{UnknownID}))
}

func anotherStranger(ctx context.Context, s *Subject) error {
	return denied(s.Tokens.Another(ctx, s.Credential, UnknownID, UnknownID))
}

func denied(g backend.Given, err error) error {
	if err != nil {
		return err
	}
	if len(g.Denials) != 1 || g.Denials[0].Reason != backend.NotInCharge {
		return &Broken{"not_denied"}
	}
	return nil
}

func checkState(ctx context.Context, s *Subject) error {
	_, err := s.Tokens.State(ctx, s.Credential, s.Group.Own)
	return err
}

func stateStranger(ctx context.Context, s *Subject) error {
	_, err := s.Tokens.State(ctx, s.Credential, UnknownID)
	switch {
	case errors.Is(err, backend.ErrNotInCharge):
		return nil
	case err == nil:
		return &Broken{"not_denied"}
	}
	return err
}

// current: each member is answered, in the order asked for.
func current(ctx context.Context, s *Subject) error {
	g, err := s.Tokens.Current(ctx, s.Credential, []backend.MemberID{UnknownID, s.Group.Own})
	if err != nil {
		return err
	}
	if len(g.Denials) == 0 || g.Denials[0] != (backend.Denial{Member: UnknownID, Reason: backend.NotInCharge}) {
		return &Broken{"not_denied"}
	}
	return nil
}

// own returns the current token of the account's own affiliate.
func (s *Subject) own(ctx context.Context) (backend.Token, error) {
	g, err := s.Tokens.Current(ctx, s.Credential, []backend.MemberID{s.Group.Own})
	if err != nil {
		return backend.Token{}, err
	}
	if len(g.Tokens) == 0 {
		return backend.Token{}, &NotRun{"inactive"}
	}
	return g.Tokens[0], nil
}

func currentTwice(ctx context.Context, s *Subject) error {
	a, err := s.own(ctx)
	if err != nil {
		return err
	}
	b, err := s.own(ctx)
	if err != nil {
		return err
	}
	if a.Digits != b.Digits || !a.Made.Equal(b.Made) || !a.Until.Equal(b.Until) {
		return &Broken{"current_changes"}
	}
	return nil
}

func currentState(ctx context.Context, s *Subject) error {
	t, err := s.own(ctx)
	if err != nil {
		return err
	}
	st, err := s.Tokens.State(ctx, s.Credential, s.Group.Own)
	if err != nil {
		return err
	}
	if !st.Exists || !st.Made.Equal(t.Made) || !st.Until.Equal(t.Until) || !st.UsedAt.IsZero() {
		return &Broken{"state_differs"}
	}
	return nil
}

// currentInactive: only the standing [backend.Active] gives tokens.
func currentInactive(ctx context.Context, s *Subject) error {
	members := s.inactive()
	if len(members) == 0 {
		return &NotRun{"all_active"}
	}
	g, err := s.Tokens.Current(ctx, s.Credential, members)
	if err != nil {
		return err
	}
	if len(g.Tokens) > 0 || slices.ContainsFunc(g.Denials, func(d backend.Denial) bool { return d.Reason != backend.NotActive }) {
		return &Broken{"inactive_given"}
	}
	return nil
}

// inactive returns the members whose standing gives no tokens.
func (s *Subject) inactive() (out []backend.MemberID) {
	for _, m := range s.Group.Members {
		if !backend.IsActive(m.Standing) {
			out = append(out, m.ID)
		}
	}
	return out
}
