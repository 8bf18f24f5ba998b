package flows

import (
	"time"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// RejectedRequest asks why a token was not accepted at the counter.
type RejectedRequest struct {
	request
	// Paper says that the token was one of a sheet, and Numbers which.
	Paper   bool  `json:"paper,omitempty"`
	Numbers []int `json:"numbers,omitempty"`
}

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
		if r.Paper && d.can.Sheets {
			d.effect(opSheets, d.in.ID, memberArgs{d.mem.Cred, r.Members[0]}, "token.interim")
			return
		}
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
	// whyOtherName: the token of one member was tried under the name of another.
	whyOtherName diagnosis = "other_name"
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

// oldToken are the diagnoses after which the token that is valid now helps.
var oldToken = map[diagnosis]bool{whyUsed: true, "expired": true, "replaced": true, "none": true}

// rejectedData is the data of the texts of a diagnosis.
type rejectedData struct {
	Member backend.Member
	State  backend.TokenState
	Until  time.Time // last minute in which it was good
	Today  bool      // it was used today
	Sheet  bool      // there is a sheet: it may have been one of those
	// Owner is the member whose token was tried under the name of Under.
	Owner, Under backend.Member
}

// onState gives the diagnosis, or looks at the rest of the group where the token itself explains nothing: the commonest mistake is
// the right token under another member's name.
func (d rejectedDialog) onState(a effectAnswer) {
	s := *a.State
	d.mem.Group = s.Group
	if d.r == nil {
		d.leave()
		return
	}
	p, ok := s.Group.Member(s.Member)
	if !ok {
		d.gone()
		return
	}
	switch diagnose(s, p, d.in.Now) {
	case "untried", "mistyped", "none", "other_person":
		if ids := d.others(s); len(ids) > 1 && len(ids) <= maxStates {
			d.effect(opStates, d.in.ID, tokenArgs{d.mem.Cred, ids}, "token.interim")
			return
		}
	}
	d.explain(s, nil)
}

// maxStates is how many people of a group are looked at.
const maxStates = 8

// others are the members of the group, the one that was asked about first.
func (d rejectedDialog) others(s backend.TokenState) []backend.MemberID {
	ids := []backend.MemberID{s.Member}
	for _, p := range s.Group.Members {
		if p.ID != s.Member {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

func (d rejectedDialog) onStates(a effectAnswer) {
	d.mem.Group = a.States[0].Group
	if d.r == nil {
		d.leave()
		return
	}
	d.explain(a.States[0], a.States[1:])
}

func (d rejectedDialog) gone() {
	d.move("failed")
	d.reset()
	d.offer(bot.Say, "token.gone", nil, choices("token", "help")...)
}

// explain gives the diagnosis and offers the step that helps. The same diagnosis again gets the next step.
func (d rejectedDialog) explain(s backend.TokenState, rest []backend.TokenState) {
	p, ok := s.Group.Member(s.Member)
	if !ok {
		d.gone()
		return
	}
	why := diagnose(s, p, d.in.Now)
	data := rejectedData{Member: p, State: s, Until: s.Until.Add(-time.Minute), Today: d.texts.SameDay(s.UsedAt, d.in.Now), Sheet: d.mem.LastSheet == s.Member}
	if data.mixUp(s, rest) {
		why = whyOtherName
	}
	d.cameDiagnosed(s, why)
	if why == whyUsed {
		d.dropShown(s.Member)
	}
	times := d.timesTold(s.Member, why)
	if why == whyInactive || why == whyLocked {
		d.explainEnd(why, data)
		return
	}
	d.move("offer")
	d.r.Members = []backend.MemberID{s.Member}
	key, values := "rejected."+string(why), []string{"show"}
	if why == "untried" || why == "mistyped" || times > 1 && why != "none" {
		values = append(values, "another")
	}
	if len(s.Group.Members) > 1 {
		values = append(values, "other")
	}
	values = append(values, "help")
	switch {
	case times == 2 && oldToken[why]: // the next step is the token that is valid
		d.chooseOffer(option{Value: "show"})
		return
	case times == 2:
		key, values = "rejected.again", []string{"another", "other", "help"}
	case times > 2:
		key, values = "rejected.person", []string{"help", "another"}
	}
	d.ask(key, data, choices(values...)...)
	if data.Sheet && times == 1 {
		r := d.lastReply()
		r.Text += "\n" + d.text("rejected.sheet", data)
		d.mem.Prompt = r.Text
	}
}

// explainEnd says what no other token helps against.
func (d rejectedDialog) explainEnd(why diagnosis, data rejectedData) {
	d.move("told")
	d.reset()
	values := []string{"help", "menu"}
	if why == whyLocked {
		values = []string{"another", "help", "menu"}
	}
	d.offer(bot.Say, "rejected."+string(why), data, choices(values...)...)
}

// timesTold counts how often in a row the same was said of a token.
func (d rejectedDialog) timesTold(id backend.MemberID, why diagnosis) int {
	times := 1
	if l := d.last(); l != nil && l.Intent == nlu.IntentRejected && l.Members[0] == id && l.Why == why {
		times = l.Times + 1
	}
	d.answered(nlu.IntentRejected, time.Time{}, id)
	d.mem.Last.Why, d.mem.Last.Times = why, times
	return times
}

// mixUp finds a token of the group that was tried under another member's name, and says whose and when.
func (data *rejectedData) mixUp(s backend.TokenState, rest []backend.TokenState) bool {
	owns := func(of backend.TokenState, at time.Time) bool {
		return of.Exists && !of.Made.After(at) && at.Before(of.Until) && of.UsedAt.IsZero()
	}
	for _, tried := range append([]backend.TokenState{s}, rest...) {
		if tried.TriedWhy != backend.OtherPerson || tried.TriedAt.IsZero() {
			continue
		}
		var owners []backend.TokenState
		for _, of := range append([]backend.TokenState{s}, rest...) {
			if of.Member != tried.Member && owns(of, tried.TriedAt) {
				owners = append(owners, of)
			}
		}
		if len(owners) == 0 || tried.Member != s.Member && owners[0].Member != s.Member || tried.Member == s.Member && len(owners) > 1 {
			continue
		}
		owner, _ := s.Group.Member(owners[0].Member)
		under, _ := s.Group.Member(tried.Member)
		data.Owner, data.Under, data.State.TriedAt = owner, under, tried.TriedAt
		return true
	}
	return false
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
