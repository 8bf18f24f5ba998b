package flows

import (
	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// RecipeCard is the recipe of a credential's picture; its arguments are a [Card].
const RecipeCard = "credential"

// Card is what the picture of a credential says, in the words of the catalog: whoever draws it knows no language.
type Card struct {
	Title  string  `json:"title"`
	Name   string  `json:"name"`
	Fields []Field `json:"fields,omitempty"`
	// Digits are the token's six, drawn large and as a QR code; Label stands above them and Validity below.
	Label    string `json:"label"`
	Digits   string `json:"digits"`
	Validity string `json:"validity"`
}

// Field is a line of a card: what it is, and its value.
type Field struct {
	Label string `json:"l"`
	Value string `json:"v"`
}

// draw has the picture of the credential go with the token, where that was asked for. The text says the same: it is
// there first, and for whoever cannot see the picture.
func (t *talk) draw(r *bot.Reply, w *wish, g backend.Given) {
	if w.Intent != nlu.IntentCredential || len(g.Tokens) != 1 {
		return
	}
	d := t.shown(g, "").Blocks[0]
	card := Card{
		Title: t.text("card.title", nil), Name: d.Member.Name, Label: t.text("card.label", nil), Digits: g.Tokens[0].Digits,
		Validity: t.text("card.validity", d),
		Fields: []Field{
			{t.text("card.number", nil), d.Member.Number},
			{t.text("card.standing", nil), d.Member.Standing},
		},
	}
	r.File = &bot.File{Template: RecipeCard, Args: bot.Of(card), Name: t.text("card.file", nil), Type: "image/png", Alt: t.text("card.alt", d)}
}
