package backendtest

import (
	"time"

	"llave/flows/backend"
)

var stateSentences = []sentence{
	{"reports that there never was a token", func(s *suiteTest) {
		g := s.maria()
		st, err := s.Tokens().State(s.ctx, g.Credential, g.Group.Own)
		s.must(err)
		if st.Exists || st.Member != g.Group.Own || len(st.Group.Members) != 6 {
			s.Errorf("state is %+v", st)
		}
		got, err := s.Tokens().State(s.ctx, g.Credential, g.Group.Own)
		s.must(err)
		if got.Exists {
			s.Error("asking for the state made a token")
		}
	}},
	{"returns when it was made, until when it is valid, and when it was used", func(s *suiteTest) {
		g := s.maria()
		tok := s.current(g.Credential, g.Group.Own)
		s.Advance(time.Hour)
		s.wantVerdict(g.Group.Members[0].Number, tok.Digits, "")
		used := s.Now()
		s.Advance(time.Hour)
		st, err := s.Tokens().State(s.ctx, g.Credential, g.Group.Own)
		s.must(err)
		if !st.Exists || !st.Made.Equal(tok.Made) || !st.Until.Equal(tok.Until) || !st.UsedAt.Equal(used) || !st.TriedAt.IsZero() || !st.LockedUntil.IsZero() {
			s.Errorf("state is %+v, used at %s", st, used)
		}
	}},
	{"returns when the token before was replaced, if that was today", func(s *suiteTest) {
		g := s.maria()
		s.current(g.Credential, g.Group.Own)
		s.Advance(time.Minute)
		at := s.Now()
		tok := s.another(g.Credential, g.Group.Own, s.key())
		st, err := s.Tokens().State(s.ctx, g.Credential, g.Group.Own)
		s.must(err)
		if !st.PreviousReplacedAt.Equal(at) || !st.UsedAt.IsZero() {
			s.Errorf("state is %+v, replaced at %s", st, at)
		}
		s.Advance(tok.Until.Sub(s.Now()))
		st, err = s.Tokens().State(s.ctx, g.Credential, g.Group.Own)
		s.must(err)
		if !st.PreviousReplacedAt.IsZero() {
			s.Error("yesterday's replacement is told as today's")
		}
	}},
	{"returns the last failed validation since the token was made, and why", func(s *suiteTest) {
		g := s.maria()
		me := g.Group.Members[0]
		old := s.current(g.Credential, me.ID)
		s.wantVerdict(me.Number, wrongDigits(old.Digits), backend.Unknown)
		s.Advance(time.Minute)
		neu := s.another(g.Credential, me.ID, s.key())
		st, err := s.Tokens().State(s.ctx, g.Credential, me.ID)
		s.must(err)
		if !st.TriedAt.IsZero() || st.TriedWhy != "" {
			s.Errorf("a failure before the token was made is told: %+v", st)
		}
		s.wantVerdict(me.Number, old.Digits, backend.Replaced)
		at := s.Now()
		s.Advance(time.Minute)
		s.wantVerdict(me.Number, neu.Digits, "")
		st, err = s.Tokens().State(s.ctx, g.Credential, me.ID)
		s.must(err)
		if !st.TriedAt.Equal(at) || st.TriedWhy != backend.Replaced || st.UsedAt.IsZero() {
			s.Errorf("state is %+v, tried at %s", st, at)
		}
	}},
	{"returns until when validations are locked", func(s *suiteTest) {
		g := s.maria()
		me := g.Group.Members[0]
		tok := s.current(g.Credential, me.ID)
		locked := false
		for range 50 {
			why, err := s.Validate(s.ctx, me.Number, wrongDigits(tok.Digits))
			s.must(err)
			if why == backend.Locked {
				locked = true
				break
			}
		}
		if !locked {
			s.Fatal("50 wrong numbers in a row, and no lock")
		}
		s.wantVerdict(me.Number, tok.Digits, backend.Locked)
		st, err := s.Tokens().State(s.ctx, g.Credential, me.ID)
		s.must(err)
		if !st.LockedUntil.After(s.Now()) || st.TriedWhy != backend.Locked {
			s.Fatalf("state is %+v", st)
		}
		if now := s.current(g.Credential, me.ID); !now.LockedUntil.Equal(st.LockedUntil) {
			s.Errorf("the token is locked until %s, its state says %s", now.LockedUntil, st.LockedUntil)
		}
		if st.LockedUntil.Before(tok.Until) {
			s.Advance(st.LockedUntil.Sub(s.Now()))
			s.wantVerdict(me.Number, tok.Digits, "")
			st, err = s.Tokens().State(s.ctx, g.Credential, me.ID)
			s.must(err)
			if !st.LockedUntil.IsZero() {
				s.Errorf("the lock is over and told: %+v", st)
			}
		}
	}},
	{"is refused for a person not in charge", func(s *suiteTest) {
		jorge, g := s.link("chat-jorge", JorgeCUIL), s.maria()
		_, err := s.Tokens().State(s.ctx, jorge.Credential, g.Group.Own)
		s.wantErr(err, backend.ErrNotInCharge, "state of a stranger")
	}},
}
