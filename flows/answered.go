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
	t.dispatch(r, a)
}

func (t *talk) dispatch(r bot.Result, a answer) {
	if a.Given != nil {
		t.hold(*a.Given)
	}
	switch {
	case a.Given != nil && r.Op == opAnother:
		t.renewed(*a.Given)
	case a.Given != nil && t.s.State == linkGranting:
		t.welcome(*a.Given, t.m.Wish)
	case a.Given != nil:
		t.given(*a.Given)
	case a.Paper != nil && r.Op == opPrint:
		t.printed(*a.Paper)
	case a.Paper != nil && r.Op == opVoid:
		t.voided(*a.Paper)
	case a.Paper != nil:
		t.sheetsTold(*a.Paper)
	case a.Group != nil:
		t.looked(*a.Group)
	case a.State != nil:
		t.diagnosed(*a.State)
	case a.Invite != nil:
		t.invited(*a.Invite)
	case a.Grant != nil && t.s.State != linkRedeeming:
		// "cancelar" came meanwhile: a link that nobody waits for is ended again.
		t.effect(opUnlink, t.in.ID, unlinkArgs{Credential: a.Grant.Credential}, "")
	case a.Grant != nil:
		t.granted(*a.Grant)
	case r.Op == opChats:
		t.listChats(a.Chats)
	case r.Op == opUnlink && t.s.State == linkReplacing:
		t.replaced()
	case r.Op == opUnlink && t.s.State == chatsUnlinking:
		t.unlinked(r.Late)
	case r.Op == opUnlink && t.m.linked():
		// "cancelar" came meanwhile; it was done all the same.
		t.say("chats.other_unlinked", nil)
	case r.Op == opUnlink:
	default:
		t.fail(fmt.Errorf("answer to %s: nothing in it", r.Op))
	}
}

// refused deals with a no.
func (t *talk) refused(r bot.Result, a answer) {
	switch {
	case r.Op == opRedeem && t.s.State != linkRedeeming:
		// "cancelar" came meanwhile.
	case a.Refused == refusedUnlinked && r.Op == opUnlink && !t.m.linked():
		t.unlinked(r.Late)
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
	case a.Refused == refusedNotInCharge && t.s.State == linkGranting:
		t.welcome(backend.Given{}, t.m.Wish)
	case a.Refused == refusedNotInCharge:
		t.leave()
		t.offer(bot.Say, "token.gone", nil, choices("token", "help")...)
	default:
		t.fail(fmt.Errorf("refusal %q of %s", a.Refused, r.Op))
	}
}

// unanswered says that the outside does not answer, what still holds, and what to do.
func (t *talk) unanswered(r bot.Result) {
	switch {
	case t.once(r.Op):
		t.unknown(r.Op)
	case r.Op == opAnother:
		t.unsure()
	case r.Op == opPrint:
		t.unsureSheet()
	case r.Op == opVoid:
		t.unsureVoid()
	case r.Op == opRedeem && t.s.State != linkRedeeming, r.Op == opUnlink && t.s.State == home:
	case r.Op == opRedeem:
		t.move("unsure")
		t.askAgain("link.no_answer", nil)
	case t.s.State == linkGranting:
		t.welcome(backend.Given{}, t.m.Wish)
	case r.Op == opUnlink && !t.m.linked():
		t.move("failed")
		if !r.Late {
			t.offer(bot.Say, "chats.unlinked", nil, choices("link")...)
		}
	default:
		if t.s.State != home {
			t.move("failed")
		}
		key := "token.no_answer"
		if r.Op == opInvite || r.Op == opUnlink || r.Op == opChats {
			key = "link.failed"
		}
		t.settle()
		t.offer(bot.Say, key, nil, choices("token", "help")...)
	}
}
