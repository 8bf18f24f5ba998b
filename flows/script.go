package flows

import (
	"fmt"
	"strings"
	"time"

	"llave/bot"
	"llave/flows/backend"
)

// Config is what the conversations need to know of the place where they run.
type Config struct {
	// Phone of Mesa de Ayuda, as it is printed.
	Phone string
	// Verify is the address of the page where the signature of a sheet is checked, as it is printed; empty if there is none.
	Verify string
	// Can is what the back end says it can do.
	Can Capabilities
	// Moved, if set, is told of every move that is decided: for counting. A turn that is run again is told of again.
	Moved func(flow, on, from, to string)
}

// Script is the conversations: it decides, and touches nothing. It implements [bot.Script].
type Script struct {
	words    *understanding
	secrets  *secrets
	texts    *catalog
	machines machines
	can      Capabilities
	moved    func(flow, on, from, to string)
}

// New checks the tables, the texts and the words, and returns the conversations.
func New(c Config) (*Script, error) {
	words, err := loadUnderstanding()
	if err != nil {
		return nil, fmt.Errorf("flows: %w", err)
	}
	secrets, err := loadSecrets()
	if err != nil {
		return nil, fmt.Errorf("flows: %w", err)
	}
	texts, err := loadCatalog(c)
	if err != nil {
		return nil, fmt.Errorf("flows: %w", err)
	}
	machines, err := newMachines(tables)
	if err != nil {
		return nil, fmt.Errorf("flows: %w", err)
	}
	return &Script{words, secrets, texts, machines, c.Can, c.Moved}, nil
}

var _ bot.Masker = (*Script)(nil)

// Blank implements [bot.Script].
func (sc *Script) Blank() any { return &memory{} }

// Decide implements [bot.Script].
func (sc *Script) Decide(s bot.Session, in bot.Input) (bot.Decision, error) {
	s, m := upgrade(s, sc.machines.known)
	t := &talk{Script: sc, s: s, m: m, in: in}
	t.setPasswordAside()
	t.run()
	t.warnOfPassword()
	if t.err != nil {
		return bot.Decision{}, t.err
	}
	t.d.Session = t.s
	return t.d, nil
}

// run takes what happened to whoever deals with it.
func (t *talk) run() {
	if t.in.Via != "" {
		t.m.Door = door{t.in.Via, t.in.Label, t.in.Sender, t.in.Back}
	}
	if t.waiting() && t.s.Pending == nil && t.in.Result == nil {
		t.leave() // nothing can come any more: no state is without a way out
	}
	if t.automatic() {
		return
	}
	if t.in.Held && t.in.Result == nil {
		t.say("menu.held", nil)
	}
	switch {
	case t.in.Result != nil:
		t.answered(*t.in.Result)
	case t.in.Kind == bot.Alarm:
		t.forget()
	case t.in.Kind == bot.Notice:
		t.notice()
	case t.in.Kind == bot.Broken:
		t.say("menu.broken", nil)
	case t.in.Kind == bot.TooLong:
		t.say("menu.toolong", bot.MaxText)
	case t.in.Kind == bot.Gone:
		t.gone()
	case t.in.Kind == bot.Undelivered:
		t.undelivered()
	case t.in.Kind == bot.Other && t.in.What == "group":
		t.say("menu.group", t.private())
	case t.in.Kind == bot.Other && strings.TrimSpace(t.in.Text) == "":
		t.unreadable()
	case t.in.Kind == bot.Started:
		t.forgetOld()
		t.started()
	case t.in.Kind == bot.Pressed:
		t.forgetOld()
		t.pressed(t.in.Choice)
	default:
		t.forgetOld()
		t.heard()
	}
}

// timerForget is the timer that ends a question nobody answers.
const timerForget = "forget"

// patience is how long a question waits for its answer. A code has the time that the page gives: ten minutes to
// open it, thirty to sign in, ten to bring the code.
func (t *talk) patience() time.Duration {
	if t.s.State == linkCode {
		return 50 * time.Minute
	}
	return 10 * time.Minute
}

// forgetOld ends a half-done flow that was left for too long, without fuss: the next word begins anew.
func (t *talk) forgetOld() {
	if t.m.Question != "" && !t.waiting() && t.in.Now.Sub(t.m.AskedAt) > t.patience() {
		t.leave()
	}
}

// forget does the same when the time comes, so that nothing of it stays in the store.
func (t *talk) forget() {
	if t.m.Question == "" || t.waiting() {
		return
	}
	if due := t.m.AskedAt.Add(t.patience()); t.in.Now.Before(due) {
		t.d.Timers = append(t.d.Timers, bot.Timer{Name: timerForget, Due: due})
		return
	}
	t.leave()
}

