package flows

import (
	"slices"
	"time"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/texts"
)

// shownToken is a token that was shown, and when.
type shownToken struct {
	backend.Token
	At time.Time `json:"at"`
}

// keepShown keeps the tokens that were shown until they expire or others take their place.
func (d *dialog) keepShown(tokens []backend.Token) {
	kept := slices.DeleteFunc(slices.Clone(d.mem.Given), func(k shownToken) bool {
		return !d.in.Now.Before(k.Until) || slices.ContainsFunc(tokens, func(n backend.Token) bool { return n.Member == k.Member })
	})
	for _, k := range tokens {
		kept = append(kept, shownToken{k, d.in.Now})
	}
	d.mem.Given = kept
}

// dropShown forgets the token of a member: it was used, or may be dead.
func (d *dialog) dropShown(id backend.MemberID) {
	d.mem.Given = slices.DeleteFunc(slices.Clone(d.mem.Given), func(k shownToken) bool { return k.Member == id })
}

// earlierData is the data of the line that names a live token.
type earlierData struct{ Name, Hour, Digits string }

// nameEarlier adds to a reply the live tokens of some members that were given before, while the back end does not answer.
func (d *dialog) nameEarlier(r *bot.Reply, ids []backend.MemberID) {
	if !d.can.CurrentWithoutMinting {
		return
	}
	for _, k := range d.mem.Given {
		if !slices.Contains(ids, k.Member) || !d.in.Now.Before(k.Until) || k.LockedUntil.After(d.in.Now) {
			continue
		}
		r.Text += "\n" + d.text("token.earlier", earlierData{texts.FirstName(d.mem.nameOf(k.Member)), d.texts.Hour(k.At), texts.GroupDigits(k.Digits)})
		if r.Expires.IsZero() || k.Until.Before(r.Expires) {
			r.Expires, r.Else = k.Until, d.text("token.lapsed", nil)
		}
	}
}
