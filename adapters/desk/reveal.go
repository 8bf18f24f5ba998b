package desk

import (
	"net/http"

	"llave/bot"
)

// reveal shows what is masked, to one agent, once. It is recorded before it is shown.
func (d *Desk) reveal(c *call) error {
	got, err := d.caseOf(c)
	if err != nil {
		return err
	}
	what := c.PostFormValue("what")
	if what != "number" && what != "phone" {
		return d.withPage(c, got, unprocessable("reveal"))
	}
	value := cardOf(got.Card).holder().Number
	if what == "phone" {
		if value, err = d.address(c, got.Ref); err != nil {
			return d.withPage(c, got, err)
		}
	}
	if value == "" {
		return d.withPage(c, got, &refusal{status: http.StatusNotFound, why: "no_" + what})
	}
	if err := d.audit(c, "reveal."+what, got.ID, ""); err != nil {
		return err
	}
	if c.json {
		return d.show(c, http.StatusOK, "", map[string]any{"ok": true, "value": value})
	}
	v, err := d.casePage(c, got.ID)
	if err != nil {
		return err
	}
	v.Case.Shown, v.Panel = what, "contexto"
	if what == "number" {
		v.Case.Number = value
	} else {
		v.Case.Phone = value
	}
	return d.show(c, http.StatusOK, "casos.html", v)
}

// address is how the affiliate can be reached on their channel, "" if it is not known.
func (d *Desk) address(c *call, ref string) (string, error) {
	chat, err := d.opt.Chats.OpenChatRef(ref)
	if err != nil {
		return "", err
	}
	channel, ok := d.opt.Channel(chat).(bot.Addresser)
	if !ok {
		return "", nil
	}
	value, err := channel.Address(c.Context(), chat)
	if err != nil {
		d.opt.Log.WarnContext(c.Context(), "desk: address", "err", err)
		return "", &refusal{status: http.StatusServiceUnavailable, why: "no_address"}
	}
	return value, nil
}
