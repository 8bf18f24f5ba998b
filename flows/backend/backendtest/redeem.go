package backendtest

import (
	"strings"
	"sync"
	"time"

	"llave/flows/backend"
)

var redeemSentences = []sentence{
	{"makes the link with the code from the page", func(s *suiteTest) {
		g := s.maria()
		if g.Credential == "" || len(g.Group.Members) != 6 || len(g.Others) != 0 {
			s.Errorf("grant is %+v", g.Group)
		}
		s.current(g.Credential, g.Group.Own)
	}},
	{"takes the code in any case, with any spaces and dashes", func(s *suiteTest) {
		for n, write := range []func(string) string{
			strings.ToLower,
			func(c string) string { return strings.ReplaceAll(c, "-", "") },
			func(c string) string { return " " + strings.Join(strings.Split(c, ""), " ") + "\n" },
			func(c string) string { return strings.ReplaceAll(c, "-", " – ") },
		} {
			i := s.invite("chat-" + string(rune('a'+n)))
			code, err := s.SignIn(s.ctx, i.URL, MariaCUIL, Password)
			s.must(err)
			if _, err := s.Links().Redeem(s.ctx, i.ID, write(code), s.key()); err != nil {
				s.Errorf("%q was refused: %v", write("BCDF-GHJK"), err)
			}
		}
	}},
	{"gives the same answer for the same key", func(s *suiteTest) {
		i := s.invite("chat")
		code, err := s.SignIn(s.ctx, i.URL, MariaCUIL, Password)
		s.must(err)
		a, err := s.Links().Redeem(s.ctx, i.ID, code, "k")
		s.must(err)
		s.Advance(23 * time.Hour)
		b, err := s.Links().Redeem(s.ctx, i.ID, code, "k")
		s.must(err)
		if a.Credential != b.Credential {
			s.Error("the same key gave another credential")
		}
		chats, err := s.Links().Chats(s.ctx, a.Credential)
		s.must(err)
		if len(chats) != 1 {
			s.Errorf("one key made %d links", len(chats))
		}
	}},
	{"makes one link, when 16 redeem with one key at once", func(s *suiteTest) {
		i := s.invite("chat")
		code, err := s.SignIn(s.ctx, i.URL, MariaCUIL, Password)
		s.must(err)
		var mu sync.Mutex
		got := map[backend.Credential]bool{}
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				g, err := s.Links().Redeem(s.ctx, i.ID, code, "k")
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					s.Error(err)
				}
				got[g.Credential] = true
			})
		}
		wg.Wait()
		if len(got) != 1 {
			s.Errorf("%d credentials", len(got))
		}
	}},
	{"works once: with another key there is no such invite", func(s *suiteTest) {
		i := s.invite("chat")
		code, err := s.SignIn(s.ctx, i.URL, MariaCUIL, Password)
		s.must(err)
		_, err = s.Links().Redeem(s.ctx, i.ID, code, s.key())
		s.must(err)
		_, err = s.Links().Redeem(s.ctx, i.ID, code, s.key())
		s.wantErr(err, backend.ErrNoInvite, "second redeem")
		_, err = s.SignIn(s.ctx, i.URL, MariaCUIL, Password)
		if err == nil {
			s.Error("one can sign in at a used invite")
		}
	}},
	{"ends the invite at the third wrong code", func(s *suiteTest) {
		i := s.invite("chat")
		code, err := s.SignIn(s.ctx, i.URL, MariaCUIL, Password)
		s.must(err)
		_, err = s.Links().Redeem(s.ctx, i.ID, otherCode(code), s.key())
		left := s.triesLeft(err)
		for want := left - 1; want >= 0; want-- {
			_, err = s.Links().Redeem(s.ctx, i.ID, otherCode(code), s.key())
			if got := s.triesLeft(err); got != want {
				s.Fatalf("%d tries left, want %d", got, want)
			}
		}
		if left != 2 {
			s.Errorf("there were %d tries, want 3", left+1)
		}
		_, err = s.Links().Redeem(s.ctx, i.ID, code, s.key())
		s.wantErr(err, backend.ErrNoInvite, "the right code after the last try")
	}},
	{"counts a wrong code with the same key once", func(s *suiteTest) {
		i := s.invite("chat")
		code, err := s.SignIn(s.ctx, i.URL, MariaCUIL, Password)
		s.must(err)
		for range 5 {
			_, err = s.Links().Redeem(s.ctx, i.ID, otherCode(code), "k")
			if got := s.triesLeft(err); got != 2 {
				s.Fatalf("%d tries left, want 2", got)
			}
		}
		_, err = s.Links().Redeem(s.ctx, i.ID, code, s.key())
		s.must(err)
	}},
	{"refuses a code of another invite", func(s *suiteTest) {
		mine, theirs := s.invite("mine"), s.invite("theirs")
		_, err := s.SignIn(s.ctx, mine.URL, MariaCUIL, Password)
		s.must(err)
		code, err := s.SignIn(s.ctx, theirs.URL, JorgeCUIL, Password)
		s.must(err)
		_, err = s.Links().Redeem(s.ctx, mine.ID, code, s.key())
		s.triesLeft(err)
	}},
	{"makes no link before the sign-in", func(s *suiteTest) {
		i := s.invite("chat")
		if _, err := s.Links().Redeem(s.ctx, i.ID, "BCDF-GHJK", s.key()); err == nil {
			s.Error("redeemed without sign-in")
		}
		if _, err := s.Links().Redeem(s.ctx, i.ID, "", s.key()); err == nil {
			s.Error("redeemed with no code and without sign-in")
		}
	}},
	{"refuses an expired code", func(s *suiteTest) {
		i := s.invite("chat")
		code, err := s.SignIn(s.ctx, i.URL, MariaCUIL, Password)
		s.must(err)
		s.Advance(10 * time.Minute)
		_, err = s.Links().Redeem(s.ctx, i.ID, code, s.key())
		s.wantErr(err, backend.ErrNoInvite, "redeem")
	}},
	{"takes a code until its last second", func(s *suiteTest) {
		i := s.invite("chat")
		code, err := s.SignIn(s.ctx, i.URL, MariaCUIL, Password)
		s.must(err)
		s.Advance(10*time.Minute - time.Second)
		_, err = s.Links().Redeem(s.ctx, i.ID, code, s.key())
		s.must(err)
	}},
	{"returns the account's other chats", func(s *suiteTest) {
		s.link("chat-1", MariaCUIL)
		s.link("chat-jorge", JorgeCUIL)
		g := s.link("chat-2", MariaCUIL)
		if len(g.Others) != 1 || g.Others[0].Chat != "chat-1" || g.Others[0].Own || g.Others[0].ID == "" || g.Others[0].Label != "···1234" {
			s.Errorf("others are %+v", g.Others)
		}
	}},
}
