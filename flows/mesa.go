package flows

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// mesaDialog is the dialog about the chat's case at Mesa de Ayuda. The engine keeps the case, files what is said, and drops what
// the bot would say while an agent owns it; this part finds the words, and says what the affiliate wants of the case.
type mesaDialog struct{ *dialog }

func inMesa(d *dialog) mesaDialog { return mesaDialog{d} }

// mesaMemory is what is remembered for the desk, and of the chat's case.
type mesaMemory struct {
	// Steps are the last things that the affiliate wished, for the desk.
	Steps stepList `json:"steps,omitempty"`
	// Token is what was seen last of a token.
	Token tokenSeen `json:"token,omitzero"`
	// Parked is the request that a person was asked for about, or that the back end did not answer: an agent may have the
	// bot go on with it.
	Parked requests `json:"parked,omitzero"`
	// Offered are the options below the last notice. They stand beside those of the open question.
	Offered []string `json:"offered,omitempty"`
	// Banner, Noted and WayOut are when the affiliate was told of a disturbance, that a message went into the case, and how to
	// get back to the bot.
	Banner time.Time `json:"banner,omitzero"`
	Noted  time.Time `json:"noted,omitzero"`
	WayOut time.Time `json:"way_out,omitzero"`
	// Attended says that an agent has had the case, and Errand is what the agent has the bot do.
	Attended bool   `json:"attended,omitempty"`
	Errand   errand `json:"errand,omitzero"`
}

// How long the affiliate is not told the same again.
const (
	sameBanner = time.Hour
	sameNoted  = 5 * time.Minute
	sameWayOut = 10 * time.Minute
)

// The options of the case. They mean the same at any time, and in any state.
const (
	choicePerson  = "help"
	choiceCounter = "counter"
	choiceBot     = "bot"
)

// shortText is the longest text that asks for a person and is taken to say nothing else: "quiero hablar con una persona, por favor".
const shortText = 40

// asksPerson reports whether a text asks for a person, in the affiliate's own words.
func (d *dialog) asksPerson(p nlu.ParsedText) bool { return p.Person && !d.in.Forwarded }

// person gives the affiliate who asks for a person what there is: a case, the one that is open, or the one of before.
func (d mesaDialog) person(p nlu.ParsedText) {
	d.mem.Misses = 0
	c, desk := d.session.Case, d.in.Desk
	switch {
	case c.Open():
		d.tell("mesa.queued_again", d.data(), d.below()...)
	case c.Reopens(d.in.Now) && d.maybeOtherMatter():
		d.askIfSame()
	case c.Reopens(d.in.Now):
		d.reopen(p)
	case desk.Banner != "" && d.in.Now.Sub(d.mem.Mesa.Banner) > sameBanner:
		d.mem.Mesa.Banner = d.in.Now
		d.tell("mesa.opened_banner", d.data(), choicePerson)
	default:
		d.open(p)
	}
}

// open opens a case. It works in any state: an effect that is awaited goes on, an open question is put aside.
func (d mesaDialog) open(p nlu.ParsedText) {
	if d.in.Desk.Next == 0 {
		d.tell("mesa.broken_desk", nil, choicePerson)
		return
	}
	d.requestCase(bot.CaseOpen, p)
	d.beginCase()
	data := d.data()
	data.Case = d.in.Desk.Next
	data.Only = d.in.Kind == bot.Pressed || utf8.RuneCountInString(d.in.Text) <= shortText
	d.tell(d.openedKey(), data, d.below()...)
}

func (d mesaDialog) openedKey() string {
	if !d.in.Desk.IsOpen() {
		return "mesa.opened_shut"
	}
	return "mesa.opened"
}

// beginCase puts the open question aside. The code of a link is still awaited: a person may be asked for because of it.
func (d mesaDialog) beginCase() {
	m := &d.mem.Mesa
	m.Banner, m.Noted, m.WayOut, m.Attended = time.Time{}, time.Time{}, time.Time{}, false
	if r := d.mem.request(); r != nil {
		d.park(r)
	}
	d.mem.Also = nil
	if d.session.State != home && !d.waiting() && !d.row().awaitsCode {
		d.leave()
	}
}

// requestCase has the case opened, with what the desk is to know.
func (d mesaDialog) requestCase(do bot.CaseEvent, p nlu.ParsedText) {
	reason := d.reason(p)
	d.out.Case = &bot.CaseRequest{Do: do, Reason: reason, Card: d.asJSON(d.card(reason))}
}

// reopen opens the closed case again.
func (d mesaDialog) reopen(p nlu.ParsedText) {
	d.requestCase(bot.CaseReopen, p)
	d.beginCase()
	d.tell("mesa.reopened", d.data(), d.below()...)
}

// The last case is about the same thing if a person is asked for soon after it was closed, and the bot did nothing in between.
const sameMatter = 2 * time.Hour

// maybeOtherMatter reports whether the affiliate may want a person for something else than the last case.
func (d mesaDialog) maybeOtherMatter() bool {
	closed := d.session.Case.Since
	return d.session.State == home && (d.in.Now.Sub(closed) > sameMatter || d.wishedSince(closed))
}

