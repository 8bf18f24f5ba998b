package flows

import (
	"testing"
)

// Who uses the chat gets their own token at once, with the others of the group below it, the one used last first.
func TestTheOwnTokenComesAtOnce(t *testing.T) {
	c := atCounter(t)
	c.expect("token", []string{"Token de María Elena Gómez\n100 001\nN.º de afiliación: 9-4071852/00\nVale hoy, domingo 29, hasta las 23:59 o hasta que se use\n",
		"[Carlos Ruiz] [Juana Ruiz] [Tomás Ruiz] [Rosa Peralta] [Lucía Ruiz (BAJA POR EDAD)]"}, []string{"¿De quién"})
	c.expect("[Tomás Ruiz]", []string{"Token de Tomás Ruiz"}, nil)
	c.expect("token", []string{"Token de María Elena Gómez", "\n[Tomás Ruiz] [Carlos Ruiz]"}, nil)
	c.expect("mi hija me pidió el token", []string{"¿De quién es el token?"}, []string{"Token de"})
	c.says("cancelar")
	c.s.Data.(*memory).Self = outsider
	c.expect("token", []string{"¿De quién es el token?\n[María Elena Gómez] [Tomás Ruiz]"}, []string{"Token de"})
}

// Where reading makes a token, it is asked whose.
func TestWhereReadingMintsItIsAskedWhose(t *testing.T) {
	c := atCounter(t)
	sc := *c.sc
	sc.can.CurrentWithoutMinting = false
	c.sc = &sc
	c.expect("token", []string{"¿De quién es el token?"}, []string{"Token de"})
}

// Several people have a row each and a copy button each; the validity is said once.
func TestSeveralPeopleHaveARowEach(t *testing.T) {
	c := atCounter(t)
	c.expect("token de juana, tomás y lucía", []string{"Juana Ruiz: 300 001\nN.º de afiliación: 9-4071852/02\nTomás Ruiz: 400 002\n",
		"Valen hoy, domingo 29, hasta las 23:59 o hasta que se use cada uno\n", "Lucía Ruiz no puede tener token"}, []string{"Vale hoy"})
	if have := c.last.Replies[0].Copies; len(have) != 2 || have[0] != "300001" || have[1] != "400002" {
		t.Errorf("to copy: %v", have)
	}
}

// Who uses the chat is asked when the counter is over, and where a request depends on it; the request goes on after the answer.
func TestWhoUsesTheChatIsAskedWhenItIsNeeded(t *testing.T) {
	unknown := func() *counter {
		c := atCounter(t)
		m := c.s.Data.(*memory)
		m.Self, m.AskUser = "", true
		return c
	}
	const question = "[Soy María Elena] [Soy Carlos] [Soy Juana] [Soy Tomás] [Soy Rosa] [Soy Lucía] [Otra persona]"
	c := unknown()
	c.expect("token de juana", []string{"Token de Juana Ruiz"}, []string{"Soy"})
	c.expect("gracias", []string{"¡De nada!", "¿vos sos…?", question}, nil)
	c.expect("[Soy Carlos]", []string{"Gracias, Carlos"}, nil)
	c.expect("token", []string{"Token de Carlos Ruiz"}, nil)
	for said, want := range map[string]string{"mi token": "Token de María Elena Gómez", "token de mamá": "Token de Rosa Peralta", "10 preimpresos para mamá": "10 tokens preimpresos de Rosa"} {
		c = unknown()
		c.expect(said, []string{question}, []string{"Token de"})
		c.expect("soy maría elena", []string{want}, nil)
		c.says("no")
		c.expect("gracias", []string{"¡De nada!"}, []string{"Soy"})
	}
	c = unknown()
	c.expect("hola", []string{question}, nil)
	c.expect("token de juana", []string{"Token de Juana Ruiz"}, nil)
	c.expect("gracias", []string{"¡De nada!"}, []string{"Soy"}) // asked once, and not answered
	c.expect("mi token", []string{question}, nil)               // asked again where it is needed
}
