package flows

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"llave/bot"
	"llave/flows/backend"
)

// caseChat is a chat and its case. Of what the engine does it makes as much as the words depend on.
type caseChat struct {
	t    *testing.T
	sc   *Script
	s    bot.Session
	now  time.Time
	n    int
	desk bot.Desk
	last bot.Decision
}

// newCaseChat is María's chat while the desk is open: the next case is 4821, and two people wait.
func newCaseChat(t *testing.T) *caseChat {
	t.Helper()
	return &caseChat{t: t, sc: sharedScript(), s: bot.Session{V: version, Data: &memory{Cred: "c", Group: familyOfMaria, Self: "1",
		Identity: identity{ChannelName: "Telegram", MaskedID: "···1234", Sender: "Mari"}}}, now: monday,
		desk: bot.Desk{Next: 4821, Ahead: 2, Low: 5 * time.Minute, High: 10 * time.Minute}}
}

// sharedScript is one script for all: it is never changed.
var sharedScript = sync.OnceValue(func() *Script { return newFullScript(&testing.T{}) })

var (
	ana  = bot.Agent{ID: "ana", Name: "Ana", Role: bot.RoleAgent}
	beto = bot.Agent{ID: "beto", Name: "Beto", Role: bot.RoleAgent}
)

// decide has the script decide, and does with the case what the engine does.
func (c *caseChat) decide(in bot.Input) bot.Decision {
	c.t.Helper()
	in.Now, in.Seed, in.Desk, in.Settled = c.now, bot.Seed(fmt.Sprintf("SEED%04dSEED", c.n)), c.desk, true
	d, err := c.sc.Decide(c.s, in)
	if err != nil {
		c.t.Fatal(err)
	}
	kept := c.s.Case
	c.s, c.last = d.Session, d
	if c.s.Case != kept {
		c.t.Fatal("the script changed the case")
	}
	if d.Case != nil {
		c.request(*d.Case)
	}
	if d.Effect != nil {
		e := *d.Effect
		e.Key = "k"
		c.s.Pending = &e
	}
	return d
}

func (c *caseChat) request(r bot.CaseRequest) {
	var step bot.CaseStep
	switch r.Do {
	case bot.CaseOpen:
		step = c.s.Case.OpenCase(r.Reason, c.now, c.desk)
	case bot.CaseReopen:
		step = c.s.Case.Reopen(c.now, c.desk)
	case bot.CaseLeave:
		step = c.s.Case.Leave(c.now)
	case bot.CaseCounter:
		step = c.s.Case.AtTheCounter(c.now, c.desk)
	}
	if step.Refused != "" {
		c.t.Fatalf("%s is refused: %s", r.Do, step.Refused)
	}
	c.s.Case = step.Case
}

func (c *caseChat) update(u bot.Update) bot.Decision {
	c.t.Helper()
	c.n++
	u.ID, u.Chat = fmt.Sprint(c.n), "telegram/llave/1"
	return c.decide(bot.Input{Accepted: bot.Accepted{Update: u}})
}

// says has the affiliate write, a minute later.
func (c *caseChat) says(text string) bot.Decision {
	c.t.Helper()
	c.now = c.now.Add(time.Minute)
	return c.update(bot.Update{Kind: bot.Message, Text: text})
}

// presses presses an option of the last reply.
func (c *caseChat) presses(value string) bot.Decision {
	c.t.Helper()
	q := ""
	for _, r := range c.last.Replies {
		q = r.Question
	}
	c.now = c.now.Add(time.Minute)
	return c.update(bot.Update{Kind: bot.Pressed, Choice: bot.Choice{Question: q, Value: value}})
}

// does has an agent act.
func (c *caseChat) does(by bot.Agent, do bot.Deed, more func(*bot.Act)) bot.Decision {
	c.t.Helper()
	c.now = c.now.Add(time.Minute)
	a := bot.Act{ID: fmt.Sprint("act", c.n), Do: do, By: by, Case: c.s.Case.ID, Epoch: c.s.Case.Epoch, Seen: c.s.Case.Last}
	if more != nil {
		more(&a)
	}
	step := c.s.Case.Do(a, c.now, 0, c.desk)
	if step.Refused != "" {
		c.t.Fatalf("%s is refused: %s", do, step.Refused)
	}
	c.s.Case = step.Case
	c.n++
	return c.decide(bot.Input{Accepted: bot.Accepted{Update: bot.Update{ID: "act/" + a.ID, Kind: bot.Acted, Act: &a}}, Became: step.Became})
}

// rings lets the case's alarm ring.
func (c *caseChat) rings() bot.Decision {
	c.t.Helper()
	if due := c.s.Case.DueAt(c.desk); due.After(c.now) {
		c.now = due
	}
	step := c.s.Case.Ring(c.now, c.desk)
	c.s.Case = step.Case
	c.n++
	return c.decide(bot.Input{Accepted: bot.Accepted{Update: bot.Update{ID: fmt.Sprint(c.n), Kind: bot.Alarm, Subtype: bot.CaseTimer}}, Became: step.Became})
}

