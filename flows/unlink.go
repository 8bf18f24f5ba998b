package flows

import (
	"llave/bot"
	"llave/flows/nlu"
)

// wantsUnlink unlinks where that was said with its own word, by the person or a button. Anything else is asked about.
func (t *talk) wantsUnlink(mean nlu.ParsedText) {
	pressed := t.in.Kind == bot.Pressed || t.from == fromOption
	switch {
	case !t.in.Forwarded && (mean.Unlinks || pressed):
		t.unlink()
	case !t.m.linked() && mean.Leaving:
		t.faq(nlu.IntentLeaving)
	case !t.m.linked():
		t.unlink() // which says that there is nothing to unlink
	default:
		t.moveIn("chats", "doubt")
		values := choices("dounlink", "leaving", "no")
		if t.in.Forwarded {
			values = choices("dounlink", "no")
		}
		t.ask("chats.ask", t.in.Forwarded, values...)
	}
}

// answersUnlink takes the answer to whether the chat is to be unlinked. A bare yes answers only where there is one question.
func (t *talk) answersUnlink(mean nlu.ParsedText) bool {
	switch {
	case mean.Intent == "dounlink", mean.Unlinks, mean.Intent == nlu.IntentUnlink && mean.ThisChat:
		t.unlink()
	case mean.No:
		t.leave()
		t.menu("menu.cancelled")
	case mean.Intent == nlu.IntentUnlink: // "baja" once more
		t.again("chats.ask_again")
	case mean.Intent == nlu.IntentLeaving, mean.Leaving:
		t.leave()
		t.faq(nlu.IntentLeaving)
	case mean.Yes && len(t.m.Options) == 2:
		t.unlink()
	case mean.Yes:
		t.again("chats.ask_again")
	default:
		return false
	}
	return true
}

// labelled is the option that acts and whose text was typed: "sí, anular".
func (t *talk) labelled() (option, bool) {
	for _, o := range t.m.Options {
		if (o.Value == "yes" || o.Value == "dounlink") && nlu.SameWords(t.in.Text, t.label(o)) {
			return o, true
		}
	}
	return option{}, false
}

// refusesForwarded refuses forwarded words as the answer to a question whose yes takes something away.
func (t *talk) refusesForwarded(mean nlu.ParsedText) bool {
	_, labelled := t.labelled()
	answer := labelled || mean.Yes || len(mean.Numbers) > 0 || mean.Unlinks || mean.Voids || mean.Intent == nlu.IntentAnother
	if !t.row().destroys || !answer {
		return false
	}
	t.again("menu.forwarded")
	return true
}
