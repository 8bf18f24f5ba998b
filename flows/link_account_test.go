package flows

import (
	"strings"
	"testing"

	"llave/bot"
)

// Who has no account, or forgot the password, gets the page that leads back into the chat: once, and then its place. The bare address
// is for chats that are linked, for back ends without such pages, and for words that another person wrote.
func TestWhoCannotSignInGetsThePageThatLeadsBack(t *testing.T) {
	for text, form := range map[string]string{"no tengo cuenta": "/registro", "me quiero registrar": "/registro", "olvidé mi contraseña": "/clave"} {
		c := atCounter(t)
		c.expect(text, []string{form}, []string{"Lo pedí yo"})
		c.s.Data.(*memory).unlink()
		c.expect(text, []string{"Lo pedí yo, seguir", "al final volvés acá"}, []string{"/registro"})
		if c.s.State != "link.code" || c.last.Replies[0].Kind != bot.Secret {
			t.Errorf("%q leads to %s, with %v", text, c.s.State, c.last.Replies[0].Kind)
		}
		invite := c.s.Data.(*memory).Link.Invite
		c.expect(text, []string{"en la página que te mandé"}, []string{form})
		if c.s.Data.(*memory).Link.Invite != invite {
			t.Errorf("%q once more ends the page that was sent", text)
		}

		forwarded := atCounter(t)
		forwarded.s.Data.(*memory).unlink()
		u := bot.Update{Kind: bot.Message, Text: text, Forwarded: true}
		if have := forwarded.take(bot.Input{Accepted: bot.Accepted{Update: u}}); !strings.Contains(have, form) {
			t.Errorf("forwarded, %q is answered with %s", text, have)
		}

		without := atCounter(t)
		sc := *sharedScript()
		sc.can.SignInPages = false
		without.sc = &sc
		without.s.Data.(*memory).unlink()
		without.expect(text, []string{form}, []string{"Lo pedí yo"})
	}
}

// In the middle of linking the wish that began it stays.
func TestNoAccountInTheMiddleOfLinking(t *testing.T) {
	c := atCounter(t)
	c.s.Data.(*memory).unlink()
	c.says("token de juana")
	c.expect("no tengo cuenta", []string{"No tengo cuenta"}, nil)
	if r := c.s.Data.(*memory).request(); r == nil || len(r.common().Refs) != 1 {
		t.Errorf("the wish is %+v", r)
	}
}