// answers brings the result of the pending effect.
func (c *caseChat) answers(a effectAnswer) bot.Decision {
	c.t.Helper()
	return c.result(bot.Result{Data: bot.Of(a)})
}

func (c *caseChat) result(r bot.Result) bot.Decision {
	c.t.Helper()
	if c.s.Pending == nil {
		c.t.Fatal("nothing is pending")
	}
	r.Key, r.Op, r.Late = c.s.Pending.Key, c.s.Pending.Op, true
	c.n++
	return c.decide(bot.Input{Accepted: bot.Accepted{Update: bot.Update{ID: fmt.Sprint(c.n), Kind: bot.Answer, Result: &r}}})
}

// taken is a chat whose case Ana has.
func taken(t *testing.T) *caseChat {
	t.Helper()
	c := newCaseChat(t)
	c.says("persona")
	c.does(ana, bot.DeedTake, nil)
	return c
}

// wants checks that a decision says one thing, of a kind, with these words and options.
func wants(t *testing.T, d bot.Decision, kind bot.ReplyKind, words string, options ...string) {
	t.Helper()
	if len(d.Replies) != 1 {
		t.Fatalf("want one reply with %q, have %+v", words, d.Replies)
	}
	r := d.Replies[0]
	var have []string
	for _, o := range r.Choices {
		have = append(have, o.Value)
	}
	if r.Kind != kind || !strings.Contains(r.Text, words) || !slices.Equal(have, options) {
		t.Fatalf("want %s %q %q, have %s %q %q", kind, words, options, r.Kind, r.Text, have)
	}
}

func silent(t *testing.T, d bot.Decision) {
	t.Helper()
	if len(d.Replies) > 0 || d.Effect != nil || d.Case != nil {
		t.Fatalf("want nothing, have %+v, effect %+v, case %+v", d.Replies, d.Effect, d.Case)
	}
}

// Asking for a person opens a case at once: by word and by button, in any state, while the back end is asked, and in a chat that
// is not linked. "Ayuda" alone does not.
func TestAPersonIsAskedForAtOnce(t *testing.T) {
	sc := sharedScript()
	for state := range sc.machines.states {
		for _, u := range []bot.Update{{Kind: bot.Message, Text: "quiero hablar con una persona"}, {Kind: bot.Pressed, Choice: bot.Choice{Question: "old", Value: "help"}}} {
			c := newCaseChat(t)
			m := mariaAsks(requestIn(state), choices("yes", "no")...)
			m.Link.Invite = "i"
			c.s.State, c.s.Data, c.s.Pending = state, m, nil
			waits := (&dialog{Script: sc, session: c.s}).waiting()
			if waits {
				c.s.Pending = &bot.Effect{Op: opCurrent, Key: "k"}
			}
			d := c.update(u)
			if d.Case == nil || d.Case.Do != bot.CaseOpen || d.Effect != nil {
				t.Errorf("%s in %s: %+v, effect %+v", u.Kind, state, d.Case, d.Effect)
				continue
			}
			wants(t, d, bot.Told, "tu caso es el *4821*", "counter", "bot")
			if keeps := waits || state == "link.code"; keeps && d.Session.State != state || !keeps && d.Session.State != home {
				t.Errorf("%s leads to %s", state, d.Session.State)
			}
			if waits && d.Session.Pending == nil {
				t.Errorf("in %s the pending effect is lost", state)
			}
		}
	}
	c := newCaseChat(t)
	c.s.Data = &memory{}
	if d := c.says("persona"); d.Case == nil {
		t.Error("not opened in a chat that is not linked")
	}
	c = newCaseChat(t)
	if d := c.says("ayuda"); d.Case != nil || d.Replies[0].Choices[0].Value != "help" {
		t.Errorf("help opens %+v, offers %+v", d.Case, d.Replies[0].Choices)
	}
	if d := c.says("1"); d.Case == nil { // a person is the first of what there is
		t.Errorf("the first option of help opens nothing: %+v", d.Replies)
	}
	c = newCaseChat(t)
	if d := c.update(bot.Update{Kind: bot.Message, Text: "quiero hablar con una persona", Forwarded: true}); d.Case != nil {
		t.Error("forwarded words open a case")
	}
	if d := c.update(bot.Update{Kind: bot.Started, Text: "help"}); d.Case != nil {
		t.Error("a link opens a case")
	}
}

