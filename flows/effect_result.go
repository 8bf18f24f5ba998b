package flows

import (
	"fmt"

	"llave/bot"
	"llave/flows/backend"
)

// answer is the result of an effect: a refusal, or one of the rest. It is stored as JSON.
type effectAnswer struct {
	Refused refusedPart          `json:"refused,omitempty"`
	Left    int                  `json:"left,omitempty"` // tries, of a wrong code
	Group   *backend.Group       `json:"group,omitempty"`
	Given   *backend.Given       `json:"given,omitempty"`
	State   *backend.TokenState  `json:"state,omitempty"`
	States  []backend.TokenState `json:"states,omitempty"`
	Invite  *backend.Invite      `json:"invite,omitempty"`
	Grant   *backend.Grant       `json:"grant,omitempty"`
	Chats   []backend.LinkedChat `json:"chats,omitempty"`
	Paper   *backend.Preprints   `json:"paper,omitempty"`

	Held     *backend.Held       `json:"held,omitempty"`
	SignIn   *backend.SignInCode `json:"sign_in,omitempty"`
	Disowned *backend.Disowned   `json:"disowned,omitempty"`
}

// refusal is one of the errors that a port declares.
type refusedPart string

const (
	refusedUnlinked    refusedPart = "unlinked"
	refusedNoInvite    refusedPart = "no_invite"
	refusedWrongCode   refusedPart = "wrong_code"
	refusedNotInCharge refusedPart = "not_in_charge"
)

// complete reports whether the answer to an effect holds what it must hold.
func (a effectAnswer) complete(op string) bool {
	switch op {
	case opGroup:
		return a.Group != nil
	case opCurrent, opAnother:
		return a.Given != nil
	case opState:
		return a.State != nil
	case opStates:
		return len(a.States) > 0
	case opInvite:
		return a.Invite != nil
	case opRedeem:
		return a.Grant != nil
	case opMonths, opSheets, opPrint, opVoid:
		return a.Paper != nil
	case opMyData, opErase:
		return a.Held != nil
	case opSignInCode:
		return a.SignIn != nil
	case opDisown:
		return a.Disowned != nil
	}
	return true
}

// onResult passes the result of an effect to the state that awaits it. It drops a late result that is awaited no more.
func (d *dialog) onResult(r bot.Result) {
	if r.Late {
		if d.session.Pending == nil || d.session.Pending.Key != r.Key || d.session.Pending.Op != r.Op {
			return
		}
		d.session.Pending = nil
	}
	if unawaited[r.Op] {
		return
	}
	if r.Failed {
		d.onFailure(r)
		return
	}
	a, err := bot.As[effectAnswer](r.Data)
	switch {
	case err != nil:
		d.fail(fmt.Errorf("answer to %s: %w", r.Op, err))
	case a.Refused != "":
		d.onRefusal(r, a)
	case !a.complete(r.Op):
		d.fail(fmt.Errorf("answer to %s: nothing in it", r.Op))
	default:
		d.onAnswer(r, a)
	}
}

// awaits reports whether the state awaits an effect.
func (d *dialog) awaits(op string) bool { return d.row().results[op] != nil }

func (d *dialog) onAnswer(r bot.Result, a effectAnswer) {
	if a.Given != nil {
		d.hold(*a.Given)
	}
	if d.awaits(r.Op) {
		d.row().results[r.Op](d, a)
		return
	}
	// The person has stopped waiting for what cannot be called back.
	switch r.Op {
	case opAnother:
		inAnother(d).onRenewedLate(a)
	case opPrint:
		inSheet(d).onPrintedLate(a)
	case opVoid:
		inVoid(d).onVoidedLate(a)
	case opErase:
		inData(d).erased(a)
	case opDisown:
		inData(d).disowned(a)
	case opRedeem: // the link is ended again
		d.effect(opUnlink, d.in.ID, unlinkArgs{Credential: a.Grant.Credential}, "")
	case opUnlink:
		if d.mem.linked() {
			d.say("chats.other_unlinked", nil)
		}
	default:
		if !r.Late { // a state of another program may have awaited a late one
			d.fail(fmt.Errorf("answer to %s: %s does not await it", r.Op, d.session.State))
		}
	}
}

// onRefusal deals with an answer that is one of the declared errors.
func (d *dialog) onRefusal(r bot.Result, a effectAnswer) {
	refused := d.row().onRefused
	switch {
	case d.awaits(r.Op) && refused != nil && refused(d, a):
	case !d.awaits(r.Op) && (r.Op == opRedeem || r.Op == opUnlink && !d.mem.linked()):
		// The person has stopped waiting: there is nothing to undo.
	case a.Refused == refusedUnlinked:
		d.came(d.intentOf(r.Op), outcomeUnlinked)
		inLink(d).relink()
	case a.Refused == refusedNotInCharge:
		d.came(d.intentOf(r.Op), outcomeGone)
		d.leave()
		d.offer(bot.Say, "token.gone", nil, choices("token", "help")...)
	default:
		d.fail(fmt.Errorf("refusal %q of %s", a.Refused, r.Op))
	}
}

// onFailure deals with an effect that the back end did not answer.
func (d *dialog) onFailure(r bot.Result) {
	d.cameFailed(r)
	if d.awaits(r.Op) {
		d.row().onFailed(d, r)
		d.dropRest()
		return
	}
	switch r.Op {
	case opAnother:
		inAnother(d).onFailedLate()
	case opPrint:
		inSheet(d).onFailedLate()
	case opVoid:
		d.offer(bot.Say, "void.unknown", nil, choices("void", "help")...)
	case opRedeem, opUnlink:
	case opErase, opDisown:
		d.offer(bot.Say, "link.failed", nil, choices("token", "help")...)
	default: // a state of another program awaited it
		if d.session.State == home {
			d.offer(bot.Say, "token.no_answer", nil, choices("token", "help")...)
		}
	}
}

// noAnswer ends the wait: its text says that the back end does not answer, what still holds, and what to do.
func noAnswer(key string) func(*dialog, bot.Result) {
	return func(d *dialog, _ bot.Result) {
		d.move("failed")
		d.reset()
		d.offer(bot.Say, key, nil, choices("token", "help")...)
	}
}
