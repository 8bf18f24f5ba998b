package flows

import (
	"fmt"

	"llave/bot"
	"llave/flows/backend"
)

// answer is what the performer makes of a port's answer: a refusal, or one of the rest.
type answer struct {
	Refused refusal              `json:"refused,omitempty"`
	Left    int                  `json:"left,omitempty"` // tries, of a wrong code
	Group   *backend.Group       `json:"group,omitempty"`
	Given   *backend.Given       `json:"given,omitempty"`
	State   *backend.TokenState  `json:"state,omitempty"`
	Invite  *backend.Invite      `json:"invite,omitempty"`
	Grant   *backend.Grant       `json:"grant,omitempty"`
	Chats   []backend.LinkedChat `json:"chats,omitempty"`
	Paper   *backend.Preprints   `json:"paper,omitempty"`
}

// refusal is one of the errors that a port declares.
type refusal string

const (
	refusedUnlinked    refusal = "unlinked"
	refusedNoInvite    refusal = "no_invite"
	refusedWrongCode   refusal = "wrong_code"
	refusedNotInCharge refusal = "not_in_charge"
)

// answered takes the outside's answer to where it was asked for. A late one that nobody waits for any more is dropped.
func (t *talk) answered(r bot.Result) {
	if r.Late {
		if t.s.Pending == nil || t.s.Pending.Key != r.Key || t.s.Pending.Op != r.Op {
			return
		}
		t.s.Pending = nil
	}
	if r.Op == opNotify {
		return
	}
	if r.Failed {
		t.unanswered(r)
		return
	}
	a, err := bot.As[answer](r.Data)
	if err != nil {
		t.fail(fmt.Errorf("answer to %s: %w", r.Op, err))
		return
	}
	if a.Refused != "" {
		t.refused(r, a)
		return
	}
	if !a.complete(r.Op) {
		t.fail(fmt.Errorf("answer to %s: nothing in it", r.Op))
		return
	}
	if a.Given != nil {
		t.hold(*a.Given)
	}
	if take := t.row().results[r.Op]; take != nil {
		take(t, a)
		return
	}
	t.answeredAfterAll(r, a)
}

// complete says whether the answer to an effect holds what it must hold.
func (a answer) complete(op string) bool {
	switch op {
	case opGroup:
		return a.Group != nil
	case opCurrent, opAnother:
		return a.Given != nil
	case opState:
		return a.State != nil
	case opInvite:
		return a.Invite != nil
	case opRedeem:
		return a.Grant != nil
	case opMonths, opSheets, opPrint, opVoid:
		return a.Paper != nil
	}
	return true
}

// answeredAfterAll deals with the answer to what acts, where the person has stopped waiting for it.
func (t *talk) answeredAfterAll(r bot.Result, a answer) {
	switch r.Op {
	case opAnother:
		t.renewedAfterAll(a)
	case opPrint:
		t.printedAfterAll(a)
	case opVoid:
		t.voidedAfterAll(a)
	case opRedeem: // a link that nobody waits for is ended again
		t.effect(opUnlink, t.in.ID, unlinkArgs{Credential: a.Grant.Credential}, "")
	case opUnlink:
		if t.m.linked() {
			t.say("chats.other_unlinked", nil)
		}
	default:
		t.fail(fmt.Errorf("answer to %s: %s does not await it", r.Op, t.s.State))
	}
}

// awaits says whether the state awaits an effect.
func (t *talk) awaits(op string) bool { return t.row().results[op] != nil }

// refused deals with a no.
func (t *talk) refused(r bot.Result, a answer) {
	switch {
	case r.Op == opRedeem && !t.awaits(opRedeem):
		// "cancelar" came meanwhile.
	case a.Refused == refusedUnlinked && r.Op == opUnlink && !t.m.linked():
		t.unlinked(a)
	case a.Refused == refusedUnlinked:
		t.lostLink()
	case a.Refused == refusedWrongCode && a.Left > 0:
		t.move("wrong")
		t.askAgain("link.wrong", a.Left)
	case a.Refused == refusedWrongCode || a.Refused == refusedNoInvite:
		t.move("dead")
		w := t.m.Wish
		t.settle()
		t.offer(bot.Say, "link.dead", a.Refused == refusedWrongCode, choices("link", "help")...)
		t.m.Wish = w
	case a.Refused == refusedNotInCharge && flowOf(t.s.State) == "link":
		t.welcome(backend.Given{}, t.m.Wish)
	case a.Refused == refusedNotInCharge:
		t.leave()
		t.offer(bot.Say, "token.gone", nil, choices("token", "help")...)
	default:
		t.fail(fmt.Errorf("refusal %q of %s", a.Refused, r.Op))
	}
}

// unanswered deals with an effect that the back end did not answer.
func (t *talk) unanswered(r bot.Result) {
	switch {
	case t.once(r.Op):
		t.unknown(r.Op)
	case t.awaits(r.Op):
		t.row().onFailed(t, r)
	case r.Op == opAnother:
		t.say("another.unknown", nil)
	case r.Op == opPrint:
		t.offer(bot.Say, "sheet.unknown", nil, choices("preprint", "help")...)
	case r.Op == opVoid:
		t.offer(bot.Say, "void.unknown", nil, choices("void", "help")...)
	}
}

// noAnswer ends the wait: it says that the back end does not answer, what still holds, and what to do.
func noAnswer(key string) func(*talk, bot.Result) {
	return func(t *talk, _ bot.Result) {
		t.move("failed")
		t.settle()
		t.offer(bot.Say, key, nil, choices("token", "help")...)
	}
}
