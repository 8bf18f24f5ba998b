package flows

import (
	"strconv"
	"strings"

	"llave/bot"
	"llave/flows/backend"
)

// talk is one decision being made.
type talk struct {
	*Script
	s   bot.Session
	m   *memory
	in  bot.Input
	d   bot.Decision
	err error
	// from is where the request of this turn comes from.
	from source
	// recalled are those whose token is not the back end's answer but what was kept of an earlier one.
	recalled []backend.MemberID
}

// source is where a request comes from.
type source int

const (
	fromText      source = iota
	fromOption           // an option of the last message
	fromOldButton        // a button of an earlier message, which may have been about another person
)

// fail keeps the first error; the decision is void then.
func (t *talk) fail(err error) {
	if t.err == nil {
		t.err = err
	}
}

// move makes a move of the flow that the state belongs to, or that begins here.
func (t *talk) move(on string) { t.moveIn(flowOf(t.s.State), on) }

func (t *talk) moveIn(flow, on string) {
	if err := t.try(flow, on); err != nil {
		t.fail(err)
	}
}

// try makes a move if the table allows it. One that leads to where the conversation stands already is none.
func (t *talk) try(flow, on string) error {
	from := t.s.State
	if from != home && t.machines.leads(flow, on) == from {
		return nil
	}
	to, err := t.machines.fire(flow, on, from)
	if err != nil {
		return err
	}
	t.s.State = to
	if t.moved != nil {
		t.moved(flow, on, from, to)
	}
	return nil
}

// row is the row of the state in which the conversation stands.
func (t *talk) row() state { return t.machines.states[t.s.State] }

// leave goes home from wherever the conversation stands, and forgets what was open.
func (t *talk) leave() {
	if t.s.State != home {
		t.move("leave")
	}
	t.settle()
}

// reply appends what is said. One a turn is the rule.
func (t *talk) reply(kind bot.ReplyKind, key string, data any) *bot.Reply {
	text, err := t.texts.Render(key, data)
	if err != nil {
		t.fail(err)
		return &bot.Reply{}
	}
	t.d.Replies = append(t.d.Replies, bot.Reply{Kind: kind, Text: text})
	return &t.d.Replies[len(t.d.Replies)-1]
}

// say answers and leaves an open question open.
func (t *talk) say(key string, data any) { t.reply(bot.Say, key, data) }

// offer answers, with what one may want next. It is no question: nothing waits for an answer.
func (t *talk) offer(kind bot.ReplyKind, key string, data any, options ...option) *bot.Reply {
	r := t.reply(kind, key, data)
	t.offerBelow(r, options...)
	return r
}

// offerBelow puts options below a reply.
func (t *talk) offerBelow(r *bot.Reply, options ...option) {
	t.m.Question, t.m.Asked, t.m.AskedAt = t.questionID(), t.in.ID, t.in.Now
	t.m.Options = options
	t.attach(r)
}

// ask puts a question. Its answer is awaited for a while, then it is forgotten.
func (t *talk) ask(key string, data any, options ...option) {
	t.m.Prompt = t.offer(bot.Ask, key, data, options...).Text
	t.m.Figure, _ = bareFigure(t.in.Text)
	t.await()
}

// bareFigure is a number that is all that a text says: "2", "[2]", "2.".
func bareFigure(text string) (string, bool) {
	figure := strings.Trim(text, " .)]([")
	if figure == "" || strings.Trim(figure, "0123456789") != "" {
		return "", false
	}
	return figure, true
}

// await sets the timer that forgets the open question.
func (t *talk) await() {
	t.m.Timed = true
	t.d.Timers = append(t.d.Timers, bot.Timer{Name: timerForget, Due: t.m.AskedAt.Add(t.patience())})
}

// askAgain puts the open question once more, with another text. It stays the same question: an answer to either
// copy is an answer, and the effect that follows has the same key.
func (t *talk) askAgain(key string, data any) { t.attach(t.reply(bot.Ask, key, data)) }

func (t *talk) attach(r *bot.Reply) {
	r.Question = t.m.Question
	r.Choices = make([]bot.Option, 0, len(t.m.Options))
	for i := range t.m.Options {
		o := &t.m.Options[i]
		if o.Text == "" {
			o.Text = t.label(*o)
		}
		r.Choices = append(r.Choices, bot.Option{Text: o.Text, Value: o.Value})
	}
}

// questionID is short enough for a button and tells nothing.
func (t *talk) questionID() string {
	return string(t.in.Seed[:min(8, len(t.in.Seed))])
}

// label is the text of an option: a person's name, or what the catalog says for its value.
func (t *talk) label(o option) string {
	if p, ok := t.m.Group.Member(o.Who); ok && len(o.Value) > 1 && o.Value[0] == 'p' && o.Value[1] <= '9' {
		key := "option.person"
		if !backend.IsActive(p.Standing) {
			key = "option.inactive"
		}
		return t.text(key, p)
	}
	if o.Value == "yes" {
		return t.text(t.yes(), nil)
	}
	if o.Value == "next" {
		return t.text("option.next", t.texts.MonthName(o.Month))
	}
	if o.Month != "" && o.Value[0] == 'm' && o.Value[1] <= '9' {
		return t.text("option.month", t.texts.Month(o.Month))
	}
	if o.Month != "" && o.Value[0] == 's' && o.Value[1] <= '9' {
		return t.text("option.sheet", sheetData{Short: t.texts.MonthName(o.Month), Numbers: o.Label})
	}
	for i, c := range t.m.Others {
		if o.Value == "c"+strconv.Itoa(i) {
			return t.text("option.chat", c)
		}
	}
	return t.text("option."+o.Value, nil)
}

// yes is the key of the label of the option "yes".
func (t *talk) yes() string {
	if key := t.row().yes; key != nil {
		return key(t)
	}
	return "option.yes"
}

func (t *talk) text(key string, data any) string {
	text, err := t.texts.Render(key, data)
	if err != nil {
		t.fail(err)
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

// The effects, each with its number: for one question an effect always has the same key.
const (
	opGroup   = "group"
	opCurrent = "current"
	opAnother = "another"
	opState   = "state"
	opInvite  = "invite"
	opRedeem  = "redeem"
	opChats   = "chats"
	opUnlink  = "unlink"
	opNotify  = "notify"
	opMonths  = "months"
	opSheets  = "sheets"
	opPrint   = "print"
	opVoid    = "void"
)

// effectKind is what is known of an effect.
type effectKind struct {
	number int
	// acts says that the effect changes something at the back end: it cannot be called back.
	acts bool
}

var effects = map[string]effectKind{
	opGroup: {number: 1}, opCurrent: {number: 2}, opAnother: {number: 3, acts: true}, opState: {number: 4}, opInvite: {number: 5}, opChats: {number: 6},
	opUnlink: {number: 7, acts: true}, opNotify: {number: 8}, opRedeem: {number: 9, acts: true}, opMonths: {number: 10}, opSheets: {number: 11},
	opPrint: {number: 12, acts: true}, opVoid: {number: 13, acts: true},
}

// effect asks the engine for a call. Interim is the key of what is said if its answer is late.
func (t *talk) effect(op, asked string, args any, interim string) {
	t.d.Effect = &bot.Effect{Op: op, Args: bot.Of(args), Asked: asked, N: effects[op].number, Once: t.once(op)}
	if interim != "" {
		t.d.Interim = &bot.Reply{Kind: bot.Interim, Text: t.text(interim, nil)}
	}
}

// busy says whether an answer is awaited that matters, in this state or left behind by "cancelar".
func (t *talk) busy() bool { return t.s.Pending != nil && t.s.Pending.Op != opNotify }