// What is promised is what the desk says, and nothing if it says nothing.
func TestThePromiseIsTheDesks(t *testing.T) {
	at := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour+3, 0, 0, 0, time.UTC) }
	shut := func(opens time.Time) bot.Desk {
		return bot.Desk{Next: 4821, Hours: bot.Hours{Changes: opens, Then: opens.Add(8 * time.Hour)}}
	}
	for want, desk := range map[string]bot.Desk{
		"Hay 2 personas antes; solemos contestar en 5 a 10 minutos.":                 {Next: 4821, Ahead: 2, Low: 5 * time.Minute, High: 10 * time.Minute},
		"Hay 1 persona antes; te contestamos por acá apenas se libere alguien.":      {Next: 4821, Ahead: 1},
		"Mesa de Ayuda. Solemos contestar en menos de 4 minutos.":                    {Next: 4821, High: 4 * time.Minute},
		"Mesa de Ayuda. Solemos contestar en unos 7 minutos.":                        {Next: 4821, Ahead: 300, Low: 7 * time.Minute, High: 7 * time.Minute},
		"Mesa de Ayuda. Te contestamos por acá apenas se libere alguien.":            {Next: 4821},
		"está cerrada: te contestamos por acá *hoy desde las 14*":                    shut(at(23, 14)),
		"está cerrada: te contestamos por acá *mañana, martes, desde las 8*":         shut(at(24, 8)),
		"está cerrada: te contestamos por acá *el viernes desde la 1*":               shut(at(27, 1)),
		"está cerrada: te contestamos por acá *el lunes 30 de noviembre desde las 8": shut(at(30, 8)),
	} {
		c := newCaseChat(t)
		c.desk = desk
		d := c.says("persona")
		if len(d.Replies) != 1 || !strings.Contains(d.Replies[0].Text, want) || !strings.Contains(d.Replies[0].Text, "221-351-0282") {
			t.Errorf("want %q, have %+v", want, d.Replies)
		}
		if open := desk.IsOpen(); slices.ContainsFunc(d.Replies[0].Choices, func(o bot.Option) bool { return o.Value == "counter" }) != open {
			t.Errorf("open %t: options %+v", open, d.Replies[0].Choices)
		}
	}
	c := newCaseChat(t)
	c.desk.Next = 0
	d := c.says("persona")
	if d.Case != nil {
		t.Error("a case without a number")
	}
	wants(t, d, bot.Told, "No pude abrir el caso ahora. Llamá o escribile a Mesa de Ayuda: 221-351-0282.", "help")
}

// Who only asks for a person is asked what it is about; who has said it is not.
func TestWhoOnlyAsksIsAskedWhy(t *testing.T) {
	for text, asked := range map[string]bool{"persona": true, "quiero hablar con una persona, la farmacia no me acepta el token de mi hija": false} {
		c := newCaseChat(t)
		if d := c.says(text); strings.Contains(d.Replies[0].Text, "Contame en un mensaje") != asked {
			t.Errorf("%q: %q", text, d.Replies[0].Text)
		}
	}
}

// While there is a disturbance the first wish for a person is answered with it, and the second opens a case.
func TestABannerIsToldOnce(t *testing.T) {
	c := newCaseChat(t)
	c.desk.Banner = "Hay un problema en IOMA desde las 10:20 y ya lo están arreglando."
	d := c.says("persona")
	wants(t, d, bot.Told, c.desk.Banner, "help")
	if d.Case != nil {
		t.Fatal("the first wish opens a case")
	}
	if d = c.says("persona"); d.Case == nil {
		t.Fatalf("the second one opens none: %+v", d.Replies)
	}
}

// A person is offered after the second text that was not understood, also inside a question, and by every text that says that
// the back end does not answer, and after an insult.
func TestAPersonIsOffered(t *testing.T) {
	offers := func(d bot.Decision) bool {
		return len(d.Replies) == 1 && strings.Contains(d.Replies[0].Text, "*persona*") &&
			slices.ContainsFunc(d.Replies[0].Choices, func(o bot.Option) bool { return o.Value == "help" })
	}
	c := newCaseChat(t)
	c.says("me lo rechazaron")
	for i, want := range []bool{false, true} {
		d := c.says([]string{"el de zutano", "el de mengano"}[i])
		if d.Effect != nil { // the group is read before a name is called unknown
			d = c.answers(effectAnswer{Group: &familyOfMaria})
		}
		if d.Session.State != "rejected.pick" || offers(d) != want {
			t.Fatalf("answer %d in %s: %+v", i, d.Session.State, d.Replies)
		}
	}
	c = newCaseChat(t)
	if d := c.says("sos un boludo"); !offers(d) {
		t.Errorf("after an insult: %+v", d.Replies)
	}
	c = newCaseChat(t)
	c.says("token de juana")
	if d := c.result(bot.Result{Failed: true}); !offers(d) {
		t.Errorf("after a failure: %+v", d.Replies)
	}
}

// Texts that name the phone name the person in the chat as well: the phone is the other way out.
func TestThePhoneIsTheOtherWayOut(t *testing.T) {
	sc := newFullScript(t)
	for _, key := range []string{"menu.help", "menu.miss_again", "menu.person", "menu.undelivered", "menu.broken", "menu.automatic", "faq.insult", "faq.leaving",
		"token.no_answer", "token.unknown", "token.busy", "token.gone", "another.unknown", "void.off", "void.unknown", "sheet.unknown", "link.failed", "link.too_many", "link.off"} {
		var data any = false
		if key == "link.too_many" {
			data = nil
		}
		text, err := sc.texts.Render(key, data)
		if err != nil || !strings.Contains(text, "*persona*") || !strings.Contains(text, "221-351-0282") {
			t.Errorf("%s: %q, %v", key, text, err)
		}
	}
}

