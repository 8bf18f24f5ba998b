package flows

import (
	"context"
	"fmt"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// The topics of texts about the person's own data and account.
const (
	topicErase  nlu.Topic = "erase"  // of mydata
	topicSignIn nlu.Topic = "signin" // of link: the code that a sign-in waits for
	topicNotMe  nlu.Topic = "notme"  // of chats: "no fui yo"
)

// intentMyData is a text about the person's own data; choiceErase is the button that erases them.
const (
	intentMyData nlu.Intent = "mydata"
	choiceErase  nlu.Intent = "erase"
)

// choiceNotMe is the button below the notice of a new chat.
const choiceNotMe = "notme"

// dataDialog is the dialog in the flow "data": what is held about the person, erasing it, and what protects the account.
type dataDialog struct{ *dialog }

func inData(d *dialog) dataDialog { return dataDialog{d} }

// disownArgs names a chat that the person did not link.
type disownArgs struct {
	Credential backend.Credential `json:"c"`
	Chat       string             `json:"chat"`
}

// callAccounts runs the effects of this flow on the Links, if they are Accounts, too: see backend.Capabilities.Account.
func (p *Effects) callAccounts(ctx context.Context, e bot.Effect) (a effectAnswer, err error) {
	accounts, ok := p.Links.(backend.Accounts)
	if !ok {
		return a, fmt.Errorf("no such effect %q here", e.Op)
	}
	switch e.Op {
	case opMyData:
		return withArgs(e, func(args groupArgs) (effectAnswer, error) {
			h, err := accounts.MyData(ctx, args.Credential)
			return effectAnswer{Held: &h}, err
		})
	case opErase:
		return withArgs(e, func(args groupArgs) (effectAnswer, error) {
			h, err := accounts.MyData(ctx, args.Credential) // what stays, as the back end says it
			if err == nil {
				err = accounts.Erase(ctx, args.Credential)
			}
			return effectAnswer{Held: &h}, err
		})
	case opSignInCode:
		return withArgs(e, func(args groupArgs) (effectAnswer, error) {
			c, err := accounts.SignInCode(ctx, args.Credential)
			return effectAnswer{SignIn: &c}, err
		})
	}
	return withArgs(e, func(args disownArgs) (effectAnswer, error) {
		d, err := accounts.Disown(ctx, args.Credential, args.Chat)
		return effectAnswer{Disowned: &d}, err
	})
}

// takes reports whether a text is for this flow, and begins it.
func (d dataDialog) takes(p nlu.ParsedText) bool {
	switch {
	case p.Intent == intentMyData && p.Topic == topicErase, p.Intent == choiceErase:
		d.askErase()
	case !d.mem.linked() || !d.can.Account:
		return false
	case p.Intent == intentMyData:
		d.begin("look", opMyData, groupArgs{d.mem.Cred})
	case p.Intent == nlu.IntentLink && p.Topic == topicSignIn:
		d.begin("code", opSignInCode, groupArgs{d.mem.Cred})
	case p.Intent == nlu.IntentChats && p.Topic == topicNotMe, p.Intent == choiceNotMe:
		if d.in.Forwarded || d.mem.Suspect == "" {
			return false
		}
		d.begin("disown", opDisown, disownArgs{d.mem.Cred, d.mem.Suspect})
	default:
		return false
	}
	return true
}

// begin asks the back end, if nothing else is awaited.
func (d dataDialog) begin(event, op string, args any) {
	if d.busy() {
		d.say("token.still", nil)
		return
	}
	d.moveIn("data", event)
	d.effect(op, d.in.ID, args, "link.interim")
}

// heldData is the data of the message that says what is held.
type heldData struct {
	backend.Held
	Own    backend.LinkedChat
	Others []backend.LinkedChat
	User   string // who uses the chat, empty if that is not known
	Names  int    // of the family group
}

func (d dataDialog) onHeld(a effectAnswer) {
	d.move("told")
	d.reset()
	data := heldData{Held: *a.Held, Names: len(d.mem.Group.Members)}
	for _, c := range a.Held.Chats {
		if c.Own {
			data.Own = c
		} else {
			data.Others = append(data.Others, c)
		}
	}
	if p, ok := d.mem.Group.Member(d.mem.Self); ok {
		data.User = p.Name
	}
	d.offer(bot.Say, "data.held", data, choices("erase", "chats", "menu")...)
}

// askErase asks before anything is erased.
func (d dataDialog) askErase() {
	what := "nothing"
	switch {
	case d.mem.linked() && d.can.Account:
		what = "account"
	case d.mem.linked():
		what = "chat"
	}
	d.moveIn("data", "doubt")
	d.ask("data.ask", what, choices("yes", "no")...)
}

func (d dataDialog) answerErase(p nlu.ParsedText) bool {
	switch {
	case p.Yes:
		d.erase()
	case p.No:
		d.leave()
		d.menu("menu.cancelled")
	case p.Intent == intentMyData:
		d.repeatQuestion("menu.yes_or_no")
	default:
		return false
	}
	return true
}

// erase has the back end forget first: the credential is needed for it. A chat without one forgets at once.
func (d dataDialog) erase() {
	if d.mem.linked() && d.can.Account {
		d.move("erase")
		d.effect(opErase, d.mem.Asked, groupArgs{d.mem.Cred}, "link.interim")
		return
	}
	d.leave()
	if d.mem.linked() {
		inChats(d.dialog).unlink()
		return
	}
	d.forget()
	d.offer(bot.Say, "data.erased_chat", false, choices("link")...)
}

// forget erases what is remembered of the chat, and what was said in it where the channel keeps that. The links with its other
// accounts end, too.
func (d dataDialog) forget() {
	all := d.mem.credentials()
	d.mem.unlink()
	d.out.Purge = true
	if len(all) > 1 {
		d.effect(opEndLinks, d.in.ID, endLinksArgs{all[1:]}, "")
	}
}

func (d dataDialog) onErased(a effectAnswer) {
	d.move("done")
	d.erased(a)
}

// erased forgets what the back end has forgotten, also where the person has stopped waiting for it.
func (d dataDialog) erased(a effectAnswer) {
	d.leave()
	d.forget()
	d.offer(bot.Say, "data.erased", *a.Held, choices("link")...)
}

// onEraseRefused takes the refusal of a credential that is over: the rest is erased all the same.
func (d dataDialog) onEraseRefused(a effectAnswer) bool {
	if a.Refused != refusedUnlinked {
		return false
	}
	d.move("done")
	d.reset()
	d.forget()
	d.offer(bot.Say, "data.erased_chat", true, choices("link")...)
	return true
}

// onSignInCode shows the code that a sign-in waits for. It is shown once, and not after its end.
func (d dataDialog) onSignInCode(a effectAnswer) {
	d.move("told")
	d.reset()
	if a.SignIn.Code == "" {
		d.offer(bot.Say, "data.no_code", nil, choices("token", "menu")...)
		return
	}
	d.offer(bot.Secret, "data.code", *a.SignIn, choices("chats", "help")...).Expires = a.SignIn.Until
}

// suspect remembers the chat of a notice, and offers to disown it. Where a question is open there is no button: its number would
// be an answer to the question.
func (d dataDialog) suspect(n notice, r *bot.Reply) {
	if n.Chat == "" || !d.can.Account || d.session.Case.Assigned() {
		return
	}
	d.mem.Suspect = n.Chat
	if d.mem.Question == "" || d.session.State == home {
		d.offerBelow(r, choices(choiceNotMe)...)
	}
}

func (d dataDialog) onDisowned(a effectAnswer) {
	d.move("told")
	d.disowned(a)
}

// disowned says what became of the chat, also where the person has stopped waiting for it.
func (d dataDialog) disowned(a effectAnswer) {
	d.leave()
	d.mem.Suspect = ""
	d.offer(bot.Say, "data.disowned", *a.Disowned, choices("chats", "help")...)
}
