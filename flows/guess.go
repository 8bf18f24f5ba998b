package flows

import "llave/flows/nlu"

// withoutGuess is a text as the rules alone understand it, where it may answer the open question: the second opinion takes no answer that
// fits. A question that it sees in a text that asks nothing is none.
func (d *dialog) withoutGuess(p nlu.ParsedText) nlu.ParsedText {
	if !p.Guessed || d.session.State == home || d.waiting() {
		return p
	}
	rules := d.parser.ParseByRules(d.in.Text, d.mem.speakerAmong())
	_, counted := d.parser.Amount(d.in.Text)
	fits := counted || rules.Intent != nlu.IntentNone || len(rules.Refs) > 0 || d.parser.MonthIn(d.in.Text, d.in.Now) != ""
	if fits || d.texts.Has(d.faqKey(p)) && !d.parser.Asks(d.in.Text) {
		return rules
	}
	return p
}