// The card holds what was wished and what came of it, for whom, what is known of the token and what was pending: no text, no
// digits.
func TestTheCard(t *testing.T) {
	c := newCaseChat(t)
	family := backend.Group{Own: "1"}
	for _, p := range familyOfMaria.Members {
		p.Standing = backend.Active
		family.Members = append(family.Members, p)
	}
	c.s.Data.(*memory).Group = family
	const digits, canary = "482913", "esto no lo guardes"
	c.says("token de juana")
	c.answers(effectAnswer{Given: &backend.Given{Group: family, Tokens: []backend.Token{{Member: "3", Digits: digits, Until: c.now.Add(10 * time.Hour)}}}})
	c.says(canary)
	c.says("me lo rechazaron")
	c.answers(effectAnswer{State: &backend.TokenState{Group: family, Member: "3", Exists: true, Until: c.now.Add(10 * time.Hour), UsedAt: c.now}})
	c.says("otro token de mamá")
	d := c.says("persona")
	var card CaseCard
	if err := json.Unmarshal(d.Case.Card, &card); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(d.Case.Card), digits) || strings.Contains(string(d.Case.Card), "guardes") {
		t.Errorf("the card tells too much: %s", d.Case.Card)
	}
	var got []string
	for _, s := range card.Steps {
		got = append(got, fmt.Sprintf("%s %s %s", s.What, s.Who, s.Outcome))
	}
	want := []string{"token Juana Ruiz given", "none  missed", "rejected Juana Ruiz used", "another Rosa Peralta asked"}
	if !slices.Equal(got, want) || card.Pending != PendingQuestion {
		t.Errorf("steps %q, pending %s", got, card.Pending)
	}
	if k := card.Token; k == nil || k.State != "used" || k.Who != "Juana Ruiz" || k.Used.IsZero() || k.Given.IsZero() || !k.Tried.IsZero() || k.Locked {
		t.Errorf("token %+v", card.Token)
	}
	if !card.Linked || !card.Active || card.Name != "María Elena Gómez" || card.User != card.Name || card.IdentityMasked != "···1234" || len(card.Members) != 6 || card.Members[2].Key != "María Elena Gómez/3" || card.Members[2].Account != "" {
		t.Errorf("card %s", d.Case.Card)
	}
	for range 20 {
		c.says("token de juana")
		c.result(bot.Result{Failed: true})
	}
	if n := len(c.s.Data.(*memory).Mesa.Steps); n != keptSteps {
		t.Errorf("%d steps are kept", n)
	}
}

// The reason of a case is what went wrong last.
func TestTheReason(t *testing.T) {
	waits := newCaseChat(t)
	waits.says("token de juana")
	if d := waits.says("persona"); d.Case.Reason != reasonNoAnswer {
		t.Errorf("while the back end is asked: %s", d.Case.Reason)
	}
	for want, before := range map[string]func(c *caseChat){
		reasonPerson:   func(*caseChat) {},
		reasonMissed:   func(c *caseChat) { c.says("asdf"); c.says("qwer") },
		reasonNoAnswer: func(c *caseChat) { c.says("token de juana"); c.result(bot.Result{Failed: true}) },
		reasonInsult:   func(c *caseChat) { c.says("sos un boludo") },
		reasonLink: func(c *caseChat) {
			c.s.Data = &memory{}
			c.says("token")
			c.answers(effectAnswer{Invite: &backend.Invite{ID: "i"}})
		},
		reasonStanding: func(c *caseChat) {
			c.says("token de juana")
			c.answers(effectAnswer{Given: &backend.Given{Group: familyOfMaria, Denials: []backend.Denial{{Member: "3", Reason: backend.NotActive}}}})
		},
	} {
		c := newCaseChat(t)
		before(c)
		if d := c.says("persona"); d.Case == nil || d.Case.Reason != want {
			t.Errorf("want %s, have %+v", want, d.Case)
		}
	}
}

// While a case is queued the bot goes on. What it does not understand is in the case; it says so once in five minutes.
func TestQueued(t *testing.T) {
	c := newCaseChat(t)
	c.says("persona")
	wants(t, c.says("la chica del mostrador se fue"), bot.Told, "Lo agregué a tu caso 4821.")
	silent(t, c.says("y me dejó esperando"))
	if d := c.says("token de juana"); d.Effect == nil || d.Effect.Op != opCurrent {
		t.Errorf("no token while the case is queued: %+v", d.Replies)
	}
	silent(t, c.says("blablabla"))
	c.result(bot.Result{Failed: true})
	c.now = c.now.Add(5 * time.Minute)
	wants(t, c.says("blablabla"), bot.Told, "Lo agregué a tu caso 4821.")
	wants(t, c.says("quiero hablar con una persona"), bot.Told, "Tu caso 4821 sigue en la cola", "counter", "bot")
	wants(t, c.update(bot.Update{Kind: bot.Other, Subtype: "photo", Media: &bot.Media{}}), bot.Told, "Recibí la foto: la va a ver quien te atienda.")
	silent(t, c.update(bot.Update{Kind: bot.Other, Subtype: "photo", Media: &bot.Media{}}))
	c.now = c.now.Add(6 * time.Minute)
	wants(t, c.update(bot.Update{Kind: bot.TooLong}), bot.Told, "Lo agregué a tu caso 4821.")
	d := c.update(bot.Update{Kind: bot.Other, Subtype: "photo"}) // the channel cannot get it
	wants(t, d, bot.Say, "No puedo ver fotos")
	d = c.presses("counter")
	if d.Case == nil || d.Case.Do != bot.CaseCounter || d.Said != "Estoy en el mostrador" {
		t.Errorf("%+v, said %q", d.Case, d.Said)
	}
	wants(t, d, bot.Told, "estás en el mostrador")
	wants(t, c.says("persona"), bot.Told, "sigue en la cola", "bot")
	if d = c.says("bot"); d.Case == nil || d.Case.Do != bot.CaseLeave {
		t.Errorf("BOT does %+v", d.Case)
	}
	wants(t, d, bot.Told, "Listo, cerré tu caso 4821. Sigo yo", "token", "another", "preprint", "rejected", "chats", "others", "help")
}

