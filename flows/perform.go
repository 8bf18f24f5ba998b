package flows

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"llave/bot"
	"llave/flows/backend"
)

// What the effects carry.
type (
	groupArgs struct {
		Credential backend.Credential `json:"c"`
	}
	tokenArgs struct {
		Credential backend.Credential `json:"c"`
		Members    []backend.MemberID `json:"m"`
	}
	anotherArgs struct {
		Credential backend.Credential `json:"c"`
		Member     backend.MemberID   `json:"m"`
	}
	memberArgs = anotherArgs
	printArgs  struct {
		Credential backend.Credential `json:"c"`
		Order      backend.SheetOrder `json:"o"`
	}
	voidArgs struct {
		Credential backend.Credential `json:"c"`
		Sheet      backend.SheetID    `json:"s"`
		Numbers    []int              `json:"n"`
	}
	inviteArgs door
	redeemArgs struct {
		Invite string `json:"i"`
		Code   string `json:"code"`
	}
	unlinkArgs struct {
		Credential backend.Credential   `json:"c"`
		Link       string               `json:"l,omitempty"`
		Tell       []backend.LinkedChat `json:"tell,omitempty"`
	}
	notifyArgs struct {
		Subject string               `json:"s"`
		Via     string               `json:"via"`
		Label   string               `json:"label"`
		Chats   []backend.LinkedChat `json:"chats"`
	}
)

// notice is what one chat of an account tells another.
type notice struct {
	Via   string `json:"via"`
	Label string `json:"label"`
}

func (n *notice) decode(body []byte) error { return json.Unmarshal(body, n) }

// Chats is what the performer needs of the bot: names for chats that others may keep, and a way to reach a chat.
type Chats interface {
	bot.Accepter
	// ChatRef is a sealed name of the chat, always the same.
	ChatRef(c bot.ChatID) string
	// OpenChatRef reads it.
	OpenChatRef(ref string) (bot.ChatID, error)
}

// Effects runs the effects of the conversations on the back end's ports. It implements [bot.EffectRunner].
type Effects struct {
	Tokens backend.Tokens
	Links  backend.Links
	Sheets backend.Sheets
	Chats  Chats
}

// Local implements [bot.Near]: a notice goes from one chat to another, and asks no back end.
func (p *Effects) Local(op string) bool { return op == opNotify }

// Run implements [bot.EffectRunner]. Refusals are answers; any other error of a port is none.
func (p *Effects) Run(ctx context.Context, chat bot.ChatID, e bot.Effect) (bot.Value, error) {
	a, err := p.perform(ctx, chat, e)
	var wrong *backend.WrongCode
	switch {
	case err == nil:
	case errors.Is(err, backend.ErrUnlinked):
		a = answer{Refused: refusedUnlinked}
	case errors.Is(err, backend.ErrNoInvite):
		a = answer{Refused: refusedNoInvite}
	case errors.Is(err, backend.ErrNotInCharge):
		a = answer{Refused: refusedNotInCharge}
	case errors.As(err, &wrong):
		a = answer{Refused: refusedWrongCode, Left: wrong.Left}
	default:
		return bot.Value{}, fmt.Errorf("%s: %w", e.Op, err)
	}
	return bot.Of(a), nil
}

func (p *Effects) perform(ctx context.Context, chat bot.ChatID, e bot.Effect) (answer, error) {
	switch e.Op {
	case opGroup:
		return call(e, func(a groupArgs) (answer, error) {
			g, err := p.Tokens.Group(ctx, a.Credential)
			return answer{Group: &g}, err
		})
	case opCurrent:
		return call(e, func(a tokenArgs) (answer, error) {
			g, err := p.Tokens.Current(ctx, a.Credential, a.Members)
			return answer{Given: &g}, err
		})
	case opAnother:
		return call(e, func(a anotherArgs) (answer, error) {
			g, err := p.Tokens.Another(ctx, a.Credential, a.Member, e.Key)
			return answer{Given: &g}, err
		})
	case opState:
		return call(e, func(a memberArgs) (answer, error) {
			s, err := p.Tokens.State(ctx, a.Credential, a.Member)
			return answer{State: &s}, err
		})
	}
	return p.performSheet(ctx, chat, e)
}

func (p *Effects) performSheet(ctx context.Context, chat bot.ChatID, e bot.Effect) (answer, error) {
	switch e.Op {
	case opMonths, opSheets:
		return call(e, func(a memberArgs) (answer, error) {
			s, err := p.Sheets.Sheets(ctx, a.Credential, a.Member)
			return answer{Paper: &s}, err
		})
	case opPrint:
		return call(e, func(a printArgs) (answer, error) {
			s, err := p.Sheets.Print(ctx, a.Credential, a.Order, e.Key)
			return answer{Paper: &s}, err
		})
	case opVoid:
		return call(e, func(a voidArgs) (answer, error) {
			s, err := p.Sheets.Void(ctx, a.Credential, a.Sheet, a.Numbers)
			return answer{Paper: &s}, err
		})
	}
	return p.performLink(ctx, chat, e)
}

func (p *Effects) performLink(ctx context.Context, chat bot.ChatID, e bot.Effect) (answer, error) {
	switch e.Op {
	case opInvite:
		return call(e, func(a inviteArgs) (answer, error) {
			i, err := p.Links.Invite(ctx, backend.Invitation{Chat: p.Chats.ChatRef(chat), Channel: a.Via, Label: a.Label, Sender: a.Sender, Back: a.Back, Key: e.Key})
			return answer{Invite: &i}, err
		})
	case opRedeem:
		return call(e, func(a redeemArgs) (answer, error) {
			g, err := p.Links.Redeem(ctx, a.Invite, a.Code, e.Key)
			return answer{Grant: &g}, err
		})
	case opChats:
		return call(e, func(a groupArgs) (answer, error) {
			list, err := p.Links.Chats(ctx, a.Credential)
			return answer{Chats: list}, err
		})
	case opUnlink:
		return call(e, func(a unlinkArgs) (answer, error) {
			if err := p.Links.Unlink(ctx, a.Credential, a.Link); err != nil {
				return answer{}, err
			}
			return answer{}, p.tell(ctx, e, noticeUnlinked, notice{}, a.Tell)
		})
	case opNotify:
		return call(e, func(a notifyArgs) (answer, error) {
			return answer{}, p.tell(ctx, e, a.Subject, notice{a.Via, a.Label}, a.Chats)
		})
	}
	return answer{}, fmt.Errorf("no such effect %q", e.Op)
}

// call decodes an effect's arguments for f.
func call[A any](e bot.Effect, f func(A) (answer, error)) (answer, error) {
	args, err := bot.As[A](e.Args)
	if err != nil {
		return answer{}, fmt.Errorf("arguments: %w", err)
	}
	return f(args)
}

// tell puts a notice into other chats. Their ids come from the effect's key, so that repeating it tells nobody twice.
func (p *Effects) tell(ctx context.Context, e bot.Effect, subject string, n notice, chats []backend.LinkedChat) error {
	body, err := json.Marshal(n)
	if err != nil {
		return err
	}
	for _, c := range chats {
		id, err := p.Chats.OpenChatRef(c.Chat)
		if err != nil {
			continue // a chat of another installation: not ours to tell
		}
		if err := p.Chats.Accept(ctx, bot.Update{Chat: id, ID: "notice/" + subject + "/" + e.Key, Kind: bot.Notice, Subtype: subject, Body: body}); err != nil {
			return fmt.Errorf("tell another chat: %w", err)
		}
	}
	return nil
}
