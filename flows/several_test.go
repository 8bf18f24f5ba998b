package flows

import (
	"strings"
	"testing"

	"llave/flows/backend"
)

// sheetOf puts a sheet into the back end.
func (c *counter) sheetOf(id backend.MemberID, n int) {
	c.t.Helper()
	if _, err := (familySheets{c.back}).Print(c.t.Context(), "c", backend.SheetOrder{Member: id, Month: "2026-11", Count: n}, "k"); err != nil {
		c.t.Fatal(err)
	}
}

// Each request of a sentence is granted, in order: none is dropped, and none becomes another.
func TestSeveralRequestsOfOneText(t *testing.T) {
	for _, x := range []struct {
		name   string
		sheet  int
		said   []string
		want   [][]string
		sheets int
	}{
		{"a relative and the speaker", 0, []string{"necesito el token para la farmacia y también el de mi hija juana que tiene fiebre"},
			[][]string{{"María Elena Gómez", "Juana Ruiz"}}, 0},
		{"a token and a sheet", 0, []string{"necesito el token mío y una hoja de 10 para mi mamá", "[Sí, hacer la hoja]"},
			[][]string{{"Token de María Elena", "10 tokens preimpresos de Rosa"}, {"10 tokens"}}, 1},
		{"a new token and a credential", 0, []string{"quiero otro token de juana y la credencial de tomás", "[Sí, cambiarlo]"},
			[][]string{{"¿Reemplazo el token de Juana"}, {"Juana Ruiz", "Tomás Ruiz"}}, 0},
		{"after a no, what only reads", 0, []string{"quiero otro token de juana y la credencial de tomás", "no"},
			[][]string{{"¿Reemplazo"}, {"no cambié nada", "Tomás Ruiz"}}, 0},
		{"two new tokens", 0, []string{"otro token de juana y otro token de tomás", "[Sí, cambiarlo]"},
			[][]string{{"Juana y Tomás"}, {"Juana Ruiz", "Tomás Ruiz"}}, 0},
		{"a lost sheet and a new one", 7, []string{"anulá la hoja de mamá y haceme una nueva de 5", "[Sí, anular]", "[Sí, hacer otra]"},
			[][]string{{"¿Anulo la hoja de Rosa"}, {"anulé", "5 tokens preimpresos de Rosa"}, {"5 tokens"}}, 2},
		{"two sheets with one count", 0, []string{"imprimir tokens para juana y para tomas, 5 cada uno para diciembre", "[Sí, hacer la hoja]"},
			[][]string{{"5 tokens preimpresos de Juana Ruiz", "5 tokens de Tomás Ruiz"}, {"Hoja de Juana Ruiz: 5", "Hoja de Tomás Ruiz: 5"}}, 2},
		{"two sheets with counts of their own", 0, []string{"hojas para diciembre, 5 para juana y 10 para mi mamá", "[Sí, hacer la hoja]"},
			[][]string{{"5 tokens preimpresos de Juana Ruiz", "10 tokens de Rosa Peralta"}, {"Hoja de Juana Ruiz: 5", "Hoja de Rosa Peralta: 10"}}, 2},
		{"counts without a word for sheets", 0, []string{"5 para juana y 10 para mi mamá", "[Sí, hacer la hoja]"},
			[][]string{{"5 tokens preimpresos de Juana Ruiz", "10 tokens de Rosa Peralta"}, {"Hoja de Juana Ruiz: 5", "Hoja de Rosa Peralta: 10"}}, 2},
		{"one count", 0, []string{"10 para mamá"}, [][]string{{"10 tokens preimpresos de Rosa Peralta"}}, 0},
		{"the speaker and the husband", 0, []string{"token para mi y para mi marido"}, [][]string{{"María Elena Gómez", "Carlos Ruiz"}}, 0},
		{"one who has none", 0, []string{"otro token de juana y el token de lucía", "[Sí, cambiarlo]"}, [][]string{{"¿Reemplazo"}, {"Token de Juana", "Lucía Ruiz no puede tener token"}}, 0},
	} {
		t.Run(x.name, func(t *testing.T) {
			c := atCounter(t)
			if x.sheet > 0 {
				c.sheetOf("5", x.sheet)
			}
			for i, said := range x.said {
				c.expect(said, x.want[i], []string{"¿De quién"})
			}
			if len(c.back.sheets) != x.sheets {
				t.Errorf("%d sheets were made", len(c.back.sheets))
			}
		})
	}
}

// The last word counts: another person, another count, or nothing at all.
func TestTheLastWordCounts(t *testing.T) {
	c := atCounter(t)
	c.expect("otro token de juana", []string{"¿Reemplazo el token de Juana"}, nil)
	c.expect("no, el de tomás", []string{"¿Reemplazo el token de Tomás"}, nil)
	c.expect("no lo hagas", []string{"Listo"}, []string{"entend"})
	c.expect("token de juana", []string{"Token de Juana"}, nil)
	c.expect("ese es de juana, yo quería el de rosa", []string{"Token de Rosa"}, []string{"Token de Juana"})
	c.expect("10 preimpresos para mamá", []string{"10 tokens preimpresos de Rosa"}, nil)
	c.expect("mejor 5", []string{"5 tokens preimpresos de Rosa"}, nil)
	c.expect("no, para tomás", []string{"5 tokens preimpresos de Tomás"}, nil)
	c.expect("no lo mandes", []string{"Listo"}, nil)
	made := c.back.made
	for _, said := range []string{"no quiero el token de juana", "no mandes el token", "ya no necesito el token", "no me mandes nada"} {
		c.expect(said, []string{"Listo"}, []string{"entend", "Token de", "¿De quién"})
	}
	if c.back.made != made || len(c.back.sheets) > 0 {
		t.Error("something was made")
	}
}

// What was confirmed together is made as it was shown: a person who has a sheet by then is asked about.
func TestWhatIsConfirmedTogetherIsMadeAsShown(t *testing.T) {
	c := atCounter(t)
	c.says("hojas para diciembre, 5 para juana y 10 para mi mamá")
	if _, err := (familySheets{c.back}).Print(t.Context(), "c", backend.SheetOrder{Member: "5", Month: "2026-12", Count: 3}, "k"); err != nil {
		t.Fatal(err)
	}
	have := c.says("sí")
	if len(c.back.sheets) != 2 || !strings.Contains(have, "Hoja de Juana Ruiz: 5") {
		t.Errorf("%d sheets: %s", len(c.back.sheets), have)
	}
}

// "No" and "cancelar" end what waits, and so does a person.
func TestTheRestIsDroppedWithTheFirst(t *testing.T) {
	for _, said := range []string{"cancelar", "quiero hablar con una persona", "token de rosa"} {
		c := atCounter(t)
		c.says("otro token de juana y otro token de tomás")
		c.says(said)
		if have := c.says("gracias"); strings.Contains(have, "Tomás") || len(c.s.Data.(*memory).Also) > 0 {
			t.Errorf("after %q: %s", said, have)
		}
	}
	c := atCounter(t)
	c.back.down = true
	c.expect("token de juana y una hoja de 5 para tomás", []string{"Tampoco pude con lo demás"}, nil)
}
