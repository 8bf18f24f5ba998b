package flows

import (
	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// RecipeCard names the template of a credential's picture; its arguments are a [Card].
const RecipeCard = "credential"

// Card is the text of a credential's picture. What draws it knows no language.
type Card struct {
	Title  string  `json:"title"`
	Name   string  `json:"name"`
	Fields []Field `json:"fields,omitempty"`
	// Digits are the token's six, drawn large and as a QR code; Label stands above them and Validity below.
	Label    string `json:"label"`
	Digits   string `json:"digits"`
	Validity string `json:"validity"`
}

// Field is a line of a card or a paper: a label and its value.
type Field struct {
	Label string `json:"l"`
	Value string `json:"v"`
}

// attachCard attaches the picture of the credential to a reply with one token, if the credential was asked for. The text
// of the reply says the same: it arrives first, and is for people who cannot see the picture.
func (d *dialog) attachCard(r *bot.Reply, i nlu.Intent, g backend.Given) {
	if i != nlu.IntentCredential || len(g.Tokens) != 1 {
		return
	}
	b := d.shown(g, "").Blocks[0]
	b.Day = d.texts.Day(b.last)
	card := Card{
		Title: d.text("card.title", nil), Name: b.Member.Name, Label: d.text("card.label", nil), Digits: g.Tokens[0].Digits,
		Validity: d.text("card.validity", b),
		Fields: []Field{
			{d.text("card.number", nil), b.Member.Number},
			{d.text("card.standing", nil), b.Member.Standing},
		},
	}
	r.File = &bot.File{Template: RecipeCard, Args: bot.Of(card), Name: d.text("card.file", nil), Type: "image/png", Alt: d.text("card.alt", b)}
}
