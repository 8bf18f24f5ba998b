package flows

import (
	"encoding/json"
	"testing"

	"llave/bot"
	"llave/flows/backend"
)

// Where the chat has several accounts, the card has the people of all, and the errand goes to the one that was chosen, with the link of
// its account, whichever the conversation is about by then.
func TestTheErrandOfAnotherAccount(t *testing.T) {
	c := newCaseChat(t)
	m := c.s.Data.(*memory)
	m.Accounts = []account{{Cred: "jorge", Group: jorges, Self: outsider}}
	var card CaseCard
	if err := json.Unmarshal(c.says("persona").Case.Card, &card); err != nil {
		t.Fatal(err)
	}
	var last CardMember
	for _, p := range card.Members {
		if last = p; p.Account == "" || p.Key == card.Members[0].Key && p.Name != card.Members[0].Name {
			t.Errorf("of the card: %+v", p)
		}
	}
	if last.Name != "Jorge Acosta" || last.Account != "Jorge Acosta" {
		t.Fatalf("the card ends with %+v", last)
	}
	c.does(ana, bot.DeedTake, nil)
	for _, of := range []struct {
		member, cred string
		id           backend.MemberID
	}{{last.Key, "jorge", "1"}, {card.Members[0].Key, "c", "1"}, {"Jorge Acosta", "jorge", "1"}, {"jorge", "jorge", "1"}, {"juana", "c", "3"}} {
		d := c.does(ana, bot.DeedErrand, func(a *bot.Act) { a.Name, a.Args = ErrandToken, bot.Of(ErrandArgs{of.member}) })
		if d.Effect == nil {
			t.Fatalf("%s: refused, %q", of.member, d.Refused)
		}
		if args, err := bot.As[tokenArgs](d.Effect.Args); err != nil || string(args.Credential) != of.cred || args.Members[0] != of.id {
			t.Errorf("%s: %+v, %v", of.member, args, err)
		}
		c.result(bot.Result{Failed: true})
	}
	// "1" of a card of before is a person in each account.
	if d := c.does(ana, bot.DeedErrand, func(a *bot.Act) { a.Name, a.Args = ErrandToken, bot.Of(ErrandArgs{"1"}) }); d.Refused != bot.RefusedNoMember || d.Effect != nil {
		t.Errorf("an id of several people: %q, %+v", d.Refused, d.Effect)
	}
}
