package flows

import (
	"time"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// RejectedRequest asks why a token was not accepted at the counter.
type RejectedRequest struct{ request }

func (r *RejectedRequest) flow() string { return "rejected" }
func (r *RejectedRequest) in() requests { return requests{Rejected: r} }

func (r *RejectedRequest) advance(d *dialog) {
	if !d.can.TokenState {
		d.leave()
		d.offer(bot.Say, "rejected.blind", nil, choices("token", "another", "help")...)
		return
	}
	if d.findMembers(r, false) {
		d.tryAny("rejected", "ask")
		d.effect(opState, d.in.ID, memberArgs{d.mem.Cred, r.Members[0]}, "token.interim")
	}
}

// rejectedDialog is the dialog in the flow "rejected".
type rejectedDialog struct {
	*dialog
	r *RejectedRequest
}

func inRejected(d *dialog) rejectedDialog { return rejectedDialog{d, d.mem.Rejected} }

// diagnosis is why a token was not accepted, in one word. It is part of the key of a text.
type diagnosis string

// The diagnoses that more depends on than a text.
const (
	whyInactive diagnosis = "inactive"
	whyLocked   diagnosis = "locked"
	whyUsed     diagnosis = "used"
)

// diagnose finds the fact about a token that explains most.
func diagnose(s backend.TokenState, p backend.Member, now time.Time) diagnosis {
	switch {
	case !backend.IsActive(p.Standing):
		return whyInactive
	case s.LockedUntil.After(now):
		return whyLocked
	case !s.Exists:
		return "none"
	case !s.UsedAt.IsZero():
		return whyUsed
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

// rejectedData is the data of the texts of a diagnosis.
type rejectedData struct {
	Member backend.Member
	State  backend.TokenState
	Until  time.Time // last minute in which it was good
	Today  bool      // it was used today
	Sheet  bool      // there is a sheet: it may have been one of those
}

// onState gives the diagnosis and offers the step that helps.
func (d rejectedDialog) onState(a effectAnswer) {
	s := *a.State
	d.mem.Group = s.Group
	if d.r == nil {
		d.leave()
		return
	}
	p, ok := s.Group.Member(s.Member)
	if !ok {
		d.move("failed")
		d.reset()
		d.offer(bot.Say, "token.gone", nil, choices("token", "help")...)
		return
	}
	why := diagnose(s, p, d.in.Now)
	d.cameDiagnosed(s, why)
	data := rejectedData{p, s, s.Until.Add(-time.Minute), d.texts.SameDay(s.UsedAt, d.in.Now), d.mem.LastSheet == s.Member}
	if why == whyInactive || why == whyLocked {
		d.move("told")
		d.reset()
		values := []string{"help", "menu"}
		if why == whyLocked {
			values = []string{"another", "help", "menu"}
		}
		d.offer(bot.Say, "rejected."+string(why), data, choices(values...)...)
		return
	}
	d.move("offer")
	d.r.Members = []backend.MemberID{s.Member}
	values := []string{"show"}
	if why == "untried" || why == "mistyped" {
		values = append(values, "another")
	}
	if len(s.Group.Members) > 1 {
		values = append(values, "other")
	}
	d.ask("rejected."+string(why), data, choices(append(values, "help")...)...)
	if data.Sheet {
		r := d.lastReply()
		r.Text += "\n" + d.text("rejected.sheet", data)
		d.mem.Prompt = r.Text
	}
}

// cameDiagnosed notes for the desk what is wrong with the token.
func (d rejectedDialog) cameDiagnosed(s backend.TokenState, why diagnosis) {
	of, seen := outcome(why), tokenSeen{Member: s.Member, Used: s.UsedAt, Until: s.Until, Tried: s.TriedAt, Locked: s.LockedUntil, Reason: string(s.TriedWhy)}
	if why == whyInactive {
		of = outcomeNotActive
	}
	seen.State = of
	if before := d.mem.Mesa.Token; before.Member == s.Member {
		seen.Given = before.Given
	}
	d.mem.Mesa.Token = seen
	d.came(nlu.IntentRejected, of, s.Member)
	d.settle(d.r)
}

// answerOffer takes a text that means one of the options.
func (d rejectedDialog) answerOffer(p nlu.ParsedText) bool {
	switch {
	case p.Intent == nlu.IntentAnother && len(p.Refs) == 0:
		d.chooseOffer(option{Value: "another"})
	case p.Intent == nlu.IntentOther:
		d.chooseOffer(option{Value: "other"})
	case p.Yes:
		d.chooseOffer(option{Value: "show"})
	case p.No:
		d.leave()
		d.menu("menu.cancelled")
	default:
		return false
	}
	return true
}

// chooseOffer goes on with what was offered, for the same member.
func (d rejectedDialog) chooseOffer(o option) {
	members := d.r.Members
	d.leave()
	if o.Value == "other" {
		d.start(d.newRequest(anotherPerson(nlu.IntentRejected)))
		return
	}
	if d.busy() {
		d.say("token.still", nil)
		return
	}
	if o.Value == "another" {
		d.mem.put(d.newAnother(members))
	} else {
		d.mem.put(&TokenRequest{request: d.requestNow(nlu.IntentToken, members)})
	}
	d.advance()
}
