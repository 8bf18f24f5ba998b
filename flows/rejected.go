package flows

import (
	"time"

	"llave/flows/backend"
	"llave/flows/nlu"
)

// askState asks the back end what became of the token.
func (t *talk) askState() {
	t.begin("ask")
	t.effect(opState, t.in.ID, memberArgs{t.m.Cred, t.m.Wish.For[0]}, "token.interim")
}

// verdict is why a token was not accepted, in one word, and is part of a text's key.
type verdict string

// diagnose finds the most telling fact about a token that was not accepted.
func diagnose(s backend.TokenState, p backend.Member, now time.Time) verdict {
	switch {
	case !backend.IsActive(p.Standing):
		return "inactive"
	case s.LockedUntil.After(now):
		return "locked"
	case !s.Exists:
		return "none"
	case !s.UsedAt.IsZero():
		return "used"
	case !s.Until.After(now):
		return "expired"
	case s.TriedWhy == backend.Replaced || s.TriedAt.IsZero() && !s.PreviousReplacedAt.IsZero():
		return "replaced"
	case s.TriedWhy == backend.OtherPerson:
		return "other_person"
	case !s.TriedAt.IsZero():
		return "mistyped"
	}
	return "untried"
}

// rejectedData is what the texts of the diagnosis need.
type rejectedData struct {
	Member backend.Member
	State  backend.TokenState
	Until  time.Time // last minute in which it was good
	Today  bool      // it was used today
	Sheet  bool      // there is a sheet: it may have been one of those
}

// diagnosed says what happened and offers the step that helps.
func (t *talk) diagnosed(a answer) {
	s := *a.State
	t.m.Group = s.Group
	w := t.m.Wish
	if w == nil {
		t.leave()
		return
	}
	p, ok := s.Group.Member(s.Member)
	if !ok {
		t.move("failed")
		t.settle()
		t.say("token.gone", nil)
		return
	}
	why := diagnose(s, p, t.in.Now)
	data := rejectedData{p, s, s.Until.Add(-time.Minute), t.texts.SameDay(s.UsedAt, t.in.Now), t.m.Paper == s.Member}
	switch why {
	case "inactive", "locked":
		t.move("told")
		t.settle()
		t.say("rejected."+string(why), data)
		return
	}
	t.move("offer")
	w.For = []backend.MemberID{s.Member}
	values := []string{"show"}
	if why == "untried" || why == "mistyped" {
		values = append(values, "another")
	}
	if len(s.Group.Members) > 1 {
		values = append(values, "other")
	}
	t.ask("rejected."+string(why), data, choices(append(values, "help")...)...)
	if data.Sheet {
		r := &t.d.Replies[len(t.d.Replies)-1]
		r.Text += "\n" + t.text("rejected.sheet", data)
		t.m.Prompt = r.Text
	}
}

// answersOffer takes words for the offer.
func (t *talk) answersOffer(mean nlu.ParsedText) bool {
	switch {
	case mean.Intent == nlu.IntentAnother && len(mean.Refs) == 0:
		t.accept(option{Value: "another"})
	case mean.Intent == nlu.IntentOther:
		t.accept(option{Value: "other"})
	case mean.Yes:
		t.accept(option{Value: "show"})
	case mean.No:
		t.leave()
		t.menu("menu.cancelled")
	default:
		return false
	}
	return true
}

// accept goes on with what was offered, for the person it was about.
func (t *talk) accept(o option) {
	who := t.m.Wish.For
	t.leave()
	switch o.Value {
	case "help":
		t.help()
		return
	case "other":
		t.wish(nlu.ParsedText{Intent: nlu.IntentRejected, Refs: []nlu.Ref{{Kind: nlu.RefName}}})
		return
	}
	i := nlu.IntentToken
	if o.Value == "another" {
		i = nlu.IntentAnother
	}
	if t.busy() {
		t.say("token.still", nil)
		return
	}
	t.m.Wish = &wish{Intent: i, For: who, Asked: t.in.ID, At: t.in.Now}
	t.pursue()
}
