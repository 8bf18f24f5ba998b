package flows

import "llave/bot"

// onCase takes what the case has become, and all that happens while an agent has it. False: it is the bot's.
func (d *dialog) onCase() bool {
	m := inMesa(d)
	switch {
	case d.in.Result != nil:
		return false
	case d.in.Became != "":
		m.onBecame()
	case d.in.Kind == bot.Acted, d.in.Kind == bot.Receipted, d.in.Kind == bot.Alarm && d.in.Subtype == bot.CaseTimer:
		// The affiliate is told nothing.
	case d.session.Case.Assigned() && d.in.Kind.FromPerson():
		m.onAttended()
	default:
		return false
	}
	return true
}

// onBecame finds the words for what the case has become.
func (d mesaDialog) onBecame() {
	data := d.data()
	switch d.in.Became {
	case bot.BecameTaken, bot.BecameTransferred:
		d.onTaken(data)
	case bot.BecameTakenOver:
		d.mem.Mesa.Attended = true // the agent's first word tells who it is
	case bot.BecameRequeued:
		d.tell("mesa.requeued", data, d.below()...)
	case bot.BecameDelayed:
		if data.Staff == "" || d.session.Case.Delays == 1 { // where nobody is, once is enough
			d.tell("mesa.delayed", data, d.below()...)
		}
	case bot.BecameShut:
		d.tell("mesa.shut", data, choiceBot)
	case bot.BecameCounter:
		d.tell("mesa.counter", data)
	case bot.BecameWarned:
		d.tell("mesa.warned", data)
	case bot.BecameReopened:
		d.beginCase()
		d.tell("mesa.reopened_by", data, d.below()...)
	case bot.BecameAbandoned:
		d.endCase()
		d.backTo("mesa.abandoned", data)
	case bot.BecameClosed:
		d.endCase()
		d.backTo(d.closedKey(), data)
	case bot.BecameReturned:
		d.onReturned(data)
	case bot.BecameErrand:
		d.onErrand()
	}
}

// onTaken says who answers.
func (d mesaDialog) onTaken(data mesaData) {
	key := "mesa.taken"
	if d.in.Became == bot.BecameTransferred && d.mem.Mesa.Attended {
		key = "mesa.transferred"
	}
	data.Agent = d.session.Case.Owner.Name
	d.mem.Mesa.Attended = true
	d.tell(key, data)
}

// closedKey is the text for the way in which an agent closed the case.
func (d mesaDialog) closedKey() string {
	switch d.session.Case.Why {
	case bot.WhyElsewhere:
		return "mesa.closed_elsewhere"
	case bot.WhySilent:
		return "mesa.abandoned"
	}
	return "mesa.closed"
}

// onReturned goes on with the bot: with the request that the agent leaves to it, or with the menu.
func (d mesaDialog) onReturned(data mesaData) {
	parked := d.mem.Mesa.Parked.request()
	if r := d.mem.request(); r != nil {
		parked = r
	}
	d.endCase()
	switch {
	case !d.in.Act.Resume || parked == nil && !d.waiting():
		d.backTo("mesa.closed", data)
	case d.waiting(): // the back end is still asked for it
		d.tell("mesa.returned_waiting", data)
	default:
		d.resume(parked)
	}
}

// resume goes on with a request. One that is too old is asked about first.
func (d mesaDialog) resume(r Request) {
	c := r.common()
	c.Below, c.Refreshed = false, false
	if len(c.Refs) > 0 { // the group may have changed
		c.Members = nil
	}
	d.resumed = true
	d.start(r)
}

// headReturned puts the line above the reply to a request that an agent left to the bot that says so. The interim has it as well.
func (d *dialog) headReturned() {
	if !d.resumed && !(d.in.Became == bot.BecameReturned && d.in.Result != nil) {
		return
	}
	line := d.text("mesa.returned", inMesa(d).data()) + "\n\n"
	if d.out.Interim != nil {
		d.out.Interim.Text = line + d.out.Interim.Text
	}
	if len(d.out.Replies) > 0 && d.out.Effect == nil {
		d.out.Replies[0].Text = line + d.out.Replies[0].Text
	}
}
