package flows

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"llave/bot"
	"llave/flows/backend"
)

// The operations of the effects: calls to the back end, but for notify, which reaches other chats.
const (
	opGroup   = "group"
	opCurrent = "current"
	opAnother = "another"
	opState   = "state"
	opInvite  = "invite"
	opRedeem  = "redeem"
	opChats   = "chats"
	opUnlink  = "unlink"
	opNotify  = "notify"
	opMonths  = "months"
	opSheets  = "sheets"
	opPrint   = "print"
	opVoid    = "void"

	opMyData     = "my_data"
	opErase      = "erase"
	opSignInCode = "sign_in_code"
	opDisown     = "disown"
	opStates     = "states"
	opEndLinks   = "end_links"
)

// effectKind is what is known of an operation.
type effectKind struct {
	// number is part of the effect's key: for one question an operation always has the same key.
	number int
	// acts says that it changes something at the back end: it cannot be called back.
	acts bool
}

var effects = map[string]effectKind{
	opGroup: {number: 1}, opCurrent: {number: 2}, opAnother: {number: 3, acts: true}, opState: {number: 4}, opInvite: {number: 5}, opChats: {number: 6},
	opUnlink: {number: 7, acts: true}, opNotify: {number: 8}, opRedeem: {number: 9, acts: true}, opMonths: {number: 10}, opSheets: {number: 11},
	opPrint: {number: 12, acts: true}, opVoid: {number: 13, acts: true},
	opMyData: {number: 14}, opErase: {number: 15, acts: true}, opSignInCode: {number: 16}, opDisown: {number: 17, acts: true},
	opStates: {number: 18}, opEndLinks: {number: 19, acts: true},
}

// effect asks the engine for a call. Interim is the key of the reply if its result is late.
func (d *dialog) effect(op, asked string, args any, interim string) {
	if d.nth > 0 && asked == d.in.ID {
		asked += "/" + strconv.Itoa(d.nth)
	}
	d.out.Effect = &bot.Effect{Op: op, Args: bot.Of(args), Asked: asked, N: effects[op].number, Once: d.once(op)}
	if interim != "" {
		d.out.Interim = &bot.Reply{Kind: bot.Interim, Text: d.text(interim, nil)}
	}
}

// busy reports whether a result is awaited that matters, in this state or after "cancelar".
func (d *dialog) busy() bool { return d.session.Pending != nil && !unawaited[d.session.Pending.Op] }

// unawaited are the operations whose result nobody waits for.
var unawaited = map[string]bool{opNotify: true, opEndLinks: true}

// The arguments of the effects.
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
	inviteArgs identity
	redeemArgs struct {
		Invite string `json:"i"`
		Code   string `json:"code"`
	}
	unlinkArgs struct {
		Credential backend.Credential   `json:"c"`
		Link       string               `json:"l,omitempty"`
		Notify     []backend.LinkedChat `json:"tell,omitempty"`
		// More are the credentials of the chat's other accounts, where the chat itself is unlinked.
		More []backend.Credential `json:"more,omitempty"`
		// Account is the affiliation number of the account's owner.
		Account string `json:"own,omitempty"`
	}
	notifyArgs struct {
		Subject string               `json:"s"`
		Via     string               `json:"via"`
		Label   string               `json:"label"`
		Chats   []backend.LinkedChat `json:"chats"`
		Account string               `json:"own,omitempty"`
	}
)

// notice is a message from one chat of an account to another.
type notice struct {
	Via   string `json:"via"` // the channel's name
	Label string `json:"label"`
	Chat  string `json:"chat,omitempty"` // its name at the back end
	// Account is the affiliation number of the account's owner: the chat that is told may have several accounts.
	Account string `json:"own,omitempty"`
}

func (n *notice) decode(body []byte) error { return json.Unmarshal(body, n) }

// Chats is what [Effects] needs of the bot: names of chats that others may keep, and a way to reach a chat.
type Chats interface {
	bot.Accepter
	// ChatRef is an encrypted name of the chat, always the same.
	ChatRef(c bot.ChatID) string
	// OpenChatRef decrypts it.
	OpenChatRef(ref string) (bot.ChatID, error)
}

// Effects runs the effects of the conversations on the back end's ports. It implements [bot.EffectRunner].
type Effects struct {
	Tokens backend.Tokens
	Links  backend.Links
	Sheets backend.Sheets
	Chats  Chats
}

// Local implements [bot.LocalEffects]: a notice goes from one chat to another, without the back end.
func (p *Effects) Local(op string) bool { return op == opNotify }

// Run implements [bot.EffectRunner]. The errors that a port declares are answers; any other error is a failure.
func (p *Effects) Run(ctx context.Context, chat bot.ChatID, e bot.Effect) (bot.Value, error) {
	a, err := p.call(ctx, chat, e)
	var wrong *backend.WrongCode
	switch {
	case err == nil:
	case errors.Is(err, backend.ErrUnlinked):
		a = effectAnswer{Refused: refusedUnlinked}
	case errors.Is(err, backend.ErrNoInvite):
		a = effectAnswer{Refused: refusedNoInvite}
	case errors.Is(err, backend.ErrNotInCharge):
		a = effectAnswer{Refused: refusedNotInCharge}
	case errors.As(err, &wrong):
		a = effectAnswer{Refused: refusedWrongCode, Left: wrong.Left}
	default:
		return bot.Value{}, fmt.Errorf("%s: %w", e.Op, err)
	}
	return bot.Of(a), nil
}