// waiting says whether the conversation waits for the outside and not for the person.
func (t *talk) waiting() bool {
	switch t.s.State {
	case tokenWait, anotherLook, anotherWait, rejectedWait, linkInviting, linkRedeeming, linkGranting, linkReplacing, chatsWait, chatsUnlinking, sheetLook, sheetWait, voidLook, voidWait:
		return true
	}
	return false
}

// heard deals with a text.
func (t *talk) heard() {
	mean := t.words.heard(t.in.Text, t.m.Self, t.m.Group)
	switch {
	case t.waiting():
		t.heardWaiting(mean)
	case t.heardCode():
	case t.in.Forwarded && t.somebodyElses(mean):
	case t.in.Masked && mean.Intent == intentNone:
		t.heardCUIL()
	case t.in.Password && t.in.Text == "" && t.s.State != linkCode:
		t.heardPassword()
	case t.chosen(mean):
	case t.s.State != home && t.answers(mean):
	default:
		t.wants(mean)
	}
}

// heardCode deals with a text that is a linking code, whatever else its letters may look like. One that this chat did not
// ask for is none: somebody else's page led here.
func (t *talk) heardCode() bool {
	if _, ok := backend.ReadCode(t.in.Text); !ok {
		return false
	}
	if t.s.State != linkCode {
		t.say("link.stray", nil)
		return true
	}
	return t.answersCode(meaning{})
}

// started deals with a link that led here. Somebody else may have made it: it is obeyed in what is harmless, and says
// nothing about whom it is for.
func (t *talk) started() {
	mean := meaning{Intent: intentHello}
	if got := t.words.read(t.in.Text).Intent; byLink[got] {
		mean.Intent = got
	}
	switch {
	case t.waiting():
		t.heardWaiting(mean)
	case t.heardCode():
	case t.s.State != home && t.answers(mean):
	default:
		t.wants(mean)
	}
}

// private is a link out of a group into a chat with the bot alone; empty if the channel has none.
func (t *talk) private() string {
	if t.in.Back == "" {
		return ""
	}
	return fmt.Sprintf(t.in.Back, intentToken)
}

// byLink is what a link into the chat may ask for.
var byLink = map[intent]bool{intentToken: true, intentCredential: true, intentHelp: true, intentMenu: true}

// gone ends the link of a chat that was given up for good; whoever only blocked the bot may come back.
func (t *talk) gone() {
	if t.in.What != bot.Closed {
		return
	}
	t.leave()
	if t.m.linked() {
		t.unlink()
	}
}

// pressed deals with a button. One of an old question is answered with what holds now.
func (t *talk) pressed(c bot.Choice) {
	for _, o := range t.m.Options {
		if o.Value == c.Value && c.Question == t.m.Question && !t.waiting() {
			t.choose(o)
			return
		}
	}
	switch {
	case t.waiting():
		t.heardWaiting(meaning{Intent: intent(c.Value)})
	case freely[c.Value]:
		t.wants(meaning{Intent: intent(c.Value), Old: true})
	case t.s.State == home:
		t.menu("menu.old_home")
	default:
		t.again("menu.old")
	}
}

// freely are the buttons that mean the same at any time, because what they lead to is only read.
var freely = map[string]bool{"token": true, "number": true, "credential": true, "rejected": true, "preprint": true, "void": true, "menu": true, "help": true, "chats": true, "link": true, "whatis": true, "others": true}

// chosen deals with a number typed in the place of a button.
func (t *talk) chosen(mean meaning) bool {
	if o, ok := t.labelled(); ok {
		t.choose(o)
		return true
	}
	if len(mean.Numbers) == 0 || mean.Intent != intentNone || len(mean.Who) > 0 || len(t.m.Options) == 0 {
		return false
	}
	if onPaper[flowOf(t.s.State)] && !t.isOption(mean) {
		return false // "mejor 5", "no, el 1": numbers that are said, and no options
	}
	var picked []option
	for _, n := range mean.Numbers {
		if n < 1 || n > len(t.m.Options) {
			t.again("menu.number")
			return true
		}
		picked = append(picked, t.m.Options[n-1])
	}
	if len(picked) == 1 {
		t.choose(picked[0])
		return true
	}
	return t.chooseSeveral(picked)
}

// onPaper are the flows in which numbers are more often said than chosen.
var onPaper = map[string]bool{"sheet": true, "void": true}

// isOption says whether a text is the number of an option and nothing else: not one that is out of the list where a number
// may be meant, and not the one that led to this question, sent twice.
func (t *talk) isOption(mean meaning) bool {
	figure, bare := bareFigure(t.in.Text)
	confirms := t.s.State == sheetConfirm || t.s.State == voidConfirm
	if !bare || confirms && figure == t.m.Figure {
		return false
	}
	return !confirms || mean.Numbers[0] <= len(t.m.Options)
}