// askIfSame asks whether the last case is meant.
func (d mesaDialog) askIfSame() {
	d.leave()
	d.moveIn("mesa", "doubt")
	d.ask("mesa.reopen_ask", d.data(), choices("yes", "no")...)
}

// answerIfSame reopens the last case, or opens another one: a person is asked for either way.
func (d mesaDialog) answerIfSame(p nlu.ParsedText) bool {
	switch {
	case p.Yes && d.session.Case.Reopens(d.in.Now):
		d.leave()
		d.reopen(p)
	case p.Yes, p.No:
		d.leave()
		d.open(p)
	case isVague(p):
		d.repeatQuestion("menu.yes_or_no")
	default:
		return false
	}
	return true
}

// onButton takes a button of the case, and the one that asks for a person. False: it is another one.
func (d mesaDialog) onButton(value string) bool {
	switch {
	case value == choicePerson, value == choiceCounter && !d.session.Case.Open():
		d.person(nlu.ParsedText{Intent: nlu.IntentHelp, Person: true})
	case value == choiceCounter:
		d.atCounter()
	case value == choiceBot && d.session.Case.Open():
		d.leaveCase()
	default:
		return false
	}
	return true
}

// onWords takes what is typed in the place of such a button, and "BOT". False: it is something else.
func (d mesaDialog) onWords() bool {
	if figure, ok := bareFigure(d.in.Text); ok && d.countsOptions() {
		for i, value := range d.mem.Mesa.Offered {
			if figure == strconv.Itoa(i+1) {
				d.pressed(value)
				return true
			}
		}
	}
	if !d.session.Case.Open() || d.in.Forwarded {
		return false
	}
	switch {
	case strings.EqualFold(strings.Trim(d.in.Text, " *.!"), choiceBot), nlu.SameWords(d.in.Text, d.text("option.bot", nil)):
		d.leaveCase()
	case nlu.SameWords(d.in.Text, d.text("option.counter", nil)):
		d.atCounter()
	default:
		return false
	}
	return true
}

// countsOptions reports whether a number can mean an option of the last notice: no question is open that is answered by numbers,
// and no agent has the case, who may have asked for one.
func (d mesaDialog) countsOptions() bool {
	return !d.session.Case.Assigned() && (d.session.State == home || d.waiting() || !d.machines.flows[flowOf(d.session.State)].numbersSaid)
}

// pressed takes an option of a notice.
func (d mesaDialog) pressed(value string) {
	if d.onButton(value) {
		return
	}
	p := chosen(option{Value: value})
	if d.waiting() {
		d.onTextWhileWaiting(p)
		return
	}
	d.from = fromOldButton
	d.startIntent(p)
}

// atCounter notes that the affiliate stands at a counter. The desk is told while it is open.
func (d mesaDialog) atCounter() {
	if !d.in.Desk.IsOpen() {
		d.tell("mesa.shut_now", d.data(), choiceBot)
		return
	}
	d.out.Case = &bot.CaseRequest{Do: bot.CaseCounter}
	d.tell("mesa.counter", d.data())
}

// leaveCase closes the case because the affiliate goes back to the bot.
func (d mesaDialog) leaveCase() {
	d.out.Case = &bot.CaseRequest{Do: bot.CaseLeave}
	data := d.data()
	d.endCase()
	d.backTo("mesa.left", data)
}

// endCase forgets what was remembered of the case. What was asked before it is asked no more; an effect that is awaited goes on.
func (d mesaDialog) endCase() {
	m := &d.mem.Mesa
	m.Offered, m.Parked, m.Noted, m.WayOut, m.Attended = nil, requests{}, time.Time{}, time.Time{}, false
	d.mem.Pace, d.mem.Unreadable, d.mem.Misses = pace{}, unreadable{}, 0
	if !d.waiting() {
		d.leave()
	}
}

// backTo is the bot's first word after a case, with what it can do.
func (d mesaDialog) backTo(key string, data mesaData) {
	if d.waiting() {
		d.tell(key, data, "token", "menu", choicePerson)
		return
	}
	d.offer(bot.Told, key, data, d.menuOptions()...)
}

// below are the options below a notice of an open case.
func (d mesaDialog) below() []string {
	desk := d.in.Desk
	if desk.IsOpen() && desk.Staff != bot.StaffNone && !(d.session.Case.Open() && d.session.Case.AtCounter) {
		return []string{choiceCounter, choiceBot}
	}
	return []string{choiceBot}
}

// tell says a notice of the case. The open question stays open, with its own options.
func (d *dialog) tell(key string, data any, values ...string) {
	d.sayWith(bot.Told, key, data, values...)
}

// sayWith replies with options that are none of the open question. They are pressed by their value, and by their number until
// other options are shown.
func (d *dialog) sayWith(kind bot.ReplyKind, key string, data any, values ...string) {
	r := d.reply(kind, key, data)
	d.mem.Mesa.Offered = values
	for _, v := range values {
		r.Question = d.questionID()
		r.Choices = append(r.Choices, bot.Option{Text: d.text("option."+v, nil), Value: v})
	}
}

// nameOf is the name of a member; empty for one who is not in the group.
func (m *memory) nameOf(id backend.MemberID) string {
	p, _ := m.Group.Member(id)
	return p.Name
}
