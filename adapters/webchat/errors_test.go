package webchat

import (
	"fmt"
	"testing"
	"time"

	"llave/bot"
)

// The page causes no error that a browser reports, whatever moves on it while its buttons are watched.
func TestThePageCausesNoErrors(t *testing.T) {
	t.Parallel()
	x := newTable(t)
	x.Waits("window.errors = [], addEventListener('error', (e) => errors.push(e.message)), true")
	soon := x.clock.now().Add(time.Hour)
	for n := range 6 {
		x.says(x.chat, fmt.Sprint("t", n), bot.Reply{Kind: bot.Show, Text: "Token de Juana: 482 913", Copy: "482913", Expires: soon})
		x.says(x.chat, fmt.Sprint("s", n), bot.Reply{Kind: bot.Secret, Text: "Abrí https://autogestion.ioma.example/vincular/abc ya.", Expires: soon})
		x.says(x.chat, fmt.Sprint("f", n), bot.Reply{Kind: bot.Show, Text: "La credencial:", Expires: soon, File: &bot.File{Name: "c.png", Type: "image/png", Alt: "Credencial", Data: somePNG()}})
		x.asks()
		x.passes(2000)
		x.Waits(fmt.Sprintf("document.querySelector('#mensajes .globo').style.paddingTop = '%dpx'", 60*(n%2)+1))
		x.settles()
	}
	if got := x.String("errors.join('\\n')"); got != "" {
		t.Errorf("the page reports:\n%s", got)
	}
}
