package flows

import (
	"strings"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// ErrandToken is the errand that sends the current token of a member again, with the chat's own link; its arguments are
// [ErrandArgs].
const ErrandToken = "token"

// stateErrand is the state in which the back end is asked for an agent.
const stateErrand = "mesa.errand"

// ErrandArgs are the arguments of an errand.
type ErrandArgs struct {
	// Member is the key of a member, as [CardMember] has it, or a name. Empty: the only one, or the one whose token was shown last.
	Member string `json:"member"`
}

// onErrand does what an agent has the bot do.
func (d mesaDialog) onErrand() {
	act := d.in.Act
	if act.Name != ErrandToken {
		d.out.Refused = bot.RefusedNotAllowed
		return
	}
	if !d.mem.linked() {
		d.out.Refused = bot.RefusedUnlinked
		return
	}
	args, err := bot.As[ErrandArgs](act.Args)
	id, known := d.errandMember(args.Member)
	switch {
	case err != nil || !known:
		d.out.Refused = bot.RefusedNoMember
	case d.busy() && effects[d.session.Pending.Op].acts:
		d.out.Refused = bot.RefusedBusy // its answer must not be lost
	default:
		d.sendToken(act.By.Name, id)
	}
}

// sendToken asks for the token. The open question is put aside: the affiliate talks with an agent now.
func (d mesaDialog) sendToken(agent string, id backend.MemberID) {
	if r := d.mem.request(); r != nil {
		d.park(r)
	}
	d.session.Pending = nil
	d.leave()
	d.moveIn("mesa", "errand")
	d.mem.Mesa.Errand = errand{agent, id}
	if _, held := d.held(id); held {
		d.effect(opGroup, d.in.ID, groupArgs{d.mem.Cred}, "")
		return
	}
	d.effect(opCurrent, d.in.ID, tokenArgs{d.mem.Cred, []backend.MemberID{id}}, "")
}

// errand is the errand under way.
type errand struct {
	Agent  string           `json:"by,omitempty"`
	Member backend.MemberID `json:"m,omitempty"`
}

// memberKey names a member of an account to the desk. Members of several accounts may have the same id.
func memberKey(g backend.Group, p backend.Member) string { return owner(g).Name + "/" + string(p.ID) }

// errandMember finds the member that an agent names, by a key of the card or by a name, and turns to their account. Not known: nobody
// of the chat's accounts is called so, or different people are.
func (d mesaDialog) errandMember(name string) (id backend.MemberID, known bool) {
	if name == "" {
		ids := d.defaultMember(&request{Intent: nlu.IntentNumber})
		return first(ids), len(ids) == 1
	}
	for _, called := range []func(backend.Group, backend.Member) bool{
		func(g backend.Group, p backend.Member) bool { return memberKey(g, p) == name },
		func(_ backend.Group, p backend.Member) bool { return string(p.ID) == name }, // of a card of before
		func(_ backend.Group, p backend.Member) bool { return strings.EqualFold(p.Name, name) },
	} {
		if id, account, found := d.memberCalled(called); found {
			inAccount(d.dialog).turn(account)
			return id, id != ""
		}
	}
	p := d.parser.ParseFor(name, d.mem.speakerAmong())
	fits := inAccount(d.dialog).fitting(p.Refs)
	if len(fits) != 1 {
		return "", false
	}
	inAccount(d.dialog).turn(fits[0])
	who := d.parser.Resolve(p.Refs, d.mem.speaker())
	return first(who.Members), len(who.Members) == 1
}

// memberCalled finds the member that a name fits, and the number of their account; no id if it fits different people.
func (d mesaDialog) memberCalled(fits func(backend.Group, backend.Member) bool) (id backend.MemberID, account int, found bool) {
	number := ""
	for n, g := range d.mem.groups() {
		for _, p := range g.Members {
			switch {
			case !fits(g, p):
			case !found:
				id, account, found, number = p.ID, n, true, p.Number
			case p.Number == "" || p.Number != number:
				return "", 0, true
			}
		}
	}
	return id, account, found
}

func first(ids []backend.MemberID) backend.MemberID {
	if len(ids) == 0 {
		return ""
	}
	return ids[0]
}

// onGroup shows a token that is in the memory.
func (d mesaDialog) onGroup(a effectAnswer) {
	given := d.withHeld(backend.Given{Group: *a.Group}, []backend.MemberID{d.mem.Mesa.Errand.Member})
	d.onGiven(effectAnswer{Given: &given})
}

// onGiven shows the token, below a line that says who sends it.
func (d mesaDialog) onGiven(a effectAnswer) {
	e, given := d.mem.Mesa.Errand, *a.Given
	d.mem.Group, d.mem.Mesa.Errand = given.Group, errand{}
	d.move("done")
	if len(given.Tokens) == 0 {
		p, _ := given.Group.Member(e.Member)
		d.reset()
		d.tell("mesa.errand_denied", errandDenied{e.Agent, p})
		return
	}
	steps := d.mem.Mesa.Steps // the affiliate did not ask for it
	d.showTokens(nlu.IntentToken, given, d.text("mesa.errand_token", mesaData{Agent: e.Agent}))
	d.mem.Mesa.Steps = steps
	if d.session.Case.Assigned() { // the agent answers, and no button does
		r := d.lastReply()
		r.Question, r.Choices, d.mem.question = "", nil, question{}
	}
}

// errandDenied is the data of the text that says that there is no token; a member without a name is not in the group any more.
type errandDenied struct {
	Agent  string
	Member backend.Member
}

// onRefused says that the link has ended elsewhere. The chat is not linked again while an agent has it.
func (d mesaDialog) onRefused(a effectAnswer) bool {
	if a.Refused != refusedUnlinked {
		return false
	}
	data := mesaData{Agent: d.mem.Mesa.Errand.Agent}
	d.mem.Mesa.Errand = errand{}
	if inAccount(d.dialog).ended(owner(d.mem.Group).Number) {
		return true
	}
	d.leave()
	d.mem.unlink()
	d.tell("mesa.errand_unlinked", data)
	return true
}

// onFailed says that the back end did not answer.
func (d mesaDialog) onFailed(bot.Result) {
	data := mesaData{Agent: d.mem.Mesa.Errand.Agent}
	d.mem.Mesa.Errand = errand{}
	d.move("failed")
	d.reset()
	d.tell("mesa.errand_failed", data)
}
