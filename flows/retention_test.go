package flows

import (
	"context"
	"testing"
	"time"

	"llave/bot"
	"llave/flows/backend"
)

// unlinking is a back end that remembers which credentials were ended.
type unlinking struct {
	backend.Links
	ended []backend.Credential
}

func (u *unlinking) Unlink(_ context.Context, c backend.Credential, link string) error {
	if link == "" {
		u.ended = append(u.ended, c)
	}
	return nil
}

// A chat that is not linked is kept for 30 days, a linked one for two years, whatever else it remembers; before a linked
// one is forgotten its link is ended at the back end.
func TestHowLongAChatIsKept(t *testing.T) {
	sc := newScript(t)
	var _ bot.Keeper = sc
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		data any
		want time.Duration
	}{
		"nothing":                {sc.NewData(), 30 * day},
		"a conversation":         {&memory{Identity: identity{ChannelName: "Telegram"}, open: open{Link: LinkRequest{Invite: "i"}, question: question{Question: "q"}}}, 30 * day},
		"a link":                 {&memory{Cred: "c", Group: familyOfMaria}, 730 * day},
		"a link that was ended":  {func() any { m := &memory{Cred: "c", Group: familyOfMaria}; m.unlink(); return m }(), 30 * day},
		"no memory of this kind": {nil, 30 * day},
	} {
		s := bot.Session{V: version, State: home, Data: c.data}
		got, leave := sc.Keep(s)
		if linked := c.want > 30*day; got != c.want || leave != linked {
			t.Errorf("%s: kept for %v, left by a call: %t; want %v, %t", name, got, leave, c.want, linked)
		}
		if !leave {
			continue
		}
		back := &unlinking{}
		if _, err := (&Effects{Links: back}).Run(t.Context(), "", sc.Leave(s)); err != nil || len(back.ended) != 1 || back.ended[0] != "c" {
			t.Errorf("%s: ended at the back end: %q, %v", name, back.ended, err)
		}
	}
}
