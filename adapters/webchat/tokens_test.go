package webchat

import (
	"fmt"
	"testing"

	"llave/bot"
)

// The tokens of a message, as the page shows them alone, shares them and keeps them for the day.
func TestTokensOfAnEntry(t *testing.T) {
	block := "Token de Juana Ruiz\n482 913\nN.º de afiliación: 9-4071852/02\nVale hoy, domingo 29, hasta las 23:59 o hasta que se use"
	for name, c := range map[string]struct {
		entry
		want string
	}{
		"one":           {entry{Text: block, Copy: "482913"}, `[{Token de Juana Ruiz 482 913 [N.º de afiliación: 9-4071852/02 Vale hoy, domingo 29, hasta las 23:59 o hasta que se use]}]`},
		"after a word":  {entry{Text: "Escribí *menú*.\n\n" + block + "\n\nY *otro token* para otro.", Copy: "482913"}, `[{Token de Juana Ruiz 482 913 [N.º de afiliación: 9-4071852/02 Vale hoy, domingo 29, hasta las 23:59 o hasta que se use]}]`},
		"rows":          {entry{Text: "Juana: 482 913\nN.º: 1\nRosa: 000 111\nN.º: 2\nValen hoy", Copies: []string{"482913", "000111"}}, `[{Juana 482 913 [N.º: 1 Valen hoy]} {Rosa 000 111 [N.º: 2 Valen hoy]}]`},
		"blocks":        {entry{Text: "Token de A\n111 222\nN.º: 1\nVale hoy\n\nToken de B\n333 444\nN.º: 2\nVale hoy\nOjo", Copies: []string{"111222", "333444"}}, `[{Token de A 111 222 [N.º: 1 Vale hoy]} {Token de B 333 444 [N.º: 2 Vale hoy Ojo]}]`},
		"bare":          {entry{Text: "482913", Copy: "482913"}, `[{ 482913 []}]`},
		"other numbers": {entry{Text: "Token de A\n111 222\nCaso 333 444", Copy: "111222"}, `[{Token de A 111 222 [Caso 333 444]}]`},
		"a sheet's":     {entry{Text: "1. 111 222\n2. 333 444"}, `[]`},
		"nothing":       {entry{Text: "Venció", Copy: "111222"}, `[]`},
	} {
		c.Kind, c.Who = bot.Show, byBot
		if got := fmt.Sprint(tokensOf(c.entry)); got != c.want {
			t.Errorf("%s:\n%s, want\n%s", name, got, c.want)
		}
	}
	said := entry{Kind: bot.Say, Text: "482 913", Copy: "482913"}
	if got := tokensOf(said); got != nil {
		t.Errorf("what is no token: %v", got)
	}
	w := newFixture(t)
	gone := entry{Who: byBot, Kind: bot.Show, Text: block, Copy: "482913", Expires: w.clock.now()}
	if got := w.web.render(gone, w.clock.now(), true).Tokens; got != nil {
		t.Errorf("what has expired: %v", got)
	}
}
