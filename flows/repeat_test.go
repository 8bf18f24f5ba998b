package flows

import (
	"strings"
	"testing"
)

// While the back end does not answer the live token that was given is named, and nobody is told the same line three times.
func TestTheBackEndIsDown(t *testing.T) {
	c := atCounter(t)
	c.expect("token de juana", []string{"300 001"}, nil)
	c.back.down = true
	var seen []string
	for i, want := range []string{"no responde", "IOMA sigue sin responder", "Que te ayude una persona"} {
		have := c.says("token de juana")
		if !strings.Contains(have, want) || !strings.Contains(have, "El último que te di de Juana, a las 11:00, sigue valiendo si no se usó: 300 001") {
			t.Errorf("%d: %s", i, have)
		}
		seen = append(seen, have)
	}
	if r := c.last.Replies[0]; r.Expires.IsZero() {
		t.Error("digits that never expire")
	}
	if seen[0] == seen[1] || seen[1] == seen[2] {
		t.Error("the same line twice")
	}
	c.expect("token de tomás", nil, []string{"300 001"})
	c.back.down = false
	c.says("otro token de juana")
	c.back.down = true
	c.says("sí")
	c.says("cancelar")
	c.expect("token de juana", nil, []string{"300 001"}) // it may have been replaced
}

// What is not understood gets another answer each time.
func TestMissesAreNotAnsweredAlike(t *testing.T) {
	c := atCounter(t)
	seen := map[string]bool{}
	for range 4 {
		have := c.says("asdf qwer")
		if seen[have] {
			t.Errorf("said twice: %s", have)
		}
		seen[have] = true
	}
}

// A question about tokens gets its own answer, short and right.
func TestQuestionsAboutTokens(t *testing.T) {
	for said, want := range map[string]string{
		"si abro la app se vence?": "Abrir la app", "sirve para varias recetas?": "todas las recetas", "hay que decirlo en voz alta?": "mostrar la pantalla",
		"no es de ioma esto?": "no es de IOMA", "sos de ioma?": "no es de IOMA", "hasta que hora atienden?": "no lo tengo", "no tengo señal en la clínica": "llevá una hoja",
		"no tengo impresora": "copiar los números a mano", "la hoja hasta cuándo vale?": "último día de su mes", "por qué estoy suspendida": "Mesa de Ayuda",
		"por qué le dieron de baja a lucía": "no el motivo", "no figura mi hijo": "aparecen solas", "numero de afiliado de juana": "N.º de afiliación de Juana Ruiz: 9-4071852/02",
		"es gratis?": "Es gratis", "puedo usarlo mañana?": "hasta las 23:59", "me robaron el celular": "corta todos los chats", "cuánto me cubre el losartan": "https://",
	} {
		c := atCounter(t)
		c.expect(said, []string{want}, []string{"Token de", "¿De quién"})
	}
}
