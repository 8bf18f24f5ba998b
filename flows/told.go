package flows

import (
	"encoding/json"
	"fmt"
	"time"

	"llave/bot"
	"llave/flows/texts"
)

// The subjects of what the back end tells.
const (
	NoticeVoided   = "voided"   // what some people of the account have on paper is not valid any more
	NoticeReplaced = "replaced" // another account's chat replaced the token of this account's owner
	NoticePrinted  = "printed"  // another account's chat made a sheet for this account's owner
	NoticeEnding   = "ending"   // the link of this chat ends soon
)

// accountNotices are the subjects of what the back end tells a chat of its account without having been asked, and their texts.
var accountNotices = map[string]struct {
	text    string
	choices []string
}{
	NoticeVoided:   {"account.voided", []string{"preprint"}},
	NoticeReplaced: {"account.replaced", []string{"token"}},
	NoticePrinted:  {"account.printed", []string{"void"}},
	NoticeEnding:   {"account.ending", []string{choiceRenew}},
}

// choiceRenew links the chat anew before its link ends.
const choiceRenew = "renew"

// AccountNotice is what the back end tells: of people of the account, of who did it, of the end of the link.
type AccountNotice struct {
	People []string  `json:"people,omitempty"`
	By     string    `json:"by,omitempty"`
	Until  time.Time `json:"until,omitzero"`
}

// Told is an update by which the back end tells a chat something of its account. The same id is told once.
func Told(chat bot.ChatID, id, subject string, n AccountNotice) (bot.Update, error) {
	if _, ok := accountNotices[subject]; !ok {
		return bot.Update{}, fmt.Errorf("told: no notice %q", subject)
	}
	body, err := json.Marshal(n)
	if err != nil {
		return bot.Update{}, fmt.Errorf("told: %w", err)
	}
	return bot.Update{Chat: chat, ID: "told/" + subject + "/" + id, Kind: bot.Notice, Subtype: subject, Body: body}, nil
}

// onTold says such a notice, also while an agent has the case. It leaves an open question as it is.
func (d *dialog) onTold() {
	notice, ok := accountNotices[d.in.Subtype]
	var n AccountNotice
	if err := json.Unmarshal(d.in.Body, &n); err != nil || !ok || !d.mem.linked() {
		return
	}
	for i, name := range n.People {
		n.People[i] = texts.FirstName(name)
	}
	if d.session.Case.Assigned() {
		d.tell(notice.text, n)
		return
	}
	r := d.reply(bot.Say, notice.text, n)
	if d.mem.Question == "" || d.session.State == home {
		d.offerBelow(r, choices(notice.choices...)...)
	}
}

// onIdentityChanged ends the use of the link where the chat may be in another's hands: the credential is forgotten, and whoever
// can sign in links the chat anew.
func (d *dialog) onIdentityChanged() {
	if !d.mem.linked() {
		return
	}
	if d.session.State != home {
		d.leave()
	}
	d.mem.unlink()
	d.session.Pending = nil
	d.out.Purge = true
	if d.session.Case.Assigned() {
		d.tell("account.identity", nil)
		return
	}
	d.offer(bot.Say, "account.identity", nil, choices("link")...)
}

// renew begins to link a chat that is linked, before its link ends.
func (d linkDialog) renew() {
	if d.busy() {
		d.say("token.still", nil)
		return
	}
	d.invite(false)
}
