package flows

import (
	"slices"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// TokenRequest asks for the current token: of one person or several, in words, bare ("solo el número") or as a credential.
type TokenRequest struct {
	request
	// Held says that a token comes from the memory, and that the group is read to see whether it may be given.
	Held bool `json:"held,omitempty"`
}

func (r *TokenRequest) flow() string { return "token" }
func (r *TokenRequest) in() requests { return requests{Token: r} }

func (r *TokenRequest) advance(d *dialog) {
	if r.Day.Kind != nlu.DayNone {
		inDay(d).ask()
		return
	}
	if d.findMembers(r, r.Intent == nlu.IntentToken) {
		inToken(d).read()
	}
}

// tokenDialog is the dialog in the flow "token".
type tokenDialog struct {
	*dialog
	r *TokenRequest
}

func inToken(d *dialog) tokenDialog { return tokenDialog{d, d.mem.Token} }

// chooseSeveral takes several members from the list: "1 y 3".
func (d tokenDialog) chooseSeveral(chosen []option) {
	d.r.Refs, d.r.Members = nil, nil
	for _, o := range chosen {
		if o.numbered('a') {
			inAccount(d.dialog).choose(o)
			return
		}
		if !slices.Contains(d.r.Members, o.Who) {
			d.r.Members = append(d.r.Members, o.Who)
		}
	}
	d.advance()
}

// read asks the back end for the tokens, or for the group if all of them are in the memory.
func (d tokenDialog) read() {
	d.tryAny("token", "ask")
	missing := d.notHeld(d.r.Members)
	if d.r.Held = len(missing) < len(d.r.Members); len(missing) == 0 {
		d.effect(opGroup, d.in.ID, groupArgs{d.mem.Cred}, "token.interim")
		return
	}
	d.effect(opCurrent, d.r.Asked, tokenArgs{d.mem.Cred, missing}, "token.interim")
	d.nameEarlier(d.out.Interim, d.r.Members)
}

// onGroup goes on with the group as it is now: to the tokens in the memory, or to the back end.
func (d tokenDialog) onGroup(a effectAnswer) {
	if d.r != nil && d.r.Held {
		d.onGiven(effectAnswer{Given: &backend.Given{Group: *a.Group}})
		return
	}
	onGroup(d.dialog, a)
}

// onGiven shows the tokens. If the group has changed, so that the words mean other members, it asks.
func (d tokenDialog) onGiven(a effectAnswer) {
	given := *a.Given
	d.mem.Group = given.Group
	if d.r == nil {
		d.leave()
		return
	}
	if len(d.r.Refs) > 0 {
		who := d.parser.Resolve(d.r.Refs, d.mem.speaker())
		if who.Unresolved != nil || !slices.Equal(who.Members, d.r.Members) {
			d.r.Members = nil
			d.askWho(who.Unresolved, who.Candidates)
			return
		}
	}
	if d.r.Held {
		given = d.withHeld(given, d.r.Members)
	}
	d.move("given")
	d.showTokens(d.r.Intent, given, "")
}

// onFailed says that the back end did not answer. Where reading may have made a token, the ones in the memory may be dead.
func (d tokenDialog) onFailed(r bot.Result) {
	if !d.once(r.Op) {
		members := d.r.Members
		noAnswer("token.no_answer")(d.dialog, r)
		if d.nameEarlier(d.lastReply(), members); !d.lastReply().Expires.IsZero() {
			d.lastReply().Kind = bot.Show
		}
		return
	}
	d.dropHeld(d.mem.request())
	d.leave()
	d.offer(bot.Say, "token.unknown", nil, choices("token", "help")...)
}
