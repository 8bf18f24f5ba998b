package flows

import (
	"slices"
	"time"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
	"llave/flows/texts"
)

// wish begins to pursue something that needs the back end.
func (t *talk) wish(mean nlu.ParsedText) {
	t.begins(t.wishOf(mean))
}

// wishOf is the wish that a text says, made when it was said.
func (t *talk) wishOf(mean nlu.ParsedText) *wish {
	w := &wish{Intent: mean.Intent, Who: mean.Refs, Below: t.from == fromOption, Old: t.from == fromOldButton, Asked: t.in.ID, At: t.in.Now.Add(-t.in.Lag),
		Count: mean.Count, More: mean.More, Single: mean.Single, Numbers: mean.TokenNumbers, Paper: t.from != fromOldButton && (mean.More || mean.Again || mean.Intent == nlu.IntentVoid)}
	w.Month = mean.Month.At(t.in.Now)
	return w
}

// begins sets out to grant a wish.
func (t *talk) begins(w *wish) {
	if t.busy() {
		key := "token.still"
		if t.s.State == home {
			key = "token.busy" // cancelled, and under way all the same
		}
		t.say(key, nil)
		return
	}
	t.m.Wish = w
	if !t.m.linked() {
		t.invite(false)
		return
	}
	t.pursue()
}

// pursue goes on with the wish as far as it can without asking the person. One from too long ago is asked about first.
func (t *talk) pursue() {
	w := t.m.Wish
	if t.stale(w) {
		t.doubt()
		return
	}
	if w.Intent == nlu.IntentRejected && !t.can.TokenState {
		t.leave()
		t.offer(bot.Say, "rejected.blind", nil, choices("token", "another", "help")...)
		return
	}
	if w.Intent == nlu.IntentPreprint || w.Intent == nlu.IntentVoid {
		t.pursueSheets()
		return
	}
	if len(w.For) == 0 && !t.resolveWish() {
		return
	}
	switch w.Intent {
	case nlu.IntentAnother:
		t.confirmAnother()
	case nlu.IntentRejected:
		t.askState()
	default:
		t.askTokens()
	}
}

// resolveWish finds out whom the wish is for. False: it has asked, the back end or the person.
func (t *talk) resolveWish() bool {
	w := t.m.Wish
	if len(w.Who) == 0 {
		w.For = t.obvious()
	} else {
		f := t.words.Resolve(w.Who, t.m.speaker())
		if f.Unresolved != nil && !w.Looked && f.Unresolved.Kind != nlu.RefMe && len(f.Unresolved.Words) > 0 {
			t.look()
			return false
		}
		if f.Unresolved != nil {
			t.askWho(f.Unresolved, f.Candidates)
			return false
		}
		w.For = f.Members
	}
	if len(w.For) == 1 || len(w.For) > 1 && w.Intent == nlu.IntentToken {
		return true
	}
	maybe := w.For
	w.For = nil
	t.askWho(nil, maybe)
	return false
}

// obvious is whom a wish is for that names nobody: somebody who is alone, or whose token was just shown.
func (t *talk) obvious() []backend.MemberID {
	if len(t.m.Group.Members) == 1 {
		return []backend.MemberID{t.m.Group.Members[0].ID}
	}
	if t.m.Wish.Old || len(t.m.Recent) == 0 {
		return nil
	}
	switch t.m.Wish.Intent {
	case nlu.IntentNumber, nlu.IntentRejected:
		return t.m.Recent[:1]
	case nlu.IntentCredential:
		if t.m.Wish.Below { // below the token; in words it is a wish of its own
			return t.m.Recent[:1]
		}
	}
	return nil
}

// look reads the group anew before saying that somebody is not in it.
func (t *talk) look() {
	t.m.Wish.Looked = true
	t.begin("look", "ask")
	t.effect(opGroup, t.in.ID, groupArgs{t.m.Cred}, "token.interim")
}

// looked goes on with the wish on the group as it is now.
func (t *talk) looked(a answer) {
	g := *a.Group
	t.m.Group = g
	if t.m.Wish == nil {
		t.leave()
		return
	}
	if t.m.Wish.Held {
		t.showGiven(backend.Given{Group: g})
		return
	}
	t.pursue()
}

// flowOfWish is the flow that grants the wish.
func (t *talk) flowOfWish() string {
	switch t.m.Wish.Intent {
	case nlu.IntentAnother:
		return "another"
	case nlu.IntentRejected:
		return "rejected"
	case nlu.IntentPreprint:
		return "sheet"
	case nlu.IntentVoid:
		return "void"
	}
	return "token"
}

// begin makes the first of the moves that the wish's flow has, unless the conversation is where it leads already.
func (t *talk) begin(moves ...string) {
	flow := t.flowOfWish()
	for _, on := range moves {
		if t.try(flow, on) == nil {
			return
		}
	}
	if flowOf(t.s.State) != flow {
		t.moveIn(flow, moves[0])
	}
}

