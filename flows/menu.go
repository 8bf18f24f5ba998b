package flows

import (
	"slices"

	"llave/bot"
	"llave/flows/nlu"
)

// menu shows what can be done.
func (t *talk) menu(key string) {
	if !t.m.linked() {
		t.offer(bot.Ask, "menu.welcome", nil, choices("token", "whatis", "safe", "help")...)
		return
	}
	values := []string{"token", "another", "rejected", "chats", "others", "help"}
	if t.can.Sheets {
		values = slices.Insert(values, 2, "preprint")
	}
	t.offer(bot.Ask, key, nil, choices(values...)...)
}

// again puts the open question once more, below a line that says why; at home it is the menu.
func (t *talk) again(key string) {
	if t.s.State == home || t.m.Question == "" {
		t.menu("menu.main")
		return
	}
	t.askAgain(key, len(t.m.Options))
	if r := &t.d.Replies[len(t.d.Replies)-1]; t.m.Prompt != "" {
		r.Text += "\n" + t.m.Prompt
	}
}

// puzzled answers what was not understood: a name alone is a wish for a token; else what can be done is shown, and
// the second time a person is offered.
func (t *talk) puzzled(mean nlu.ParsedText) {
	if f := t.words.Resolve(mean.Refs, t.m.speaker()); t.m.linked() && len(mean.Refs) > 0 && (f.Unresolved == nil || mean.TheirToken) {
		t.wish(nlu.ParsedText{Intent: nlu.IntentToken, Refs: mean.Refs})
		return
	}
	if len(mean.Unclear) > 0 && t.m.linked() {
		t.offer(bot.Ask, "menu.unclear", nil, unclear(mean.Unclear)...)
		return
	}
	t.m.Misses++
	if t.m.Misses > 1 {
		t.offer(bot.Ask, "menu.miss_again", nil, choices("token", "help", "menu")...)
		return
	}
	if !t.m.linked() {
		t.offer(bot.Ask, "menu.miss_unlinked", nil, choices("token", "whatis", "help")...)
		return
	}
	t.offer(bot.Ask, "menu.miss", nil, choices("token", "rejected", "others", "help")...)
}

// unclear offers what a text may have meant, and what is meant most often.
func unclear(found []nlu.Intent) []option {
	var values []string
	for _, i := range append(found, nlu.IntentToken, nlu.IntentHelp) {
		if offered[i] && !slices.Contains(values, string(i)) {
			values = append(values, string(i))
		}
	}
	return choices(values...)
}

// offered are the intents that have a button.
var offered = map[nlu.Intent]bool{nlu.IntentToken: true, nlu.IntentNumber: true, nlu.IntentCredential: true, nlu.IntentAnother: true, nlu.IntentRejected: true, nlu.IntentPreprint: true, nlu.IntentVoid: true, nlu.IntentHelp: true,
	nlu.IntentLink: true, nlu.IntentUnlink: true, nlu.IntentChats: true, nlu.IntentMenu: true}

// help is the way to a person.
func (t *talk) help() { t.say("menu.help", nil) }

// heardWaiting deals with a text while the outside is being asked. The ways out work; the rest waits.
func (t *talk) heardWaiting(mean nlu.ParsedText) {
	switch mean.Intent {
	case nlu.IntentCancel, nlu.IntentBack, nlu.IntentMenu:
		t.cancelWait()
	case nlu.IntentHelp:
		t.help()
	case nlu.IntentUnlink:
		if t.in.Forwarded || !mean.Unlinks {
			t.say("token.still", nil)
			return
		}
		t.leave()
		t.unlink()
	default:
		t.say("token.still", nil)
	}
}

// cancelWait stops waiting. What only reads is forgotten; what acts cannot be called back, and its outcome is dealt
// with when it comes.
func (t *talk) cancelWait() {
	row := t.row()
	if !row.acts() {
		t.s.Pending = nil
	}
	if row.onCancel != nil {
		row.onCancel(t)
		return
	}
	t.leave()
	t.menu("menu.cancelled")
}

// acts says whether an effect that the state awaits changes something at the back end.
func (s state) acts() bool {
	for op := range s.results {
		if effects[op].acts {
			return true
		}
	}
	return false
}

// cannotStop answers a person who stops waiting for what cannot be called back.
func (t *talk) cannotStop() {
	t.leave()
	t.say("another.cannot_stop", nil)
}

// heardCUIL answers somebody who typed their CUIL: it is not kept, and not needed here.
func (t *talk) heardCUIL() {
	if t.row().awaitsCode {
		t.askAgain("link.cuil", nil)
		return
	}
	t.offer(bot.Say, "menu.cuil", t.m.linked(), choices("token", "safe")...)
}

// faq answers the other questions, each by the text of its name.
func (t *talk) faq(i nlu.Intent) {
	t.offer(bot.Say, "faq."+string(i), t.m.linked(), choices("token", "menu")...)
}
