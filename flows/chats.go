package flows

import (
	"strconv"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// The subjects of notices that one chat of an account sends another.
const (
	noticeLinked   = "linked"
	noticeUnlinked = "unlinked"
)

// wantsChats asks the back end which chats are linked.
func (t *talk) wantsChats() {
	switch {
	case !t.m.linked():
		t.offer(bot.Say, "chats.none", nil, choices("link")...)
	case t.busy():
		t.say("token.still", nil)
	default:
		t.moveIn("chats", "look")
		t.effect(opChats, t.in.ID, groupArgs{t.m.Cred}, "token.interim")
	}
}

// chatsData is the list of chats.
type chatsData struct {
	Own    backend.LinkedChat
	Others []backend.LinkedChat
}

// listChats shows them, each with a way to end its link.
func (t *talk) listChats(a answer) {
	t.move("listed")
	var d chatsData
	for _, c := range a.Chats {
		if c.Own {
			d.Own = c
		} else {
			d.Others = append(d.Others, c)
		}
	}
	t.m.Others = d.Others
	var options []option
	for i := range d.Others {
		options = append(options, option{Value: "c" + strconv.Itoa(i)})
	}
	t.ask("chats.list", d, append(options, choices("unlink", "menu")...)...)
}

// unlinkListed ends the link that was chosen from the list.
func (t *talk) unlinkListed(o option) {
	for i, c := range t.m.Others {
		if o.Value == "c"+strconv.Itoa(i) {
			t.move("unlink")
			t.effect(opUnlink, t.m.Asked, unlinkArgs{Credential: t.m.Cred, Link: c.ID, Tell: []backend.LinkedChat{c}}, "link.interim")
			return
		}
	}
	t.from = fromOption
	t.wants(nlu.ParsedText{Intent: nlu.Intent(o.Value)})
}

// unlink ends this chat's link. It works at once: the chat forgets before the back end is told, and what is still
// to be sent is withdrawn.
func (t *talk) unlink() {
	if !t.m.linked() {
		t.offer(bot.Say, "chats.none", nil, choices("link")...)
		return
	}
	cred := t.m.Cred
	t.m.unlink()
	t.d.Purge = true
	t.moveIn("chats", "unlink")
	t.effect(opUnlink, t.in.ID, unlinkArgs{Credential: cred}, "chats.unlinked")
	t.d.Interim.Question, t.d.Interim.Choices = t.questionID(), []bot.Option{{Text: t.text("option.link", nil), Value: "link"}}
}

// unlinkFailed says what is true where the back end did not answer: this chat has forgotten its credential.
func (t *talk) unlinkFailed(r bot.Result) {
	if t.m.linked() {
		noAnswer("link.failed")(t, r)
		return
	}
	t.move("failed")
	if !r.Late {
		t.offer(bot.Say, "chats.unlinked", nil, choices("link")...)
	}
}

// unlinked confirms the end of a link: this chat's, or another's.
func (t *talk) unlinked(answer) {
	late := t.in.Result.Late
	t.move("done")
	if t.m.linked() {
		t.settle()
		t.offer(bot.Say, "chats.other_unlinked", nil, choices("token", "menu")...)
		return
	}
	if !late {
		t.offer(bot.Say, "chats.unlinked", nil, choices("link")...)
	}
}

// notice deals with what another chat of the account did.
func (t *talk) notice() {
	if t.in.Subtype == noticeGranted {
		t.linkDirect()
		return
	}
	var n notice
	if err := n.decode(t.in.Body); err != nil || !t.m.linked() {
		return
	}
	switch t.in.Subtype {
	case noticeLinked:
		t.say("chats.notice_linked", n)
	case noticeUnlinked:
		if t.s.State != home {
			t.leave()
		}
		t.m.unlink()
		t.s.Pending = nil
		t.d.Purge = true
		t.offer(bot.Say, "chats.notice_unlinked", n, choices("link")...)
	}
}
