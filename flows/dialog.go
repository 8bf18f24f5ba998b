package flows

import (
	"strconv"
	"strings"
	"time"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/texts"
)

// dialog is one decision in the making: the session and the input that it starts from, and the decision so far. It has
// what every flow needs: moves, replies, questions and effects. Each flow extends it with a type of its own.
type dialog struct {
	*Script
	session bot.Session
	mem     *memory
	in      bot.Input
	out     bot.Decision
	err     error
	// from is where the request of this turn comes from.
	from source
	// remembered are the members whose token comes from the memory and not from the back end.
	remembered []backend.MemberID
	// nth counts the requests of this turn after the first.
	nth int
	// named counts the replies that have been looked at for whose account they are about.
	named int
	// resumed says that an agent left a request to the bot, and that it goes on with it.
	resumed bool
}

// source is where a request comes from.
type source int

const (
	fromText      source = iota
	fromOption           // an option of the last message
	fromOldButton        // a button of an earlier message, which may have been about another person
)

// fail keeps the first error. The decision is void then.
func (d *dialog) fail(err error) {
	if d.err == nil {
		d.err = err
	}
}

// row is the row of the current state.
func (d *dialog) row() state { return d.machines.states[d.session.State] }

// move makes a move in the flow of the current state.
func (d *dialog) move(event string) { d.moveIn(flowOf(d.session.State), event) }

func (d *dialog) moveIn(flow, event string) {
	if err := d.try(flow, event); err != nil {
		d.fail(err)
	}
}

// try makes a move if it is legal. A move to the current state is none: the same question is asked again.
func (d *dialog) try(flow, event string) error {
	from := d.session.State
	if from != home && d.machines.leads(flow, event) == from {
		return nil
	}
	to, err := d.machines.fire(flow, event, from)
	if err != nil {
		return err
	}
	d.session.State = to
	if d.moved != nil {
		d.moved(flow, event, from, to)
	}
	return nil
}

// tryAny makes the first legal move of several in a flow. It fails if there is none and the dialog is in another flow.
func (d *dialog) tryAny(flow string, events ...string) {
	for _, event := range events {
		if d.try(flow, event) == nil {
			return
		}
	}
	if flowOf(d.session.State) != flow {
		d.moveIn(flow, events[0])
	}
}

// leave goes to the menu from any state, and ends the open question and request.
func (d *dialog) leave() {
	if d.session.State != home {
		d.move("leave")
	}
	d.reset()
}

// leaveWith does the same and keeps a request.
func (d *dialog) leaveWith(r Request) {
	d.leave()
	d.mem.put(r)
}

// reset ends the open question and its timer, and the request behind it.
func (d *dialog) reset() {
	if d.mem.Timed {
		d.out.Timers = append(d.out.Timers, bot.Timer{Name: timerForget})
	}
	d.mem.open = open{}
}

// resetWith does the same and keeps a request.
func (d *dialog) resetWith(r Request) {
	d.reset()
	d.mem.put(r)
}

// reply appends a reply. The rule is one a turn.
func (d *dialog) reply(kind bot.ReplyKind, key string, data any) *bot.Reply {
	key = d.unlikeBefore(key)
	d.out.Replies = append(d.out.Replies, bot.Reply{Kind: kind, Text: d.text(key, data)})
	return d.lastReply()
}

func (d *dialog) lastReply() *bot.Reply { return &d.out.Replies[len(d.out.Replies)-1] }

// say replies without options. An open question stays open.
func (d *dialog) say(key string, data any) { d.reply(bot.Say, key, data) }

// offer replies with options for what may follow. It is no question: nothing waits for an answer.
func (d *dialog) offer(kind bot.ReplyKind, key string, data any, options ...option) *bot.Reply {
	r := d.reply(kind, key, data)
	d.offerBelow(r, options...)
	return r
}

// offerBelow puts options below a reply.
func (d *dialog) offerBelow(r *bot.Reply, options ...option) {
	d.mem.Question, d.mem.Asked, d.mem.AskedAt = d.questionID(), d.in.ID, d.in.Now
	d.mem.Options = options
	d.attach(r)
}

// ask puts a question. It is forgotten if it is not answered within the patience of the state.
func (d *dialog) ask(key string, data any, options ...option) {
	d.sayAnew(key)
	d.askOn(key, data, options...)
}