// The options below a notice are chosen by their numbers, and a question that is answered by a number keeps its own.
func TestNumbersOfANotice(t *testing.T) {
	c := newCaseChat(t)
	c.says("persona")
	if d := c.says("2"); d.Case == nil || d.Case.Do != bot.CaseLeave {
		t.Errorf("2 does %+v, says %+v", d.Case, d.Replies)
	}
	c = newCaseChat(t)
	c.says("token de juana")
	c.says("persona")
	if d := c.says("1"); d.Case == nil || d.Case.Do != bot.CaseCounter {
		t.Errorf("1 while the back end is asked does %+v, says %+v", d.Case, d.Replies)
	}
}

// While an agent has the case the bot obeys BOT and "desvincular" alone, tells the way out at most once in ten minutes, and hands
// on what it understood.
func TestAttended(t *testing.T) {
	c := taken(t)
	d := c.says("otro token de juana")
	silent(t, d)
	if string(d.Hint) != `{"intent":"another","people":["Juana Ruiz"]}` {
		t.Errorf("hint %s", d.Hint)
	}
	for _, text := range []string{"token", "persona por favor", "sí", "asdf", "no importa, ya está", "quiero desvincular a mi marido", "BCDF-GHJK", "chats"} {
		silent(t, c.says(text))
	}
	for _, u := range []bot.Update{{Kind: bot.TooLong}, {Kind: bot.Other, Subtype: "voice", Media: &bot.Media{}}, {Kind: bot.Started, Text: "token"}, {Kind: bot.Pressed, Choice: bot.Choice{Value: "token"}}} {
		silent(t, c.update(u))
	}
	wants(t, c.says("menú"), bot.Told, "Estás hablando con Ana. Para volver al asistente escribí *BOT*.")
	silent(t, c.says("cancelar"))
	silent(t, c.says("ayuda"))
	c.now = c.now.Add(10 * time.Minute)
	wants(t, c.says("volver"), bot.Told, "Estás hablando con Ana")
	silent(t, c.says("1"))
	silent(t, c.says("2"))
	if d = c.presses("bot"); d.Case == nil || d.Case.Do != bot.CaseLeave {
		t.Errorf("the button does %+v", d.Case)
	}
	wants(t, d, bot.Told, "Listo, cerré tu caso 4821", "token", "another", "preprint", "rejected", "chats", "others", "help")
	for text, leaves := range map[string]bool{"BOT": true, "bot": true, "*BOT*": true, "sos un bot?": false} {
		if d := taken(t).says(text); (d.Case != nil && d.Case.Do == bot.CaseLeave) != leaves {
			t.Errorf("%q does %+v", text, d.Case)
		}
	}
	d = taken(t).says("desvincular")
	if d.Case == nil || d.Case.Do != bot.CaseLeave || d.Effect == nil || d.Effect.Op != opUnlink || d.Session.Data.(*memory).linked() {
		t.Errorf("unlinking does %+v, %+v", d.Case, d.Effect)
	}
	d = taken(t).update(bot.Update{Kind: bot.Message, Text: "desvincular", Forwarded: true})
	silent(t, d)
}

