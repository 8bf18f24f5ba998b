package desk

import (
	"encoding/json"
	"time"
)

// scriptCard is the card as the conversations write it: flows.CaseCard.
type scriptCard struct {
	Name, Number, Standing string
	Linked                 bool
	User                   string
	Members                []struct{ Key, Name, Standing string }
	Steps                  *[]struct {
		At                 time.Time
		What, Who, Outcome string
	}
	Token *struct {
		Who, State                string
		Given, Used, Until, Tried time.Time
	}
	Pending string
}

// readCard reads a card in the form of the conversations. False: it has another form.
func readCard(raw json.RawMessage) (c card, ok bool) {
	var s scriptCard
	if json.Unmarshal(raw, &s) != nil || s.Steps == nil {
		return c, false
	}
	c = card{Linked: s.Linked, User: s.User}
	for _, m := range s.Members {
		one := cardMember{ID: m.Key, Name: m.Name, Standing: m.Standing}
		if m.Name == s.Name {
			one.Number = s.Number
		}
		c.Members = append(c.Members, one)
	}
	for _, step := range *s.Steps {
		c.Wished = append(c.Wished, cardStep{step.At, step.What, someone(step.Who), step.Outcome})
	}
	if s.Pending != "" {
		c.Pending = &cardPending{State: s.Pending}
		if n := len(c.Wished); n > 0 {
			c.Pending.Request, c.Pending.Members = c.Wished[n-1].Request, c.Wished[n-1].Members
		}
	}
	if t := s.Token; t != nil {
		c.Token = &cardToken{Member: t.Who, State: t.State, At: t.Given, Until: t.Until}
		for _, later := range []time.Time{t.Used, t.Tried} {
			if later.After(c.Token.At) {
				c.Token.At = later
			}
		}
	}
	return c, true
}

func someone(name string) []string {
	if name == "" {
		return nil
	}
	return []string{name}
}
