package flows

import (
	"encoding/json"
	"fmt"

	"llave/bot"
	"llave/flows/texts"
)

// NoticeVoided: what some people of the account have on paper is not valid any more.
const NoticeVoided = "voided"

// accountNotices are the subjects of what the back end tells a chat of its account without having been asked, and their texts.
var accountNotices = map[string]struct {
	text    string
	choices []string
}{
	NoticeVoided: {"account.voided", []string{"preprint"}},
}

// AccountNotice is what the back end tells of people of the account.
type AccountNotice struct {
	People []string `json:"people"`
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
	if err := json.Unmarshal(d.in.Body, &n); err != nil || !ok || !d.mem.linked() || len(n.People) == 0 {
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
