package flows

import (
	"slices"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// accountDialog is the dialog in the flow "account": which of a chat's accounts is meant.
type accountDialog struct{ *dialog }

func inAccount(d *dialog) accountDialog { return accountDialog{d} }

// find turns to the account that a request is for. False: it has asked which.
func (d accountDialog) find(r Request) bool {
	c := r.common()
	if c.Of != "" && owner(d.mem.Group).Number != c.Of {
		d.turn(d.numberOf(c.Of))
	}
	if len(d.mem.Accounts) == 0 || c.Of != "" || c.Below || len(c.Members) > 0 {
		return true
	}
	if len(c.Refs) == 0 {
		if c.Intent.OfToday() && !c.Old {
			d.turnHome()
		}
		return true
	}
	fits := d.fitting(c.Refs)
	switch {
	case len(fits) == 1:
		d.turn(fits[0])
	case len(fits) > 1:
		d.ask(r, fits)
		return false
	}
	return true
}

// turn goes to an account by its number.
func (d accountDialog) turn(n int) {
	if n > 0 {
		d.mem.turnTo(n - 1)
	}
}

// numberOf is the number of the account of an owner; 0 if there is none, or the conversation is about it.
func (d accountDialog) numberOf(number string) int {
	return 1 + slices.IndexFunc(d.mem.Accounts, func(a account) bool { return owner(a.Group).Number == number })
}

// turnHome goes to the account whose group the person who uses the chat belongs to.
func (d accountDialog) turnHome() {
	if _, ok := d.mem.Group.Member(d.mem.Self); ok {
		return
	}
	for i, a := range d.mem.Accounts {
		if _, ok := a.Group.Member(a.Self); ok {
			d.mem.turnTo(i)
			return
		}
	}
}

// fitting are the accounts in which words mean members. Where the same people stand in several the first one will do.
func (d accountDialog) fitting(refs []nlu.Ref) (fits []int) {
	var seen []string
	for n := range len(d.mem.Accounts) + 1 {
		speaker := d.mem.speakerIn(n)
		if _, in := speaker.Group.Member(speaker.Self); !in && slices.ContainsFunc(refs, func(r nlu.Ref) bool { return r.Kind == nlu.RefMe }) {
			continue // "mi token": not of an account that the person is not in
		}
		who := d.parser.Resolve(refs, speaker)
		if who.Unresolved != nil || len(who.Members) == 0 {
			continue
		}
		if people := affiliations(speaker.Group, who.Members); !slices.Contains(seen, people) {
			seen, fits = append(seen, people), append(fits, n)
		}
	}
	return fits
}

// resolve finds the members that words mean in the one account in which they do, and its owner's number.
func (d accountDialog) resolve(refs []nlu.Ref) (who nlu.Resolution, of string) {
	n := 0
	if len(d.mem.Accounts) > 0 {
		if fits := d.fitting(refs); len(fits) == 1 {
			n = fits[0]
		}
	}
	return d.parser.Resolve(refs, d.mem.speakerIn(n)), owner(d.mem.groups()[n]).Number
}

// split makes one text of each account out of a text that names people of several: "token de Jorge y de Juana".
func (d accountDialog) split(p nlu.ParsedText) (parts []nlu.ParsedText) {
	whole := []nlu.ParsedText{p}
	if len(d.mem.Accounts) == 0 || len(p.Refs) < 2 || len(d.fitting(p.Refs)) > 0 {
		return whole
	}
	at := map[int]int{} // the part of an account
	for _, ref := range p.Refs {
		fits := d.fitting([]nlu.Ref{ref})
		if len(fits) != 1 || ref.Same || ref.Not {
			return whole
		}
		i, ok := at[fits[0]]
		if !ok {
			i = len(parts)
			at[fits[0]] = i
			part := p
			part.Refs = nil
			parts = append(parts, part)
		}
		parts[i].Refs = append(parts[i].Refs, ref)
	}
	return parts
}

// ask asks which account a request is for.
func (d accountDialog) ask(r Request, fits []int) {
	d.leaveWith(r)
	d.moveIn("account", "doubt")
	var options []option
	for _, n := range fits {
		options = append(options, accountOption(n))
	}
	d.dialog.ask("account.which", nil, options...)
}

// answer takes the name of an owner.
func (d accountDialog) answer(p nlu.ParsedText) bool {
	if p.Intent != nlu.IntentNone || len(p.Refs) == 0 {
		return false
	}
	for _, o := range d.mem.Options {
		n, _ := d.mem.accountOf(o)
		g := d.mem.groups()[n]
		who := d.parser.Resolve(p.Refs, nlu.Speaker{Group: backend.Group{Own: g.Own, Members: []backend.Member{owner(g)}}})
		if who.Unresolved == nil && len(who.Members) == 1 {
			d.choose(o)
			return true
		}
	}
	return false
}

// choose goes on with the request in the account that was chosen.
func (d accountDialog) choose(o option) {
	n, ok := d.mem.accountOf(o)
	if !ok {
		return
	}
	r := d.mem.request()
	c := r.common()
	c.Members, c.Refreshed = nil, false
	d.leaveWith(r)
	d.turn(n)
	c.Of = owner(d.mem.Group).Number
	d.advance()
}

// chooseBelow gives the token of the owner of another account, whose button stands below an answer.
func (d accountDialog) chooseBelow(o option) bool {
	n, ok := d.mem.accountOf(o)
	if !ok || n == 0 {
		return false
	}
	d.leave()
	d.mem.Also = nil
	d.turn(n)
	d.start(&TokenRequest{request: d.requestNow(nlu.IntentToken, []backend.MemberID{d.mem.Group.Own})})
	return true
}

// turnToNumber goes to the account of an owner, if nothing is open in another one. False: it could not, and what follows is not
// about the account of the conversation.
func (d accountDialog) turnToNumber(number string) bool {
	if len(d.mem.Accounts) == 0 || number == "" || owner(d.mem.Group).Number == number {
		return true
	}
	n := d.numberOf(number)
	if n == 0 || d.session.State != home || d.busy() {
		return false
	}
	d.reset()
	d.turn(n)
	return true
}

// nameAccount says in the replies since the last time that are about an account, which one it is, where the chat has several.
func (d accountDialog) nameAccount() {
	before := d.named
	d.named = len(d.out.Replies)
	if len(d.mem.Accounts) == 0 || !d.aboutAccount() {
		return
	}
	for i := before; i < d.named; i++ {
		if r := &d.out.Replies[i]; r.Kind != bot.Told && r.Kind != bot.Secret {
			r.Text += "\n" + d.text("account.of", d.mem.accountName(d.mem.Group))
		}
	}
}

// aboutAccount reports whether this turn answers from an account, or asks about it.
func (d accountDialog) aboutAccount() bool {
	if r := d.in.Result; r != nil {
		switch r.Op {
		case opInvite, opRedeem, opUnlink, opNotify, opEndLinks:
			return false
		}
		return true
	}
	return d.machines.flows[flowOf(d.session.State)].grants && d.session.State != "account.ask"
}
