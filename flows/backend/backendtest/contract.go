package backendtest

import (
	"errors"
	"testing"

	"llave/flows/backend"
	"llave/flows/backend/contract"
)

// contractSentences runs the sentences of package contract: for a new link, and for one whose family has tokens and sheets.
func contractSentences(t *testing.T, open func(t *testing.T) Fixture) {
	for _, situation := range []struct {
		name    string
		prepare func(*suiteTest, backend.Grant)
	}{
		{"new", func(*suiteTest, backend.Grant) {}},
		{"in use", inUse},
	} {
		t.Run(situation.name, func(t *testing.T) {
			for _, sentence := range contract.Sentences {
				t.Run(sentence.Name, func(t *testing.T) {
					t.Parallel()
					s := &suiteTest{T: t, Fixture: open(t), ctx: t.Context()}
					g := s.maria()
					situation.prepare(s, g)
					s.holds(sentence, g)
				})
			}
		})
	}
}

// inUse makes tokens and sheets for the active members of the family.
func inUse(s *suiteTest, g backend.Grant) {
	s.Helper()
	for _, m := range g.Group.Members {
		if backend.IsActive(m.Standing) {
			s.current(g.Credential, m.ID)
			s.void(g.Credential, s.print(g.Credential, m.ID, 2).ID, 1)
		}
	}
}

func (s *suiteTest) holds(sentence contract.Sentence, g backend.Grant) {
	s.Helper()
	subject := &contract.Subject{Tokens: s.Tokens(), Links: s.Links(), Sheets: s.Sheets(), Credential: g.Credential, Group: g.Group, Mint: true,
		Can: backend.Capabilities{CurrentWithoutMinting: true, Keys: true, TokenState: true, Void: true, Sheets: true, Months: true, SignInPages: true}}
	if why := sentence.Needs.Missing(subject); why != "" {
		s.Fatalf("lacks %s", why)
	}
	err := sentence.Check(s.ctx, subject)
	var skipped *contract.NotRun
	if errors.As(err, &skipped) {
		s.Skip(err)
	}
	if err != nil {
		s.Error(err)
	}
}
