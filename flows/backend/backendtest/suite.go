package backendtest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"llave/flows/backend"
)

// Fixture is a back end with the demo padrón, and the controls that the suite needs.
type Fixture interface {
	Ports
	Clock
	InvitePages
	Provider
	Padron
}

// Ports are what the suite checks.
type Ports interface {
	Tokens() backend.Tokens
	Links() backend.Links
	Sheets() backend.Sheets
}

// Clock is the clock of the back end.
type Clock interface {
	Now() time.Time
	Advance(d time.Duration)
}

// InvitePages are a person's acts on the pages of an invite.
type InvitePages interface {
	// Open loads the page of an invite, like a person or a link preview.
	Open(ctx context.Context, url string) error
	// SignIn goes on with an invite in a new browser, signs in there and returns the code on the page.
	SignIn(ctx context.Context, url, cuil, password string) (code string, err error)
	// Decline declines an invite on its page.
	Decline(ctx context.Context, url string) error
}

// Provider validates tokens at a counter. Reason is empty if the token was accepted.
type Provider interface {
	Validate(ctx context.Context, number, digits string) (backend.Reason, error)
}

// Padron changes the padrón.
type Padron interface {
	// SetStanding changes the standing of a person.
	SetStanding(ctx context.Context, name, standing string) error
	// Remove removes a person from the group of a holder.
	Remove(ctx context.Context, holderCUIL, name string) error
}

// The people of the demo padrón.
const (
	MariaCUIL  = "27-99999001-6"
	CarlosCUIL = "20-99999003-8"
	JorgeCUIL  = "20-99999021-6"
	Password   = "llave-demo"
)

// Suite checks a back end. open makes a new one for each sentence.
func Suite(t *testing.T, open func(t *testing.T) Fixture) {
	t.Run("Contract", func(t *testing.T) { contractSentences(t, open) })
	for _, part := range []struct {
		name  string
		tests []sentence
	}{
		{"Group", groupSentences},
		{"Current", currentSentences},
		{"Another", anotherSentences},
		{"State", stateSentences},
		{"Sheets", sheetSentences},
		{"Known", knownSentences},
		{"Months", monthSentences},
		{"Void", voidSentences},
		{"Invite", inviteSentences},
		{"Redeem", redeemSentences},
		{"Chats", chatsSentences},
		{"Attacks", attackSentences},
	} {
		t.Run(part.name, func(t *testing.T) {
			for _, c := range part.tests {
				t.Run(c.text, func(t *testing.T) {
					t.Parallel()
					c.run(&suiteTest{T: t, Fixture: open(t), ctx: t.Context()})
				})
			}
		})
	}
}

// sentence is a sentence of the contract, and its test.
type sentence struct {
	text string
	run  func(s *suiteTest)
}

// suiteTest is the run of one sentence.
type suiteTest struct {
	*testing.T
	Fixture
	ctx context.Context
	n   int
}

// key returns a key that was never used.
func (s *suiteTest) key() string {
	s.n++
	return fmt.Sprintf("key-%d", s.n)
}

// must fails the test at an error that is not its subject.
func (s *suiteTest) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *suiteTest) wantErr(err, want error, doing string) {
	s.Helper()
	if !errors.Is(err, want) {
		s.Errorf("%s: got error %v, want %v", doing, err, want)
	}
}

// invite asks for an invite for a chat.
func (s *suiteTest) invite(chat string) backend.Invite {
	s.Helper()
	i, err := s.Links().Invite(s.ctx, invitation(chat, s.key()))
	s.must(err)
	return i
}

func invitation(chat, key string) backend.Invitation {
	return backend.Invitation{Chat: chat, Channel: "Telegram", Label: "···1234", Sender: "Mari", Key: key}
}

// link links a chat with an account, from the invite to the code.
func (s *suiteTest) link(chat, cuil string) backend.Grant {
	s.Helper()
	i := s.invite(chat)
	code, err := s.SignIn(s.ctx, i.URL, cuil, Password)
	s.must(err)
	g, err := s.Links().Redeem(s.ctx, i.ID, code, s.key())
	s.must(err)
	return g
}

// maria links a chat with María's account.
func (s *suiteTest) maria() backend.Grant { s.Helper(); return s.link("chat-maria", MariaCUIL) }

// find returns a member by name.
func (s *suiteTest) find(g backend.Group, name string) backend.Member {
	s.Helper()
	for _, m := range g.Members {
		if m.Name == name {
			return m
		}
	}
	s.Fatalf("nobody called %s in the group", name)
	return backend.Member{}
}

// current returns the live token of one member.
func (s *suiteTest) current(c backend.Credential, m backend.MemberID) backend.Token {
	s.Helper()
	g, err := s.Tokens().Current(s.ctx, c, []backend.MemberID{m})
	s.must(err)
	if len(g.Tokens) != 1 {
		s.Fatalf("current gave %d tokens and %+v", len(g.Tokens), g.Denials)
	}
	return g.Tokens[0]
}

func (s *suiteTest) another(c backend.Credential, m backend.MemberID, key string) backend.Token {
	s.Helper()
	g, err := s.Tokens().Another(s.ctx, c, m, key)
	s.must(err)
	if len(g.Tokens) != 1 {
		s.Fatalf("another gave %d tokens and %+v", len(g.Tokens), g.Denials)
	}
	return g.Tokens[0]
}

// renew is another after a time in which every back end allows it: no person needs a new token 20 times a day.
func (s *suiteTest) renew(c backend.Credential, m backend.MemberID) backend.Token {
	s.Helper()
	s.Advance(73 * time.Minute)
	return s.another(c, m, s.key())
}

// wantVerdict validates digits at a provider.
func (s *suiteTest) wantVerdict(number, digits string, want backend.Reason) {
	s.Helper()
	got, err := s.Validate(s.ctx, number, digits)
	s.must(err)
	if got != want {
		s.Errorf("validation: got %q, want %q", got, want)
	}
}

func same(a, b backend.Token) bool {
	return a.Member == b.Member && a.Digits == b.Digits && a.Made.Equal(b.Made) && a.Until.Equal(b.Until)
}

// wrongDigits returns six digits other than those of a token.
func wrongDigits(of string) string {
	b := []byte(of)
	b[5] = '0' + (b[5]-'0'+1)%10
	return string(b)
}

// atOnce asks n times concurrently, and wants the same one token in all answers.
func (s *suiteTest) atOnce(n int, ask func() (backend.Given, error)) {
	s.Helper()
	var mu sync.Mutex
	digits := map[string]bool{}
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			got, err := ask()
			mu.Lock()
			defer mu.Unlock()
			if err != nil || len(got.Tokens) != 1 {
				s.Errorf("got %+v, %v", got, err)
				return
			}
			digits[got.Tokens[0].Digits] = true
		})
	}
	wg.Wait()
	if len(digits) != 1 {
		s.Errorf("%d asked at once made %d tokens", n, len(digits))
	}
}