// choose does what an option of the open question says.
func (t *talk) choose(o option) {
	t.m.Misses = 0
	switch t.s.State {
	case tokenPick, anotherPick, rejectedPick, sheetPick, voidPick:
		t.picked(o.Who)
	case linkWho:
		t.whoAnswered(o.Who)
	case sheetMonth:
		switch {
		case o.Value == "help":
			t.help()
		case o.Month == "":
			t.answers(meaning{No: true})
		default:
			t.picksMonth(o.Month)
		}
	case voidWhich:
		t.pickSheet(o)
	case linkReplace, anotherConfirm, staleAsk, sheetConfirm, voidConfirm:
		t.answers(meaning{Intent: intent(o.Value), Yes: o.Value == "yes", No: o.Value == "no"})
	case rejectedOffer:
		t.accept(o)
	case chatsList:
		t.unlinkListed(o)
	case chatsAsk:
		t.answersUnlink(meaning{Intent: intent(o.Value), No: o.Value == "no"})
	case linkCode:
		if mean := (meaning{Intent: intent(o.Value)}); !t.answersCode(mean) {
			t.wants(mean)
		}
	default:
		t.chooseBelow(o)
	}
}

// chooseBelow does what an option below an answer says. Those below a sheet are about that one.
func (t *talk) chooseBelow(o option) {
	mean := meaning{Intent: intent(o.Value), Below: true}
	switch o.Value {
	case "more":
		mean.Intent, mean.More = intentPreprint, true
	case "void":
	default:
		if o.Month == "" {
			t.wants(mean)
			return
		}
		mean.Intent = intentPreprint // "diciembre de 2026"
	}
	t.leave()
	w := t.wishOf(mean)
	if o.Who != "" {
		w.For, w.Month = []MemberID{o.Who}, o.Month
	}
	t.begins(w)
}

// answers takes a text as the answer to the open question, if it is one.
func (t *talk) answers(mean meaning) bool {
	if mean.Intent == intentBack {
		t.back()
		return true
	}
	switch t.s.State {
	case tokenPick, anotherPick, rejectedPick, sheetPick, voidPick:
		return t.answersPick(mean)
	case sheetMonth:
		return t.answersMonth(mean)
	case sheetCount:
		return t.answersCount(mean)
	case sheetConfirm:
		return t.answersSheet(mean)
	case voidWhich:
		return t.answersWhich(mean)
	case voidNumber:
		return t.answersNumber(mean)
	case voidConfirm:
		return t.answersVoid(mean)
	case anotherConfirm:
		return t.answersConfirm(mean)
	case rejectedOffer:
		return t.answersOffer(mean)
	case linkCode:
		return t.answersCode(mean)
	case linkWho:
		return t.answersWho(mean)
	case linkReplace:
		return t.answersReplace(mean)
	case staleAsk:
		return t.answersStale(mean)
	case chatsAsk:
		return t.answersUnlink(mean)
	}
	return false
}

// back goes to the question before this one.
func (t *talk) back() {
	if t.s.State == anotherConfirm && len(t.m.Group.Members) > 1 {
		t.move("back")
		t.m.Wish.For = nil
		t.askWho(nil, nil)
		return
	}
	switch t.s.State {
	case sheetMonth, sheetCount, sheetConfirm:
		t.backSheet()
		return
	case voidWhich, voidNumber, voidConfirm:
		t.backVoid()
		return
	}
	t.leave()
	t.menu("menu.back")
}

// wants deals with a wish that begins something.
func (t *talk) wants(mean meaning) {
	t.leave()
	if mean.Intent != intentNone {
		t.m.Misses = 0
	}
	switch mean.Intent {
	case intentToken, intentNumber, intentCredential, intentAnother, intentRejected, intentPreprint, intentVoid:
		t.wish(mean)
	case intentOther:
		t.wish(meaning{Intent: intentToken, Who: []ref{{Kind: refName}}})
	case intentLink:
		t.wantsLink()
	case intentUnlink:
		t.wantsUnlink(mean)
	case intentChats:
		t.wantsChats()
	case intentHelp:
		t.help()
	case intentMenu, intentBack, intentHello, intentYes, intentLost:
		t.menu("menu.main")
	case intentCancel, intentNo:
		t.menu("menu.cancelled")
	case intentThanks:
		t.say("menu.thanks", nil)
	case intentNone:
		if mean.Leaving {
			t.wantsUnlink(mean)
			return
		}
		t.puzzled(mean)
	default:
		t.faq(mean.Intent)
	}
}