// Every thing that a case becomes is told in one message, and the next message is answered by the bot.
func TestWhatTheCaseBecomes(t *testing.T) {
	menu := []string{"token", "another", "preprint", "rejected", "chats", "others", "help"}
	c := newCaseChat(t)
	c.says("persona")
	wants(t, c.rings(), bot.Told, "Se está demorando más de lo que esperábamos: perdón.", "counter", "bot")
	wants(t, c.does(ana, bot.DeedTake, nil), bot.Told, "Te atiende *Ana*, de Mesa de Ayuda.")
	wants(t, c.does(ana, bot.DeedTransfer, func(a *bot.Act) { a.To = beto }), bot.Told, "Sigue con vos *Beto*, de Mesa de Ayuda: ya sabe lo que hablaron.")
	silent(t, c.does(bot.Agent{ID: "carla", Name: "Carla", Role: bot.RoleSupervisor}, bot.DeedTakeOver, nil))
	carla := c.s.Case.Owner
	silent(t, c.rings()) // silent for long: in the queue again
	wants(t, c.rings(), bot.Told, "Tu caso 4821 sigue, y te contesta la próxima persona libre.", "counter", "bot")
	c.does(carla, bot.DeedTake, nil)
	wants(t, c.does(carla, bot.DeedCounter, func(a *bot.Act) { a.On = true }), bot.Told, "estás en el mostrador")
	silent(t, c.does(carla, bot.DeedSay, func(a *bot.Act) { a.Text = "hola" }))
	wants(t, c.rings(), bot.Told, "¿Seguís ahí? Si no contestás, a las 12:54 ")
	wants(t, c.rings(), bot.Told, "Cerré el caso 4821 porque no hubo respuesta. Si querés seguirlo, escribí *persona* antes de mañana a las 12:54.", menu...)
	wants(t, c.says("gracias"), bot.Say, "¡De nada!")

	c = taken(t)
	c.says("hola")
	wants(t, c.does(ana, bot.DeedClose, func(a *bot.Act) { a.Why = bot.WhyResolved }), bot.Told, "Ana cerró el caso 4821. Sigo yo: si necesitás algo más, escribí *token*, *menú* o *persona*.", menu...)
	if d := c.says("token de juana"); d.Effect == nil {
		t.Errorf("mute after the case was closed: %+v", d)
	}
	c = taken(t)
	wants(t, c.does(ana, bot.DeedClose, func(a *bot.Act) { a.Why = bot.WhyElsewhere }), bot.Told, "Esto no se hace por este chat", menu...)
	c = taken(t)
	wants(t, c.does(ana, bot.DeedReturn, nil), bot.Told, "Ana cerró el caso 4821. Sigo yo", menu...)
	wants(t, c.does(ana, bot.DeedReopen, nil), bot.Told, "Ana retomó tu caso *4821*", "counter", "bot")

	c = newCaseChat(t)
	c.says("persona")
	c.desk.Hours = bot.Hours{Changes: monday.Add(22 * time.Hour), Then: monday.Add(30 * time.Hour)}
	wants(t, c.rings(), bot.Told, "Mesa de Ayuda ya cerró. Tu caso 4821 queda abierto y te contestamos *mañana, martes, desde las 8*.", "bot")
	wants(t, c.says("estoy en el mostrador"), bot.Told, "Mesa de Ayuda está cerrada", "bot")
}

// An agent leaves the request that failed to the bot, which goes on with it. One that is too old is asked about.
func TestTheBotGoesOn(t *testing.T) {
	resume := func(a *bot.Act) { a.Resume = true }
	fail := func() *caseChat {
		c := newCaseChat(t)
		c.says("token de juana")
		c.result(bot.Result{Failed: true})
		c.says("persona")
		c.does(ana, bot.DeedTake, nil)
		return c
	}
	const line = "Ana te dejó conmigo y sigo con lo que habías pedido."
	c := fail()
	d := c.does(ana, bot.DeedReturn, resume)
	if d.Effect == nil || d.Effect.Op != opCurrent || len(d.Replies) > 0 || !strings.HasPrefix(d.Interim.Text, line) {
		t.Fatalf("effect %+v, says %+v, meanwhile %+v", d.Effect, d.Replies, d.Interim)
	}
	// in time: in the same turn
	r := &bot.Result{Key: "k", Op: opCurrent, Data: bot.Of(effectAnswer{Given: &backend.Given{Group: familyOfMaria, Tokens: []backend.Token{{Member: "3", Digits: "482913", Until: c.now.Add(time.Hour)}}}})}
	d = c.decide(bot.Input{Accepted: bot.Accepted{Update: bot.Update{ID: "act/x", Kind: bot.Acted, Act: &bot.Act{By: ana, Do: bot.DeedReturn, Resume: true}, Result: r}}, Became: bot.BecameReturned})
	wants(t, d, bot.Show, line+"\n\nToken de Juana Ruiz\n482 913", "p1", "p2", "p3", "p4", "p5", "number", "credential", "rejected")

	c = fail()
	c.now = c.now.Add(14 * time.Minute)
	d = c.does(ana, bot.DeedReturn, resume)
	wants(t, d, bot.Ask, line+"\n\nLo pediste hace", "yes", "no")

	c = taken(t) // nothing failed
	d = c.does(ana, bot.DeedReturn, resume)
	wants(t, d, bot.Told, "Ana cerró el caso 4821. Sigo yo", "token", "another", "preprint", "rejected", "chats", "others", "help")

	c = newCaseChat(t) // a question was open
	c.says("otro token de juana")
	c.says("persona")
	c.does(ana, bot.DeedTake, nil)
	d = c.does(ana, bot.DeedReturn, resume)
	wants(t, d, bot.Ask, line+"\n\n¿Reemplazo el token de Juana?", "yes", "no")

	c = newCaseChat(t) // the back end is still asked
	c.says("token de juana")
	c.says("persona")
	c.does(ana, bot.DeedTake, nil)
	d = c.does(ana, bot.DeedReturn, resume)
	wants(t, d, bot.Told, "te lo mando apenas IOMA responda")

	c = newCaseChat(t) // it answered while the agent had the case: the affiliate saw nothing of it
	c.says("token de juana")
	c.says("persona")
	c.does(ana, bot.DeedTake, nil)
	c.answers(effectAnswer{Given: &backend.Given{Group: familyOfMaria, Tokens: []backend.Token{{Member: "3", Digits: "482913", Until: c.now.Add(time.Hour)}}}})
	if d = c.does(ana, bot.DeedReturn, resume); d.Effect == nil || d.Effect.Op != opCurrent {
		t.Errorf("what was owed is not asked for again: %+v", d.Replies)
	}
}