func (p *Effects) call(ctx context.Context, chat bot.ChatID, e bot.Effect) (effectAnswer, error) {
	switch e.Op {
	case opGroup:
		return withArgs(e, func(a groupArgs) (effectAnswer, error) {
			g, err := p.Tokens.Group(ctx, a.Credential)
			return effectAnswer{Group: &g}, err
		})
	case opCurrent:
		return withArgs(e, func(a tokenArgs) (effectAnswer, error) {
			g, err := p.Tokens.Current(ctx, a.Credential, a.Members)
			return effectAnswer{Given: &g}, err
		})
	case opAnother:
		return withArgs(e, func(a anotherArgs) (effectAnswer, error) {
			g, err := p.Tokens.Another(ctx, a.Credential, a.Member, e.Key)
			return effectAnswer{Given: &g}, err
		})
	case opStates:
		return withArgs(e, func(a tokenArgs) (effectAnswer, error) {
			var states []backend.TokenState
			for _, id := range a.Members {
				s, err := p.Tokens.State(ctx, a.Credential, id)
				if err != nil {
					return effectAnswer{}, err
				}
				states = append(states, s)
			}
			return effectAnswer{States: states}, nil
		})
	case opState:
		return withArgs(e, func(a memberArgs) (effectAnswer, error) {
			s, err := p.Tokens.State(ctx, a.Credential, a.Member)
			return effectAnswer{State: &s}, err
		})
	}
	return p.callSheets(ctx, chat, e)
}

func (p *Effects) callSheets(ctx context.Context, chat bot.ChatID, e bot.Effect) (effectAnswer, error) {
	switch e.Op {
	case opMonths, opSheets:
		return withArgs(e, func(a memberArgs) (effectAnswer, error) {
			s, err := p.Sheets.Sheets(ctx, a.Credential, a.Member)
			return effectAnswer{Paper: &s}, err
		})
	case opPrint:
		return withArgs(e, func(a printArgs) (effectAnswer, error) {
			s, err := p.Sheets.Print(ctx, a.Credential, a.Order, e.Key)
			return effectAnswer{Paper: &s}, err
		})
	case opVoid:
		return withArgs(e, func(a voidArgs) (effectAnswer, error) {
			s, err := p.Sheets.Void(ctx, a.Credential, a.Sheet, a.Numbers)
			return effectAnswer{Paper: &s}, err
		})
	}
	return p.callLinks(ctx, chat, e)
}

func (p *Effects) callLinks(ctx context.Context, chat bot.ChatID, e bot.Effect) (effectAnswer, error) {
	switch e.Op {
	case opInvite:
		return withArgs(e, func(a inviteArgs) (effectAnswer, error) {
			i, err := p.Links.Invite(ctx, backend.Invitation{Chat: p.Chats.ChatRef(chat), Channel: a.ChannelName, Label: a.MaskedID, Sender: a.Sender, Back: a.DeepLink, Key: e.Key})
			return effectAnswer{Invite: &i}, err
		})
	case opRedeem:
		return withArgs(e, func(a redeemArgs) (effectAnswer, error) {
			g, err := p.Links.Redeem(ctx, a.Invite, a.Code, e.Key)
			return effectAnswer{Grant: &g}, err
		})
	case opChats:
		return withArgs(e, func(a groupArgs) (effectAnswer, error) {
			list, err := p.Links.Chats(ctx, a.Credential)
			return effectAnswer{Chats: list}, err
		})
	case opUnlink:
		return withArgs(e, func(a unlinkArgs) (effectAnswer, error) {
			if err := p.Links.Unlink(ctx, a.Credential, a.Link); err != nil {
				return effectAnswer{}, err
			}
			for _, c := range a.More {
				if err := p.Links.Unlink(ctx, c, ""); err != nil {
					return effectAnswer{}, err
				}
			}
			return effectAnswer{}, p.notify(ctx, e, noticeUnlinked, notice{Account: a.Account}, a.Notify)
		})
	case opEndLinks:
		return withArgs(e, func(a endLinksArgs) (effectAnswer, error) {
			var err error
			for _, c := range a.Credentials {
				err = errors.Join(err, p.Links.Unlink(ctx, c, ""))
			}
			return effectAnswer{}, err
		})
	case opMyData, opErase, opSignInCode, opDisown:
		return p.callAccounts(ctx, e)
	case opNotify:
		return withArgs(e, func(a notifyArgs) (effectAnswer, error) {
			return effectAnswer{}, p.notify(ctx, e, a.Subject, notice{a.Via, a.Label, p.Chats.ChatRef(chat), a.Account}, a.Chats)
		})
	}
	return effectAnswer{}, fmt.Errorf("no such effect %q", e.Op)
}

// withArgs decodes the arguments of an effect for f.
func withArgs[A any](e bot.Effect, f func(A) (effectAnswer, error)) (effectAnswer, error) {
	args, err := bot.As[A](e.Args)
	if err != nil {
		return effectAnswer{}, fmt.Errorf("arguments: %w", err)
	}
	return f(args)
}

// notify sends a notice to other chats. The ids of the updates come from the effect's key, so that a repetition is a
// duplicate.
func (p *Effects) notify(ctx context.Context, e bot.Effect, subject string, n notice, chats []backend.LinkedChat) error {
	body, err := json.Marshal(n)
	if err != nil {
		return err
	}
	for _, c := range chats {
		id, err := p.Chats.OpenChatRef(c.Chat)
		if err != nil {
			continue // a chat of another installation
		}
		if err := p.Chats.Accept(ctx, bot.Update{Chat: id, ID: "notice/" + subject + "/" + e.Key, Kind: bot.Notice, Subtype: subject, Body: body}); err != nil {
			return fmt.Errorf("notify another chat: %w", err)
		}
	}
	return nil
}
