package flows

import (
	"slices"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// wantsLink begins to link, or says that it is done already.
func (t *talk) wantsLink() {
	switch {
	case t.m.linked():
		t.offer(bot.Say, "link.already", nil, choices("token", "chats", "unlink")...)
	case t.busy():
		t.say("token.still", nil)
	default:
		t.invite(false)
	}
}

// invite asks the back end for a one-time URL. Lost says that the chat was linked until now.
func (t *talk) invite(lost bool) {
	if !t.can.SignInPages {
		t.leave()
		t.offer(bot.Say, "link.off", lost, choices("whatis", "help")...)
		return
	}
	t.moveIn("link", "invite")
	t.m.Lost = lost
	t.effect(opInvite, t.in.ID, inviteArgs(t.m.Door), "link.interim")
}

// invited sends the URL: at most once, because whoever reads it could go on with it.
func (t *talk) invited(a answer) {
	i := *a.Invite
	if i.Opened >= openedMost {
		t.move("failed")
		t.settle()
		t.offer(bot.Say, "link.too_many", nil, choices("help")...)
		return
	}
	t.move("sent")
	t.m.Invite = i.ID
	wanted := nlu.IntentNone
	if t.m.Wish != nil {
		wanted = t.m.Wish.Intent
	}
	r := t.offer(bot.Secret, "link.url", urlData{i, wanted, t.m.Door.Back != "", t.m.Lost}, choices("cancel", "safe")...)
	t.m.Lost = false
	r.Expires = i.OpenUntil
	t.await()
}

// openedMost is how many pages of a chat may be opened in an hour. After that a person is offered.
const openedMost = 3

// urlData is what the message with the URL says.
type urlData struct {
	Invite backend.Invite
	Wanted nlu.Intent
	Back   bool
	Lost   bool
}

// answersCode takes what looks like a code as one; the rest is answered without losing the wait.
func (t *talk) answersCode(mean nlu.ParsedText) bool {
	if code, ok := backend.ReadCode(t.in.Text); ok {
		t.move("try")
		// The same code is the same effect: tried again after no answer it is not refused as used.
		t.effect(opRedeem, t.m.Asked+"/"+code, redeemArgs{t.m.Invite, code}, "link.interim")
		return true
	}
	if t.m.Unread != "" && t.answersUnread(mean) {
		return true
	}
	switch mean.Intent {
	case nlu.IntentToken, nlu.IntentAnother, nlu.IntentNumber, nlu.IntentCredential, nlu.IntentRejected, nlu.IntentPreprint, nlu.IntentVoid:
		t.m.Wish = t.wishOf(mean)
		t.askAgain("link.remind", nil)
	case nlu.IntentNone, nlu.IntentYes, nlu.IntentHello, nlu.IntentThanks, nlu.IntentLost:
		t.askAgain("link.remind", nil)
	case nlu.IntentLink:
		t.inviteAgain(t.m.Wish)
	case nlu.IntentHelp:
		t.help()
	default:
		// A question is answered, and the code still awaited.
		key := "faq." + string(mean.Intent)
		if !t.texts.Has(key) {
			return false
		}
		t.say(key, t.m.linked())
	}
	return true
}

// granted keeps the link and answers the wish that began it, as far as that needs no question.
func (t *talk) granted(a answer) {
	g := *a.Grant
	w := t.m.Wish
	t.m.Cred, t.m.Group, t.m.Invite, t.m.Others = g.Credential, g.Group, "", g.Others
	t.m.Self, t.m.Aliases, t.m.Recent, t.m.Held = "", nil, nil, nil
	if len(g.Group.Members) == 1 {
		t.m.Self = g.Group.Own
	}
	if w != nil && !t.stale(w) && (w.Intent == nlu.IntentToken || w.Intent == nlu.IntentNumber || w.Intent == nlu.IntentCredential) {
		if t.forLinking(w); len(w.For) > 0 {
			t.move("grant")
			t.effect(opCurrent, w.Asked, tokenArgs{g.Credential, w.For}, "token.interim")
			return
		}
	}
	t.welcome(backend.Given{}, w)
}

// forLinking says whom a wish from before the link is for. A plain "token" is the account's own: that is who signed
// in, and the message says whose it is.
func (t *talk) forLinking(w *wish) {
	chosen := w.For
	w.For = nil
	switch {
	case len(w.Who) > 0:
		if f := t.words.Resolve(w.Who, t.m.speaker()); f.Unresolved == nil {
			w.For = f.Members
		}
	case len(chosen) == 0:
		w.For = []backend.MemberID{t.m.Group.Own}
	case t.inGroup(chosen):
		w.For = chosen
	default: // chosen under another account
		w.Who = []nlu.Ref{{Kind: nlu.RefName}}
	}
}

func (t *talk) inGroup(ids []backend.MemberID) bool {
	for _, id := range ids {
		if _, ok := t.m.Group.Member(id); !ok {
			return false
		}
	}
	return true
}

// welcome confirms the link, shows what was wished, and asks who uses the chat, all in one message. The other chats
// are told.
func (t *talk) welcome(g backend.Given, w *wish) {
	t.move("linked")
	shown := t.shown(g, "")
	shown.First = t.text("link.done", nil)
	if len(g.Tokens) > 0 {
		t.m.Wish = nil
		for _, k := range g.Tokens {
			t.m.used(k.Member)
		}
	}
	if w == nil {
		w = &wish{Intent: nlu.IntentToken}
	}
	if len(t.m.Group.Members) == 1 {
		t.welcomeAlone(w, g, shown)
	} else {
		t.ask("link.welcome", shown, t.whoOptions()...)
		t.lastsIfGiven(w, g)
	}
	t.notifyOthers()
}

// welcomeAlone does not ask somebody who is alone who they are.
func (t *talk) welcomeAlone(wanted *wish, g backend.Given, shown shownData) {
	w := t.m.Wish
	others := t.m.Others
	if len(others) > 0 {
		t.move("others")
		t.ask("link.alone_replace", replaceData{shown, others[0]}, choices("yes", "no")...)
		t.lastsIfGiven(wanted, g)
		return
	}
	t.move("answer")
	t.settle()
	if w != nil {
		t.m.Wish = w
		t.say("link.done", nil)
		t.pursue()
		return
	}
	t.offer(bot.Say, "token.shown", shown, t.afterwards(wanted, g)...)
	t.lastsIfGiven(wanted, g)
}

type replaceData struct {
	Shown shownData
	Chat  backend.LinkedChat
}

func (t *talk) lastsIfGiven(w *wish, g backend.Given) {
	if r := &t.d.Replies[len(t.d.Replies)-1]; len(g.Tokens) > 0 {
		r.Kind = bot.Show
		t.lasts(r, g)
		t.draw(r, w, g)
	}
}

// whoOptions are the members and somebody else.
func (t *talk) whoOptions() []option {
	var ids []backend.MemberID
	for _, p := range t.m.Group.Members {
		ids = append(ids, p.ID)
	}
	return append(people(ids), option{Value: "other", Who: someone})
}

// chooseInstead takes an option below the page: it ends the wait, or is about it.
func (t *talk) chooseInstead(o option) {
	if mean := (nlu.ParsedText{Intent: nlu.Intent(o.Value)}); !t.answersCode(mean) {
		t.wants(mean)
	}
}

// codeUnchecked asks for the code again, because nobody knows whether it is right.
func (t *talk) codeUnchecked(bot.Result) {
	t.move("unsure")
	t.askAgain("link.no_answer", nil)
}

// welcomeGiven confirms the link with the token that was wished; welcomeFailed without it.
func (t *talk) welcomeGiven(a answer) { t.welcome(*a.Given, t.m.Wish) }

func (t *talk) welcomeFailed(bot.Result) { t.welcome(backend.Given{}, t.m.Wish) }

// cancelGranting answers a person who stops waiting for the token: the link stays, and the other chats are told.
func (t *talk) cancelGranting() {
	others := t.m.Others
	t.leave()
	t.m.Others = others
	t.notifyOthers()
	t.m.Others = nil
	t.menu("menu.linked")
}

// whoChosen takes an option as who uses the chat.
func (t *talk) whoChosen(o option) { t.whoAnswered(o.Who) }

// answersWho takes a name for "who uses this chat?".
func (t *talk) answersWho(mean nlu.ParsedText) bool {
	if mean.Intent == nlu.IntentOther || mean.No {
		t.whoAnswered(someone)
		return true
	}
	if mean.Intent != nlu.IntentNone && mean.Intent != nlu.IntentYes || len(mean.Refs) == 0 {
		return false
	}
	f := t.words.Resolve(withoutMe(mean.Refs), t.m.speaker())
	if f.Unresolved != nil || len(f.Members) != 1 {
		t.askAgain("link.who_again", nil)
		return true
	}
	t.whoAnswered(f.Members[0])
	return true
}

// withoutMe drops the "yo" of "yo soy juana".
func withoutMe(who []nlu.Ref) []nlu.Ref {
	return slices.DeleteFunc(slices.Clone(who), func(r nlu.Ref) bool { return r.Kind == nlu.RefMe })
}

// whoAnswered keeps who uses the chat and goes on: to the question about the old chat, then to the wish.
func (t *talk) whoAnswered(id backend.MemberID) {
	t.m.Self = id
	if len(t.m.Others) > 0 {
		t.move("others")
		t.ask("link.replace", t.m.Others[0], choices("yes", "no")...)
		return
	}
	t.move("answer")
	t.afterLink("link.who_done")
}

// afterLink goes on with the wish that began the link, if it has not been granted.
func (t *talk) afterLink(key string) {
	w, self := t.m.Wish, backend.Member{}
	t.settle()
	if w != nil {
		t.m.Wish = w
		t.pursue()
		return
	}
	if p, ok := t.m.Group.Member(t.m.Self); ok {
		self = p
	}
	t.offer(bot.Say, key, self, choices("token", "menu")...)
}

// answersReplace ends the other chat's link, or leaves both.
func (t *talk) answersReplace(mean nlu.ParsedText) bool {
	switch {
	case mean.Yes:
		t.move("replace")
		t.effect(opUnlink, t.m.Asked, unlinkArgs{Credential: t.m.Cred, Link: t.m.Others[0].ID, Tell: t.m.Others[:1]}, "link.interim")
	case mean.No:
		t.leaveKeepingWish()
	default:
		return false
	}
	return true
}

func (t *talk) leaveKeepingWish() {
	w := t.m.Wish
	t.leave()
	t.m.Wish = w
	t.afterLink("link.kept")
}

// replaced says that the other chat is no longer linked.
func (t *talk) replaced(answer) {
	t.move("replaced")
	t.afterLink("link.replaced")
}

// notifyOthers tells the account's other chats that this one was linked.
func (t *talk) notifyOthers() {
	if len(t.m.Others) > 0 && t.d.Effect == nil {
		t.effect(opNotify, t.in.ID, notifyArgs{Subject: noticeLinked, Via: t.m.Door.Via, Label: t.m.Door.Label, Chats: t.m.Others}, "")
	}
}

// lostLink begins anew where the back end no longer knows the credential: it was ended elsewhere.
func (t *talk) lostLink() {
	w := t.m.Wish
	t.leave()
	t.m.unlink()
	t.d.Purge = true
	t.m.Wish = w
	t.invite(true)
}
