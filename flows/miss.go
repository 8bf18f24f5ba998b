package flows

import (
	"slices"

	"llave/bot"
	"llave/flows/nlu"
)

// missed counts a text that was not understood, also as the answer to a question. It reports whether there were several in a row:
// a person is offered then.
func (d *dialog) missed() bool {
	d.mem.Misses++
	d.came(nlu.IntentNone, outcomeMissed)
	return d.mem.Misses > 1
}

// missAgain has the open question put again after a text that is no answer. A greeting is no miss.
func (d *dialog) missAgain(p nlu.ParsedText, ask func()) {
	again := p.Intent == nlu.IntentNone && d.missed()
	if again {
		d.offerPerson()
	}
	ask()
	if again {
		d.addPerson()
	}
}

// addPerson adds the line that offers a person.
func (d *dialog) addPerson() { d.lastReply().Text += "\n" + d.text("menu.person", nil) }

// offerPerson adds a person to the options of the open question. Where a number may be the answer there is no such option.
func (d *dialog) offerPerson() {
	row := d.row()
	if row.onOption == nil || row.confirmAgain != nil || slices.ContainsFunc(d.mem.Options, func(o option) bool { return o.Value == choicePerson }) {
		return
	}
	d.mem.Options = append(d.mem.Options, option{Value: choicePerson})
}

// dropped notes that the open request is given up for what a text wants.
func (d *dialog) dropped(p nlu.ParsedText) {
	r := d.mem.request()
	if r == nil || p.Intent == nlu.IntentNone {
		return
	}
	if at := d.lastStep(r.common().Intent); at >= 0 && !d.mem.Mesa.Steps[at].final() {
		d.came(r.common().Intent, outcomeCancelled, r.common().Members...)
	}
}

// keepSteps keeps the steps of a chat whose link has ended elsewhere, without the people.
func (d *dialog) keepSteps(steps stepList) {
	for _, s := range steps {
		d.mem.Mesa.Steps = append(d.mem.Mesa.Steps, &step{At: s.At, What: s.What, Outcome: s.Outcome})
	}
}

// onBroken says that an update was given up by the program. An agent who has the chat may wait for it, too.
func (d *dialog) onBroken() {
	kind := bot.Say
	if d.session.Case.Assigned() {
		kind = bot.Told
	}
	d.sayWith(kind, "menu.broken", nil, "token", choicePerson)
}

// fileLabel gives the text of a pressed option to the case.
func (d *dialog) fileLabel(label string) {
	if d.session.Case.Open() || d.out.Case != nil {
		d.out.Said = label
	}
}
