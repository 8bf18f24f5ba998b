package desk

import (
	"encoding/json"
	"sync"
	"time"
)

// keptCards bounds the cards that are kept read.
const keptCards = 2048

// cards are the cards that were read last. The archive gives the same bytes for the same card as long as it keeps them: where
// they are tells which card it is.
type cards struct {
	mu   sync.Mutex
	read map[*byte]card
}

// of reads a card, or knows it. Nobody changes what it returns.
func (c *cards) of(raw json.RawMessage) card {
	if len(raw) == 0 {
		return card{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if k, ok := c.read[&raw[0]]; ok {
		return k
	}
	if c.read == nil || len(c.read) >= keptCards {
		c.read = map[*byte]card{}
	}
	k := cardOf(raw)
	c.read[&raw[0]] = k
	return k
}

// scriptCard is the card as the conversations write it: flows.CaseCard.
type scriptCard struct {
	Name, Number, Standing string
	Linked                 bool
	User                   string
	Members                []struct{ Key, Name, Account, Standing string }
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
		one := cardMember{ID: m.Key, Name: m.Name, Account: m.Account, Standing: m.Standing}
		if m.Name == s.Name && (m.Account == "" || m.Account == s.Name) {
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