// askOn does the same for a question that is put again because the answer does not fit.
func (d *dialog) askOn(key string, data any, options ...option) {
	d.mem.Prompt = d.offer(bot.Ask, key, data, options...).Text
	d.mem.Figure, _ = bareFigure(d.in.Text)
	d.await()
}

// bareFigure reads a text that is a number and nothing else: "2", "[2]", "2.".
func bareFigure(text string) (string, bool) {
	figure := strings.Trim(text, " .)]([")
	if figure == "" || strings.Trim(figure, "0123456789") != "" {
		return "", false
	}
	return figure, true
}

// await sets the timer that forgets the open question.
func (d *dialog) await() {
	d.mem.Timed = true
	d.out.Timers = append(d.out.Timers, bot.Timer{Name: timerForget, Due: d.mem.AskedAt.Add(d.patience())})
}

// askAgain puts the open question once more, in other words. It stays the same question: an answer to either copy is an
// answer, and the effect that follows has the same key.
func (d *dialog) askAgain(key string, data any) { d.attach(d.reply(bot.Ask, key, data)) }

// restart starts the time of the open question again.
func (d *dialog) restart(at time.Time) {
	d.mem.AskedAt = at
	d.await()
}

// attach puts the open question and its options below a reply.
func (d *dialog) attach(r *bot.Reply) {
	r.Question = d.mem.Question
	d.mem.Mesa.Offered = nil
	r.Choices = make([]bot.Option, 0, len(d.mem.Options))
	for i := range d.mem.Options {
		o := &d.mem.Options[i]
		if o.Text == "" {
			o.Text = d.label(*o)
		}
		r.Choices = append(r.Choices, bot.Option{Text: o.Text, Value: o.Value})
	}
}

// questionID is short enough for a button, and holds no information.
func (d *dialog) questionID() string {
	return string(d.in.Seed[:min(8, len(d.in.Seed))])
}

// label is the text of an option: a person's name, a month, a sheet, a chat, or the text of its value.
func (d *dialog) label(o option) string {
	if p, ok := d.mem.Group.Member(o.Who); ok && o.numbered('p') {
		key := "option.person"
		if !backend.IsActive(p.Standing) {
			key = "option.inactive"
		}
		return d.text(key, p)
	}
	switch {
	case o.numbered('a'):
		n, _ := d.mem.accountOf(o)
		return d.text("option.account", d.mem.accountName(d.mem.groups()[n]))
	case o.numbered('u'):
		return d.text("option.iam", d.calledName(o.Who))
	case o.Value == "yes":
		return d.text(d.yes(), nil)
	case o.Value == "othermonth" && o.Month != "":
		return d.text("option.for_month", d.texts.MonthName(o.Month))
	case o.Value == "next":
		return d.text("option.next", d.texts.MonthName(o.Month))
	case o.Month != "" && o.numbered('m'):
		return d.text("option.month", d.texts.Month(o.Month))
	case o.Month != "" && o.numbered('s'):
		return d.text("option.sheet", sheetData{Short: d.texts.MonthName(o.Month), Numbers: o.Label})
	}
	for i, c := range d.mem.Listed {
		if o.Value == "c"+strconv.Itoa(i) {
			return d.text("option.chat", c)
		}
	}
	return d.text("option."+o.Value, nil)
}

// calledName is the first name of a member; the whole name if another member has the same.
func (d *dialog) calledName(id backend.MemberID) string {
	name := d.mem.nameOf(id)
	for _, p := range d.mem.Group.Members {
		if p.ID != id && texts.FirstName(p.Name) == texts.FirstName(name) {
			return name
		}
	}
	return texts.FirstName(name)
}

// yes is the key of the label of the option "yes".
func (d *dialog) yes() string {
	if key := d.row().yes; key != nil {
		return key(d)
	}
	return "option.yes"
}

// text renders a text of the catalog.
func (d *dialog) text(key string, data any) string {
	text, err := d.texts.Render(key, data)
	if err != nil {
		d.fail(err)
	}
	return text
}

// people are the options for a list of members.
func people(ids []backend.MemberID) []option {
	var out []option
	for i, id := range ids {
		out = append(out, option{Value: "p" + strconv.Itoa(i+1), Who: id})
	}
	return out
}

// choices are options by their values.
func choices(values ...string) []option {
	out := make([]option, len(values))
	for i, v := range values {
		out[i].Value = v
	}
	return out
}
