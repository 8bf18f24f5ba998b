package backendtest

import (
	"errors"
	"strings"
	"time"

	"llave/flows/backend"
)

// triesLeft returns how many tries a wrong code leaves. It fails the test at another error.
func (s *suiteTest) triesLeft(err error) int {
	s.Helper()
	var wrong *backend.WrongCode
	if !errors.As(err, &wrong) {
		s.Fatalf("got error %v, want a wrong code", err)
	}
	return wrong.Left
}

// otherCode is well formed and not the code.
func otherCode(code string) string {
	for _, c := range []string{"BCDF-GHJK", "MNPQ-RSTV"} {
		if c != code {
			return c
		}
	}
	return ""
}

var inviteSentences = []sentence{
	{"makes a URL without its id", func(s *suiteTest) {
		i := s.invite("chat")
		if i.ID == "" || i.URL == "" || strings.Contains(i.URL, i.ID) || !i.OpenUntil.After(s.Now()) {
			s.Errorf("invite is %+v", i)
		}
	}},
	{"gives the same invite for the same key", func(s *suiteTest) {
		a, err := s.Links().Invite(s.ctx, invitation("chat", "k"))
		s.must(err)
		s.Advance(time.Minute)
		b, err := s.Links().Invite(s.ctx, invitation("chat", "k"))
		s.must(err)
		if a.ID != b.ID || a.URL != b.URL || !a.OpenUntil.Equal(b.OpenUntil) {
			s.Errorf("first %+v, then %+v", a, b)
		}
		c := s.invite("chat")
		if c.ID == a.ID || c.URL == a.URL {
			s.Error("another key gave the same invite")
		}
	}},
	{"ends an earlier one of the same chat, and no other chat's", func(s *suiteTest) {
		old, other := s.invite("chat"), s.invite("other")
		s.invite("chat")
		if err := s.Open(s.ctx, old.URL); err == nil {
			s.Error("the older invite can still be opened")
		}
		_, err := s.SignIn(s.ctx, old.URL, MariaCUIL, Password)
		if err == nil {
			s.Error("one can still sign in at the older invite")
		}
		_, err = s.Links().Redeem(s.ctx, old.ID, "BCDF-GHJK", s.key())
		s.wantErr(err, backend.ErrNoInvite, "redeem of the older invite")
		s.must(s.Open(s.ctx, other.URL))
	}},
	{"ends an earlier one also after the sign-in", func(s *suiteTest) {
		old := s.invite("chat")
		code, err := s.SignIn(s.ctx, old.URL, MariaCUIL, Password)
		s.must(err)
		s.invite("chat")
		_, err = s.Links().Redeem(s.ctx, old.ID, code, s.key())
		s.wantErr(err, backend.ErrNoInvite, "redeem of the older invite")
	}},
	{"counts the chat's earlier ones that were opened within an hour and led to no link", func(s *suiteTest) {
		opened := func(want int) backend.Invite {
			i := s.invite("chat")
			if i.Opened != want {
				s.Errorf("%d opened, want %d", i.Opened, want)
			}
			return i
		}
		s.must(s.Open(s.ctx, opened(0).URL)) // loading the page does not open the invite
		s.Advance(20 * time.Minute)
		for n := range 3 {
			_, err := s.SignIn(s.ctx, opened(n).URL, MariaCUIL, Password)
			s.must(err)
			s.Advance(time.Minute)
		}
		s.link("chat", JorgeCUIL)
		if i := s.invite("other"); i.Opened != 0 {
			s.Errorf("%d of another chat count", i.Opened)
		}
		opened(3)
		s.Advance(57*time.Minute + time.Second)
		opened(2)
		s.Advance(time.Hour)
		opened(0)
	}},
	{"can be opened until OpenUntil, and not after", func(s *suiteTest) {
		i := s.invite("chat")
		s.Advance(i.OpenUntil.Sub(s.Now()) - time.Second)
		s.must(s.Open(s.ctx, i.URL))
		s.Advance(time.Second)
		if err := s.Open(s.ctx, i.URL); err == nil {
			s.Error("it can be opened at the moment it ends")
		}
	}},
	{"is not changed by loading its page", func(s *suiteTest) {
		i := s.invite("chat")
		for range 50 {
			s.must(s.Open(s.ctx, i.URL))
		}
		_, err := s.SignIn(s.ctx, i.URL, MariaCUIL, Password)
		s.must(err)
	}},
	{"is over when declined", func(s *suiteTest) {
		i := s.invite("chat")
		s.must(s.Decline(s.ctx, i.URL))
		if _, err := s.SignIn(s.ctx, i.URL, MariaCUIL, Password); err == nil {
			s.Error("one can sign in at a declined invite")
		}
		_, err := s.Links().Redeem(s.ctx, i.ID, "BCDF-GHJK", s.key())
		s.wantErr(err, backend.ErrNoInvite, "redeem")
	}},
	{"is over when declined after sign-in", func(s *suiteTest) {
		i := s.invite("chat")
		code, err := s.SignIn(s.ctx, i.URL, MariaCUIL, Password)
		s.must(err)
		s.must(s.Decline(s.ctx, i.URL))
		_, err = s.Links().Redeem(s.ctx, i.ID, code, s.key())
		s.wantErr(err, backend.ErrNoInvite, "redeem")
	}},
	{"takes one sign-in", func(s *suiteTest) {
		i := s.invite("chat")
		code, err := s.SignIn(s.ctx, i.URL, MariaCUIL, Password)
		s.must(err)
		if _, err := s.SignIn(s.ctx, i.URL, JorgeCUIL, Password); err == nil {
			s.Error("a second person signed in")
		}
		g, err := s.Links().Redeem(s.ctx, i.ID, code, s.key())
		s.must(err)
		s.find(g.Group, "María Elena Gómez")
	}},
}