// Within a day the same case is opened again. If it may be about something else, that is asked.
func TestTheSameCaseAgain(t *testing.T) {
	closed := func() *caseChat {
		c := taken(t)
		c.does(ana, bot.DeedClose, func(a *bot.Act) { a.Why = bot.WhyResolved })
		return c
	}
	c := closed()
	d := c.says("persona")
	if d.Case == nil || d.Case.Do != bot.CaseReopen {
		t.Fatalf("%+v %+v", d.Case, d.Replies)
	}
	wants(t, d, bot.Told, "Retomé tu caso *4821*. Hay 2 personas antes", "counter", "bot")

	other := func() *caseChat {
		c := closed()
		c.desk.Next = 4900
		c.now = c.now.Add(3 * time.Hour)
		wants(t, c.says("persona"), bot.Ask, "¿Es por el caso 4821, el de hoy con Ana?", "yes", "no")
		if c.last.Replies[0].Choices[0].Text != "Sí, con una persona" {
			t.Errorf("%+v", c.last.Replies[0].Choices)
		}
		return c
	}
	for text, want := range map[string]bot.CaseEvent{"sí": bot.CaseReopen, "no": bot.CaseOpen, "persona": bot.CaseReopen} {
		c := other()
		if d := c.says(text); d.Case == nil || d.Case.Do != want {
			t.Errorf("%q does %+v", text, d.Case)
		}
	}
	if d := other().says("token de juana"); d.Effect == nil {
		t.Errorf("something else is no answer: %+v", d.Replies)
	}
	c = closed()
	c.says("token de juana")
	c.result(bot.Result{Failed: true})
	wants(t, c.says("persona"), bot.Ask, "¿Es por el caso 4821", "yes", "no")
	c = closed()
	c.now = c.now.Add(bot.CaseGrace)
	c.desk.Next = 4900
	d = c.says("persona")
	wants(t, d, bot.Told, "tu caso es el *4900*", "counter", "bot")
	c = taken(t)
	c.does(ana, bot.DeedClose, func(a *bot.Act) { a.Why = bot.WhyAbuse })
	c.desk.Next = 4900
	if d = c.says("persona"); d.Case == nil || d.Case.Do != bot.CaseOpen {
		t.Errorf("after abuse: %+v", d.Case)
	}
}

// An agent has the bot send the current token of a member, by the chat's own link.
func TestTheErrand(t *testing.T) {
	errand := func(c *caseChat, member string) bot.Decision {
		c.t.Helper()
		return c.does(ana, bot.DeedErrand, func(a *bot.Act) { a.Name, a.Args = ErrandToken, bot.Of(ErrandArgs{member}) })
	}
	for _, name := range []string{"María Elena Gómez/3", "3", "Juana Ruiz", "juana"} {
		c := taken(t)
		d := errand(c, name)
		if d.Effect == nil || d.Effect.Op != opCurrent || len(d.Replies) > 0 || !(bot.Act{ID: strings.TrimPrefix(d.Effect.Asked, "act/")}).AskedBy(d.Effect) {
			t.Fatalf("%s: effect %+v, says %+v", name, d.Effect, d.Replies)
		}
		d = c.answers(effectAnswer{Given: &backend.Given{Group: familyOfMaria, Tokens: []backend.Token{{Member: "3", Digits: "482913", Until: c.now.Add(time.Hour)}}}})
		wants(t, d, bot.Show, "Ana te manda el token:\n\nToken de Juana Ruiz\n482 913")
	}
	c := taken(t)
	errand(c, "3")
	wants(t, c.result(bot.Result{Failed: true}), bot.Told, "Ana te quiso mandar el token, pero el sistema de IOMA no responde.")
	errand(c, "3")
	d := c.answers(effectAnswer{Refused: refusedUnlinked})
	wants(t, d, bot.Told, "este chat ya no está vinculado")
	if d.Effect != nil {
		t.Errorf("the chat is linked again: %+v", d.Effect)
	}
	if d = errand(c, "3"); d.Refused != bot.RefusedUnlinked || d.Effect != nil {
		t.Errorf("unlinked: %q, %+v", d.Refused, d.Effect)
	}
	if d = errand(taken(t), "Zutano"); d.Refused != bot.RefusedNoMember || d.Effect != nil {
		t.Errorf("nobody: %q, %+v", d.Refused, d.Effect)
	}
	c = newCaseChat(t)
	c.says("otro token de juana")
	c.says("sí")
	c.says("persona")
	c.does(ana, bot.DeedTake, nil)
	if d = errand(c, "3"); d.Refused != bot.RefusedBusy || d.Session.Pending == nil {
		t.Errorf("while a token is replaced: %q", d.Refused)
	}
}

