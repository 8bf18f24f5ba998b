package flows

import (
	"testing"
	"time"

	"llave/flows/backend"
)

// The whole group is looked at: the right token under another member's name is the commonest mistake.
func TestATokenUnderAnotherName(t *testing.T) {
	c := atCounter(t)
	c.says("token de juana y el mío")
	tried := time.Date(2026, 11, 29, 17, 43, 0, 0, time.UTC)
	c.now = tried.Add(time.Minute)
	k := c.back.live["1"]
	c.back.states = map[backend.MemberID]backend.TokenState{"1": {Exists: true, Made: k.Made, Until: k.Until, TriedAt: tried, TriedWhy: backend.OtherPerson}}
	const want = "A las 14:43 probaron el token de Juana a nombre de María Elena Gómez"
	c.expect("me rechazaron el de juana", []string{want}, []string{"nadie lo probó"})
	c = atCounter(t)
	c.says("token de juana")
	c.now = tried.Add(time.Minute)
	c.back.states = map[backend.MemberID]backend.TokenState{"1": {Exists: true, Made: tried.Add(-time.Hour), Until: k.Until, TriedAt: tried, TriedWhy: backend.OtherPerson}}
	c.expect("me rechazaron mi token", []string{want}, nil)
}

// The same complaint again gets the next step, and then a person.
func TestTheSameComplaintGetsTheNextStep(t *testing.T) {
	c := atCounter(t)
	c.says("token de juana")
	c.expect("me lo rechazaron", []string{"nadie lo probó todavía"}, nil)
	c.expect("no lo toma", []string{"Sigue igual", "[Pedir otro token] [Otra persona] [Hablar con una persona]"}, []string{"nadie lo probó"})
	c.expect("dice que no es válido", []string{"Que te ayude una persona", "[Hablar con una persona]"}, []string{"Sigue igual"})
	c.now = c.now.Add(time.Hour)
	c.expect("me rechazaron el de juana", []string{"nadie lo probó todavía"}, nil)
}

// After a token that is over, the next step is the token that is valid.
func TestTheSameComplaintOfAnOldTokenGivesTheValidOne(t *testing.T) {
	c := atCounter(t)
	c.says("token de juana")
	k := c.back.live["3"]
	c.back.states = map[backend.MemberID]backend.TokenState{"3": {Exists: true, Made: k.Made, Until: k.Until, UsedAt: c.now}}
	c.expect("me lo rechazaron", []string{"ya se usó hoy"}, nil)
	c.expect("no lo toma", []string{"Token de Juana Ruiz"}, []string{"Sigue igual"})
}

// A number of a sheet can be asked about.
func TestANumberOfASheetWasRejected(t *testing.T) {
	c := atCounter(t)
	c.sheetOf("5", 4)
	c.back.sheets[0].Tokens[2].UsedAt = time.Date(2026, 11, 27, 13, 12, 0, 0, time.UTC)
	c.back.sheets[0].Tokens[3].VoidedAt = c.now
	c.expect("me rechazaron el número 3 de la hoja de mamá", []string{"El n.º 3 de la hoja ya se usó el viernes 27 a las 10:12", "n.º 1 y 2"}, []string{"Hoy no se pidió"})
	c.expect("me rechazaron el 4 de la hoja de mamá", []string{"El n.º 4 de la hoja está anulado"}, nil)
	c.expect("me rechazaron el 1 de la hoja de mamá", []string{"El n.º 1 de la hoja vale", "Rosa Peralta"}, nil)
	c.expect("me rechazaron el 9 de la hoja de mamá", []string{"No encuentro ese número"}, nil)
	c.expect("me rechazaron la hoja de juana", []string{"Juana Ruiz no tiene una hoja"}, nil)
}