var chatsSentences = []sentence{
	{"lists the account's chats, this one included and marked", func(s *suiteTest) {
		at := s.Now()
		a := s.link("chat-1", MariaCUIL)
		s.Advance(time.Hour)
		s.link("chat-2", MariaCUIL)
		chats, err := s.Links().Chats(s.ctx, a.Credential)
		s.must(err)
		if len(chats) != 2 || chats[0].Chat != "chat-1" || !chats[0].Own || chats[1].Own || !chats[0].Since.Equal(at) || chats[0].Channel != "Telegram" {
			s.Errorf("chats are %+v", chats)
		}
	}},
	{"unlinks its own link at once", func(s *suiteTest) {
		a, b := s.link("chat-1", MariaCUIL), s.link("chat-2", MariaCUIL)
		s.must(s.Links().Unlink(s.ctx, a.Credential, ""))
		_, err := s.Tokens().Group(s.ctx, a.Credential)
		s.wantErr(err, backend.ErrUnlinked, "group")
		_, err = s.Tokens().Current(s.ctx, a.Credential, []backend.MemberID{a.Group.Own})
		s.wantErr(err, backend.ErrUnlinked, "current")
		s.current(b.Credential, b.Group.Own)
	}},
	{"unlinks another link of the account", func(s *suiteTest) {
		a, b := s.link("chat-1", MariaCUIL), s.link("chat-2", MariaCUIL)
		s.must(s.Links().Unlink(s.ctx, b.Credential, b.Others[0].ID))
		_, err := s.Tokens().Group(s.ctx, a.Credential)
		s.wantErr(err, backend.ErrUnlinked, "group")
		s.current(b.Credential, b.Group.Own)
	}},
	{"ends a link that is over without an error, and so with its own bad credential", func(s *suiteTest) {
		a := s.link("chat-1", MariaCUIL)
		s.must(s.Links().Unlink(s.ctx, a.Credential, "no-such-link"))
		s.must(s.Links().Unlink(s.ctx, a.Credential, ""))
		s.must(s.Links().Unlink(s.ctx, a.Credential, ""))
		s.must(s.Links().Unlink(s.ctx, "nobody's", ""))
		s.wantErr(s.Links().Unlink(s.ctx, a.Credential, "some-link"), backend.ErrUnlinked, "unlink of a link by a bad credential")
	}},
	{"cannot unlink another account's chat", func(s *suiteTest) {
		a, b := s.link("chat-1", MariaCUIL), s.link("chat-2", MariaCUIL)
		jorge := s.link("chat-jorge", JorgeCUIL)
		s.must(s.Links().Unlink(s.ctx, jorge.Credential, b.Others[0].ID))
		s.current(a.Credential, a.Group.Own)
	}},
	{"gives no answer by an old key after unlinking", func(s *suiteTest) {
		i := s.invite("chat")
		code, err := s.SignIn(s.ctx, i.URL, MariaCUIL, Password)
		s.must(err)
		g, err := s.Links().Redeem(s.ctx, i.ID, code, "k")
		s.must(err)
		s.must(s.Links().Unlink(s.ctx, g.Credential, ""))
		if _, err := s.Links().Redeem(s.ctx, i.ID, code, "k"); err == nil {
			s.Error("a repeated redeem brought the link back")
		}
	}},
}