// A notice of another chat of the account is told while an agent has the case, too.
func TestNoticesAreTold(t *testing.T) {
	for _, subject := range []string{noticeLinked, noticeUnlinked} {
		d := taken(t).update(bot.Update{Kind: bot.Notice, Subtype: subject, Body: []byte(`{"via":"WhatsApp","label":"···9"}`)})
		if len(d.Replies) != 1 || d.Replies[0].Kind != bot.Told {
			t.Errorf("%s: %+v", subject, d.Replies)
		}
	}
}

// Deciding on a case twice gives the same decision, and leaves the session as it was.
func TestDecidingOnACaseTwice(t *testing.T) {
	c := newCaseChat(t)
	c.says("token de juana")
	c.result(bot.Result{Failed: true})
	for _, text := range []string{"persona", "asdf", "menú"} {
		before, _ := json.Marshal(c.s)
		in := bot.Input{Accepted: bot.Accepted{Update: bot.Update{ID: "x", Kind: bot.Message, Text: text}, Now: c.now, Seed: "SEEDSEEDSEED"}, Desk: c.desk}
		one, err1 := c.sc.Decide(c.s, in)
		two, err2 := c.sc.Decide(c.s, in)
		if after, _ := json.Marshal(c.s); err1 != nil || err2 != nil || !same(t, one, two) || string(before) != string(after) {
			t.Errorf("%q: decided twice it is %+v and %+v; the session was %s, is %s", text, one, two, before, after)
		}
		c.says(text)
	}
}

// What is said while an agent has the case is for the agent: also a number, after a take-over that the affiliate was not told of,
// and a sentence that names the unlinking. A question from before is asked no more when the bot goes on.
func TestWhatIsForTheAgent(t *testing.T) {
	c := newCaseChat(t)
	c.says("persona")
	silent(t, c.does(bot.Agent{ID: "carla", Name: "Carla", Role: bot.RoleSupervisor}, bot.DeedTakeOver, nil))
	silent(t, c.says("2"))
	silent(t, c.says("por favor desvincular este chat"))

	c = newCaseChat(t)
	c.says("persona")
	if d := c.says("otro token de juana"); d.Session.State != "another.confirm" {
		t.Fatalf("while the case is queued the bot goes on: %s", d.Session.State)
	}
	c.does(ana, bot.DeedTake, nil)
	silent(t, c.says("sí"))
	c.does(ana, bot.DeedReturn, nil)
	if d := c.says("sí"); d.Effect != nil || d.Session.State != home {
		t.Errorf("an answer to a question from before the agent does %+v", d.Effect)
	}
}

// After two texts in a row that are not understood a person is offered, where they come one after the other and where they are
// answers.
func TestTwoMisses(t *testing.T) {
	for name, texts := range map[string][3]string{"menu": {"asdf", "qwer"}, "another.confirm": {"", "asdf", "qwer"}} {
		c := newCaseChat(t)
		if name != "menu" {
			c.says("otro token de juana")
			texts[0], texts[1] = texts[1], texts[2]
		}
		if d := c.says(texts[0]); strings.Contains(d.Replies[0].Text, "*persona*") {
			t.Errorf("%s: a person is offered at once: %q", name, d.Replies[0].Text)
		}
		if d := c.says(texts[1]); !strings.Contains(d.Replies[0].Text, "*persona*") {
			t.Errorf("%s: no person is offered: %q", name, d.Replies[0].Text)
		}
	}
}

// A request that was kept is not changed in the stored session, and a token of long ago is called expired.
func TestWhatIsKeptStays(t *testing.T) {
	c := newCaseChat(t)
	c.says("token de juana")
	c.answers(effectAnswer{Given: &backend.Given{Group: familyOfMaria, Tokens: []backend.Token{{Member: "3", Digits: "482913", Until: c.now.Add(time.Hour)}}}})
	c.says("token de tomás")
	c.result(bot.Result{Failed: true})
	c.now = c.now.Add(2 * time.Hour)
	d := c.says("persona")
	var card CaseCard
	if err := json.Unmarshal(d.Case.Card, &card); err != nil || card.Token == nil || card.Token.State != "expired" || card.Pending != PendingFailed {
		t.Errorf("%s, %v", d.Case.Card, err)
	}
	c.does(ana, bot.DeedTake, nil)
	before, _ := json.Marshal(c.s.Data)
	in := bot.Input{Accepted: bot.Accepted{Update: bot.Update{ID: "act/x", Kind: bot.Acted, Act: &bot.Act{By: ana, Do: bot.DeedReturn, Resume: true}}, Now: c.now, Seed: "SEEDSEEDSEED"}, Became: bot.BecameReturned}
	one, err1 := c.sc.Decide(c.s, in)
	two, err2 := c.sc.Decide(c.s, in)
	if after, _ := json.Marshal(c.s.Data); err1 != nil || err2 != nil || !same(t, one, two) || string(after) != string(before) {
		t.Errorf("the session was %s, is %s", before, after)
	}
}
