package flows

import (
	"encoding/json"
	"fmt"
	"time"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/texts"
)

// accountNotices are what the back end tells a chat of its account without having been asked, and their texts.
var accountNotices = map[backend.NoticeKind]struct {
	text    string
	choices []string
}{
	backend.NoticeVoided:   {"account.voided", []string{"preprint"}},
	backend.NoticeReplaced: {"account.replaced", []string{"token"}},
	backend.NoticePrinted:  {"account.printed", []string{"void"}},
	backend.NoticeEnding:   {"account.ending", []string{choiceRenew}},
}

// choiceRenew links the chat anew before its link ends.
const choiceRenew = "renew"

// AccountNotice is what the back end tells: of people of the account, of who did it, of the end of the link.
type AccountNotice struct {
	People []string  `json:"people,omitempty"`
	By     string    `json:"by,omitempty"`
	Until  time.Time `json:"until,omitzero"`
}

// CanTell reports whether there are words for a kind of notice.
func CanTell(what backend.NoticeKind) bool {
	_, ok := accountNotices[what]
	return ok
}

// Told is an update by which the back end tells a chat something of its account. The same name is told once.
func Told(chat bot.ChatID, n backend.Notice) (bot.Update, error) {
	if !CanTell(n.What) {
		return bot.Update{}, fmt.Errorf("told: no notice %q", n.What)
	}
	body, err := json.Marshal(AccountNotice{n.People, n.By, n.Until})
	if err != nil {
		return bot.Update{}, fmt.Errorf("told: %w", err)
	}
	return bot.Update{Chat: chat, ID: "told/" + string(n.What) + "/" + n.Name, Kind: bot.Notice, Subtype: string(n.What), Body: body}, nil
}

// onTold says such a notice, also while an agent has the case. It leaves an open question as it is.
func (d *dialog) onTold() {
	notice, ok := accountNotices[backend.NoticeKind(d.in.Subtype)]
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
