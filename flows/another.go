package flows

import (
	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// confirmAnother asks before a live token is replaced: the one that somebody may be typing right now dies.
func (t *talk) confirmAnother() {
	w := t.m.Wish
	p, ok := t.m.Group.Member(w.For[0])
	if !ok {
		w.For = nil
		t.askWho(nil, nil)
		return
	}
	t.begin("confirm")
	t.ask("another.confirm", p, choices("yes", "no")...)
}

// answersConfirm replaces only at a yes.
func (t *talk) answersConfirm(mean nlu.ParsedText) bool {
	switch {
	case mean.Yes && t.answerStale():
		// Said long ago, and only read now: what it would replace may be in use by now.
		t.m.AskedAt = t.now()
		t.await()
		t.askAgain("another.confirm", t.wishMember())
		return true
	case mean.Yes:
	case mean.No:
		t.leave()
		t.say("another.no", nil)
		return true
	case mean.Intent == nlu.IntentAnother && len(mean.Refs) == 0:
		// Said again at the question: the question stands, and saying it again is no yes.
		t.askAgain("another.confirm", t.wishMember())
		return true
	default:
		return false
	}
	t.move("ask")
	// The key comes from the update that raised the question: "sí", time-out, "sí" is one new token.
	t.effect(opAnother, t.m.Asked, anotherArgs{t.m.Cred, t.m.Wish.For[0]}, "another.interim")
	return true
}

// wishMember is the one person the wish is for.
func (t *talk) wishMember() backend.Member {
	p, _ := t.m.Group.Member(t.m.Wish.For[0])
	return p
}

// renewed shows the new token.
func (t *talk) renewed(a answer) {
	g := *a.Given
	t.m.Group = g.Group
	w := t.m.Wish
	t.move("given")
	first := ""
	if len(g.Tokens) > 0 {
		first = t.text("another.done", nil)
	}
	t.showTokens(w, g, first)
}

// renewedAfterAll shows a new token that the person had stopped waiting for: one that nobody is told of would be worse than
// one that is not wanted any more.
func (t *talk) renewedAfterAll(a answer) {
	t.m.Group = a.Given.Group
	t.leave()
	t.showTokens(&wish{Intent: nlu.IntentAnother}, *a.Given, t.text("another.after_all", nil))
}

// unsure asks again under the same key, because nobody knows whether it was done.
func (t *talk) unsure(bot.Result) {
	t.move("unsure")
	t.m.AskedAt = t.in.Now
	t.await()
	t.askAgain("another.unsure", t.wishMember())
}

// backAnother goes back to the question whose token it is.
func (t *talk) backAnother() {
	if len(t.m.Group.Members) < 2 {
		t.backHome()
		return
	}
	t.move("back")
	t.m.Wish.For = nil
	t.askWho(nil, nil)
}
