package desk

import (
	"errors"
	"net/http"

	"llave/adapters/desk/archive"
	"llave/bot"
)

func (d *Desk) take(c *call) error {
	return d.actOn(c, func(a *bot.Act) error { a.Do = bot.DeedTake; return nil })
}

// again sends a failed message once more.
func (d *Desk) again(c *call) error {
	return d.actOn(c, func(a *bot.Act) error {
		a.Do, a.Of = bot.DeedAgain, c.number("entry")
		got, err := d.caseOf(c)
		if err != nil {
			return err
		}
		e, err := d.db.Entry(c.Context(), got.ID, a.Of)
		if err != nil && !errors.Is(err, archive.ErrNotFound) {
			return err
		}
		failed := e.Delivery == bot.DeliveryFailed || e.Delivery == bot.DeliveryExpired
		if err != nil || e.Kind != bot.EntrySpoken || !failed {
			return &refusal{status: http.StatusConflict, why: "not_failed"}
		}
		a.Text, a.File = e.Text, e.File
		return nil
	})
}

func (d *Desk) release(c *call) error {
	return d.actWithNote(c, func(a *bot.Act) error { a.Do = bot.DeedRelease; return nil })
}

func (d *Desk) takeOver(c *call) error {
	return d.actWithNote(c, func(a *bot.Act) error { a.Do = bot.DeedTakeOver; return nil })
}

// transfer gives the case to an agent who is on duty.
func (d *Desk) transfer(c *call) error {
	return d.actWithNote(c, func(a *bot.Act) error {
		a.Do = bot.DeedTransfer
		to, err := d.db.Agent(c.Context(), bot.AgentID(c.PostFormValue("to")))
		if err != nil && !errors.Is(err, archive.ErrNotFound) {
			return err
		}
		if err != nil || to.Disabled || to.Duty != archive.DutyOn || !acting.has(to.Role) {
			return &refusal{status: http.StatusConflict, why: "off_duty", data: map[string]any{"Name": to.Name}}
		}
		a.To = to.Agent
		return nil
	})
}

// giveBack returns the chat to the bot.
func (d *Desk) giveBack(c *call) error {
	return d.actOn(c, func(a *bot.Act) error {
		a.Do = bot.DeedReturn
		switch c.PostFormValue("mode") {
		case "continue":
			a.Resume = true
		case "menu":
		default:
			return unprocessable("mode")
		}
		return nil
	})
}

func (d *Desk) closeCase(c *call) error {
	return d.actOn(c, func(a *bot.Act) error {
		a.Do, a.Why = bot.DeedClose, bot.CloseWhy(c.PostFormValue("why"))
		if !a.Why.ByAgent() {
			return unprocessable("close_why")
		}
		return nil
	})
}

func (d *Desk) reopen(c *call) error {
	return d.actOn(c, func(a *bot.Act) error { a.Do = bot.DeedReopen; return nil })
}

func (d *Desk) counter(c *call) error {
	return d.actOn(c, func(a *bot.Act) error {
		on := c.PostFormValue("on")
		if on != "0" && on != "1" {
			return unprocessable("counter")
		}
		a.Do, a.On = bot.DeedCounter, on == "1"
		return nil
	})
}

// errandArgs are the arguments of an errand.
type errandArgs struct {
	Member string `json:"member"`
}

// errand has the bot do something with the chat's own credential.
func (d *Desk) errand(c *call) error {
	return d.actOn(c, func(a *bot.Act) error {
		a.Do, a.Name = bot.DeedErrand, c.PostFormValue("name")
		if a.Name != "token" {
			return unprocessable("errand")
		}
		a.Args = bot.Of(errandArgs{Member: c.PostFormValue("member")})
		return nil
	})
}