// askWho asks whose token it is about: those whom it may be first, then the last used, then the rest. Trouble is
// what was said and fits nobody, or several.
func (t *talk) askWho(trouble *nlu.Ref, maybe []backend.MemberID) {
	ids := slices.Clone(maybe)
	rest := append(slices.Clone(t.m.Recent), t.m.Self)
	for _, p := range t.m.Group.Members {
		rest = append(rest, p.ID)
	}
	for _, id := range rest {
		if _, ok := t.m.Group.Member(id); ok && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	t.begin("choose")
	data := whoData{Intent: t.m.Wish.Intent, Maybe: len(maybe) > 0}
	data.Step, data.Of = t.m.Wish.step(stepWho)
	if trouble != nil {
		data.Name = trouble.Text
	}
	t.ask("token.who", data, people(ids)...)
}

// whoData is what the question "whose?" says.
type whoData struct {
	Intent nlu.Intent
	Name   string // what was said and is not certain
	Maybe  bool   // the first ones listed may be meant
	// Step and Of are which of the steps it is, if there are several.
	Step, Of int
}

// answersPick takes a name or a kinship as the answer to "whose?".
func (t *talk) answersPick(mean nlu.ParsedText) bool {
	if mean.Intent == nlu.IntentCancel || mean.Intent == nlu.IntentMenu || len(mean.Refs) == 0 {
		return false
	}
	f := t.words.Resolve(mean.Refs, t.m.speaker())
	if t.m.Wish.Intent == nlu.IntentPreprint { // "rosa, 10 para diciembre"
		if n, ok := t.words.Amount(t.in.Text); ok {
			t.m.Wish.Count = n
		}
		if m := t.words.MonthIn(t.in.Text, t.in.Now); m != "" {
			t.m.Wish.Month = m
		}
	}
	switch {
	case f.Unresolved == nil && mean.Intent == nlu.IntentNone && len(f.Members) == 1:
		t.explains(f.Members[0])
		t.m.Wish.Who, t.m.Wish.For = mean.Refs, f.Members
	case f.Unresolved == nil && (mean.Intent == nlu.IntentNone || mean.Intent == t.m.Wish.Intent || mean.Intent == nlu.IntentToken || mean.Intent == nlu.IntentYes):
		t.m.Wish.Who, t.m.Wish.For = mean.Refs, f.Members
	case f.Unresolved != nil && mean.Intent == nlu.IntentNone:
		t.m.Wish.Who, t.m.Wish.For = mean.Refs, nil
	default:
		return false
	}
	t.m.Misses = 0
	t.pursue()
	return true
}

// picked takes a member from the list.
func (t *talk) picked(o option) {
	t.explains(o.Who)
	t.m.Wish.Who, t.m.Wish.For = nil, []backend.MemberID{o.Who}
	t.pursue()
}

// explains takes the answer to "whose?" as what the kinship word in the wish means in this chat, if there was one.
func (t *talk) explains(id backend.MemberID) {
	w := t.m.Wish
	if len(w.Who) != 1 || w.Who[0].Kind != nlu.RefKin || w.Who[0].Several() {
		return
	}
	if t.m.Aliases == nil {
		t.m.Aliases = map[string]backend.MemberID{}
	}
	t.m.Aliases[w.Who[0].Words[0]] = id
}

// chooseSeveral takes "1 y 3" where several may be chosen.
func (t *talk) chooseSeveral(picked []option) {
	w := t.m.Wish
	w.Who, w.For = nil, nil
	for _, o := range picked {
		if !slices.Contains(w.For, o.Who) {
			w.For = append(w.For, o.Who)
		}
	}
	t.pursue()
}

// askTokens asks the back end for what is wished.
func (t *talk) askTokens() {
	t.begin("ask")
	w := t.m.Wish
	ask := t.missing(w.For)
	if w.Held = len(ask) < len(w.For); len(ask) == 0 {
		t.effect(opGroup, t.in.ID, groupArgs{t.m.Cred}, "token.interim")
		return
	}
	t.effect(opCurrent, w.Asked, tokenArgs{t.m.Cred, ask}, "token.interim")
}

// given shows what the back end gave. If the group has changed so that the words mean somebody else, it asks.
func (t *talk) given(a answer) { t.showGiven(*a.Given) }

func (t *talk) showGiven(g backend.Given) {
	t.m.Group = g.Group
	w := t.m.Wish
	if w == nil {
		t.leave()
		return
	}
	if len(w.Who) > 0 {
		if f := t.words.Resolve(w.Who, t.m.speaker()); f.Unresolved != nil || !slices.Equal(f.Members, w.For) {
			w.For = nil
			t.askWho(f.Unresolved, f.Candidates)
			return
		}
	}
	if w.Held {
		g = t.recall(g, w.For)
	}
	t.move("given")
	t.showTokens(w, g, "")
}

// showTokens says what was given, below a first line if there is one, and ends the wish.
func (t *talk) showTokens(w *wish, g backend.Given, first string) {
	if w.Intent == nlu.IntentNumber && len(g.Tokens) == 1 {
		t.settle()
		t.m.used(g.Tokens[0].Member)
		r := t.reply(bot.Show, "token.bare", g.Tokens[0])
		t.lasts(r, g)
		return
	}
	t.settle()
	r := t.offer(bot.Show, "token.shown", t.shown(g, first), t.afterwards(w, g)...)
	t.lasts(r, g)
	t.draw(r, w, g)
	var ids []backend.MemberID
	for _, k := range g.Tokens {
		ids = append(ids, k.Member)
	}
	t.m.used(ids...)
}

// lasts gives a reply with tokens its expiry and what to copy.
func (t *talk) lasts(r *bot.Reply, g backend.Given) {
	if len(g.Tokens) == 0 {
		r.Kind = bot.Say
		return
	}
	r.Expires = g.Tokens[0].Until
	for _, k := range g.Tokens {
		if k.Until.Before(r.Expires) {
			r.Expires = k.Until
		}
	}
	r.Else = t.text("token.lapsed", nil)
	if len(g.Tokens) == 1 {
		r.Copy = g.Tokens[0].Digits
	}
}

// afterwards is what one may want after a token.
func (t *talk) afterwards(w *wish, g backend.Given) []option {
	switch {
	case len(g.Tokens) == 0:
		return choices("token", "help")
	case len(g.Tokens) == 1 && w.Intent == nlu.IntentCredential:
		return choices("number", "rejected")
	case len(g.Tokens) == 1:
		return choices("number", "credential", "rejected")
	}
	return choices("rejected")
}

// block is one person's part of a message.
type block struct {
	Member backend.Member
	Digits string // grouped
	Hour   string // of the last minute in which it is good
	Day    string
	Reason backend.Reason
	Today  bool
	// Made is the hour at which it was given, if that was earlier; Fragile says that it dies when it is asked for elsewhere.
	Made    string
	Fragile bool
}

// shownData is the message with tokens.
type shownData struct {
	First  string
	Blocks []block
}

// shown puts a block for each person, in the order in which they were asked for.
func (t *talk) shown(g backend.Given, first string) shownData {
	d := shownData{First: first}
	for _, k := range g.Tokens {
		p, _ := g.Group.Member(k.Member)
		last := k.Until.Add(-time.Minute)
		b := block{Member: p, Digits: texts.GroupDigits(k.Digits), Hour: t.texts.Hour(last), Day: t.texts.Day(last), Today: t.texts.SameDay(last, t.in.Now)}
		b.Fragile = !t.can.CurrentWithoutMinting
		if slices.Contains(t.recalled, k.Member) {
			b.Made = t.texts.Hour(k.Made)
		}
		d.Blocks = append(d.Blocks, b)
	}
	for _, n := range g.Denials {
		p, ok := g.Group.Member(n.Member)
		if !ok {
			p.Name = ""
		}
		d.Blocks = append(d.Blocks, block{Member: p, Reason: n.Reason})
	}
	return d
}

// settle ends what was open, and its timer with it.
func (t *talk) settle() {
	if t.m.Timed {
		t.d.Timers = append(t.d.Timers, bot.Timer{Name: timerForget})
	}
	t.m.settle()
}

// stale says whether a wish is too old to be granted unasked.
func (t *talk) stale(w *wish) bool { return t.age(w) > bot.StaleAfter }

// age is how long ago a wish was made, when this turn runs. Both hours are of our own clock.
func (t *talk) age(w *wish) time.Duration { return t.now().Sub(w.At) }

// now is when this turn runs: later than the hour of acceptance if the update had to wait.
func (t *talk) now() time.Time { return t.in.Now.Add(t.in.Waited - t.in.Lag) }

// answerStale says whether a yes waited for too long to be acted upon. The question is put again once; after that only our
// own waiting counts, which cannot be more than the time since the question: the channel's clock may be wrong.
func (t *talk) answerStale() bool {
	waited := t.in.Waited
	if t.m.Repeated == t.m.Question {
		waited = min(waited, t.now().Sub(t.m.AskedAt))
	}
	if waited <= bot.StaleAfter {
		return false
	}
	t.m.Repeated = t.m.Question
	return true
}

// doubt asks whether an old wish still stands.
func (t *talk) doubt() {
	w := t.m.Wish
	t.leave()
	t.m.Wish = w
	t.moveIn("stale", "doubt")
	t.ask("stale.ask", int(t.age(w)/time.Minute), choices("yes", "no")...)
}

// answersStale grants the old wish, as a new one, or forgets it.
func (t *talk) answersStale(mean nlu.ParsedText) bool {
	switch {
	case mean.Yes:
		// The answer to this question is as old as the question at most, so it is never asked about again.
		w := *t.m.Wish
		w.Asked, w.At, w.For, w.Below = t.in.ID, t.now(), nil, false
		t.leave()
		t.begins(&w)
	case mean.No:
		t.leave()
		t.say("stale.no", nil)
	default:
		return false
	}
	return true
}
