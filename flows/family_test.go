package flows

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"llave/bot"
	"llave/flows/backend"
)

// family is a back end for María's family.
type family struct {
	live   map[backend.MemberID]backend.Token
	states map[backend.MemberID]backend.TokenState
	sheets []backend.Sheet
	made   int
	down   bool
	now    func() time.Time
}

var errDown = errors.New("down")

func (f *family) group() backend.Group {
	g := backend.Group{Own: familyOfMaria.Own, Members: slices.Clone(familyOfMaria.Members)}
	for i := range g.Members {
		g.Members[i].Standing, g.Members[i].Number = backend.Active, fmt.Sprintf("9-4071852/0%d", i)
	}
	g.Members[5].Standing = "BAJA POR EDAD"
	return g
}

func (f *family) Group(context.Context, backend.Credential) (backend.Group, error) {
	if f.down {
		return backend.Group{}, errDown
	}
	return f.group(), nil
}

func (f *family) Current(_ context.Context, _ backend.Credential, ids []backend.MemberID) (backend.Given, error) {
	given := backend.Given{Group: f.group()}
	if f.down {
		return given, errDown
	}
	for _, id := range ids {
		if id == "6" {
			given.Denials = append(given.Denials, backend.Denial{Member: id, Reason: backend.NotActive})
			continue
		}
		if _, ok := f.live[id]; !ok {
			f.make(id)
		}
		given.Tokens = append(given.Tokens, f.live[id])
	}
	return given, nil
}

func (f *family) make(id backend.MemberID) {
	f.made++
	f.live[id] = backend.Token{Member: id, Digits: fmt.Sprintf("%s00%03d", id, f.made), Made: f.now(), Until: time.Date(2026, 11, 30, 3, 0, 0, 0, time.UTC)}
}

func (f *family) Another(_ context.Context, _ backend.Credential, id backend.MemberID, _ string) (backend.Given, error) {
	if f.down {
		return backend.Given{}, errDown
	}
	f.make(id)
	return backend.Given{Group: f.group(), Tokens: []backend.Token{f.live[id]}}, nil
}

func (f *family) State(_ context.Context, _ backend.Credential, id backend.MemberID) (backend.TokenState, error) {
	if f.down {
		return backend.TokenState{}, errDown
	}
	s, ok := f.states[id]
	if !ok {
		k, exists := f.live[id]
		s = backend.TokenState{Exists: exists, Made: k.Made, Until: k.Until}
	}
	s.Group, s.Member = f.group(), id
	return s, nil
}

func (f *family) months() []backend.SheetMonth {
	zone, out := backend.BuenosAires, []backend.SheetMonth{}
	for _, m := range []backend.Month{"2026-11", "2026-12"} {
		from, until, _ := m.Span(zone)
		out = append(out, backend.SheetMonth{Month: m, From: from, Until: until, Max: 31, Left: 31})
	}
	return out
}

// familySheets are the preprinted tokens of that back end.
type familySheets struct{ *family }

func (f familySheets) of(id backend.MemberID, sheets ...backend.Sheet) (backend.Preprints, error) {
	p := backend.Preprints{Group: f.group(), Months: f.months(), Member: id, Sheets: sheets}
	if f.down {
		return p, errDown
	}
	return p, nil
}

func (f familySheets) Sheets(_ context.Context, _ backend.Credential, id backend.MemberID) (backend.Preprints, error) {
	var own []backend.Sheet
	for _, s := range f.sheets {
		if s.Member == id && slices.ContainsFunc(s.Tokens, func(k backend.Preprint) bool { return k.VoidedAt.IsZero() }) {
			own = append(own, s)
		}
	}
	return f.of(id, own...)
}

func (f familySheets) Print(_ context.Context, _ backend.Credential, o backend.SheetOrder, _ string) (backend.Preprints, error) {
	from, until, err := o.Month.Span(backend.BuenosAires)
	if err != nil || f.down {
		return backend.Preprints{}, errDown
	}
	s := backend.Sheet{ID: backend.SheetID(fmt.Sprint("s", len(f.sheets))), Member: o.Member, Month: o.Month, Made: f.now(), From: from, Until: until}
	for i := range o.Count {
		s.Tokens = append(s.Tokens, backend.Preprint{Number: i + 1, Digits: fmt.Sprintf("9%05d", i)})
	}
	f.sheets = append(f.sheets, s)
	return f.of(o.Member, s)
}

func (f familySheets) Void(_ context.Context, _ backend.Credential, id backend.SheetID, numbers []int) (backend.Preprints, error) {
	for i, s := range f.sheets {
		if s.ID != id {
			continue
		}
		for j, k := range s.Tokens {
			if k.Live() && (len(numbers) == 0 || slices.Contains(numbers, k.Number)) {
				f.sheets[i].Tokens[j].VoidedAt = f.now()
			}
		}
		return f.of(s.Member, f.sheets[i])
	}
	return f.of("")
}

// familyLinks are the links of that back end. Nobody opens a page of it, and one other chat is linked.
type familyLinks struct{ *family }

func (f familyLinks) Invite(context.Context, backend.Invitation) (backend.Invite, error) {
	if f.down {
		return backend.Invite{}, errDown
	}
	return backend.Invite{ID: "i", URL: "https://ioma.example/i", OpenUntil: f.now().Add(10 * time.Minute)}, nil
}

func (f familyLinks) Redeem(context.Context, string, string, string) (backend.Grant, error) {
	if f.down {
		return backend.Grant{}, errDown
	}
	return backend.Grant{}, &backend.WrongCode{Left: 2}
}

func (f familyLinks) Chats(context.Context, backend.Credential) ([]backend.LinkedChat, error) {
	if f.down {
		return nil, errDown
	}
	return []backend.LinkedChat{{Own: true}}, nil
}

func (f familyLinks) Unlink(context.Context, backend.Credential, string) error {
	if f.down {
		return errDown
	}
	return nil
}

// noChats are the chats of a bot that has no other.
type noChats struct{ bot.Accepter }

func (noChats) ChatRef(bot.ChatID) string              { return "ref" }
func (noChats) OpenChatRef(string) (bot.ChatID, error) { return "", errDown }
