package nlu

import (
	"strings"
	"testing"
)

func TestPasswordsAreMasked(t *testing.T) {
	u := newParser(t)
	for text, want := range map[string]string{
		"mi contraseña es llave-demo":                                    "mi contraseña es ···",
		"mi contraseña es llave-demo.":                                   "mi contraseña es ···.",
		"Mi Contraseña: Perro2024":                                       "Mi Contraseña: ···",
		"contraseña:Perro2024":                                           "contraseña:···",
		"mi clave de IOMA es Perro2024, dame el token de juana":          "mi clave de IOMA es ···, dame el token de juana",
		"mi clave de ioma es caballito":                                  "mi clave de ioma es ···",
		"mi cuil es ## y mi clave llave-demo":                            "mi cuil es ## y mi clave ···",
		"usuario maria pass: Qwerty!1 token":                             "usuario maria pass: ··· token",
		`mi contraseña es "caballo correcto" y quiero el token`:          `mi contraseña es "···" y quiero el token`,
		"la contraseña que uso para entrar es «perro violeta»":           "la contraseña que uso para entrar es «···»",
		"perro2024 es mi contraseña":                                     "··· es mi contraseña",
		"token de juana, la contraseña de autogestion era Hola.Mundo99!": "token de juana, la contraseña de autogestion era ···!",
		"mi contraseña es pèrro-violeta y la de mi hija es gato-azul":    "mi contraseña es ··· y la de mi hija es gato-azul",
		"mi contraseña es perrito zurdo gordito":                         "mi contraseña es ···",
		"mi password es hunter2 mi pass es hunter3":                      "mi password es ··· mi pass es ···",
		"contraseña = a:b=c1 token":                                      "contraseña = ··· token",
		"MI CONTRASENIA ES \u200bPERRO2024":                              "MI CONTRASENIA ES ···",
		"mi contrseña es zapato22":                                       "mi contrseña es ···",
		"contrasenha: zapato22":                                          "contrasenha: ···",
		"mi contra seña es zapato22":                                     "mi contra seña es ···",
		"mi passwrd es zapato22":                                         "mi passwrd es ···",
		"mi contraseña es\nzapatito":                                     "mi contraseña es\n···",
		"contraseña → zapato22":                                          "contraseña → ···",
		"la contraseña sigue siendo zapato22":                            "la contraseña sigue siendo ···",
		"mi contraseña no es zapato22":                                   "mi contraseña no es ···",
		"puse zapato22 como contraseña":                                  "puse ··· como contraseña",
		"contraseña de mi marido: Zapato33":                              "contraseña de mi marido: ···",
		"la clave de mi mamá es Zapato22":                                "la clave de mi mamá es ···",
		"la contraseña de maria@gmail.com es zapato22":                   "la contraseña de maria@gmail.com es ···",
		"user y pass: 99999001 / zapato22":                               "user y pass: 99999001 / ···",
		"usuario/contraseña: maria/zapato22":                             "usuario/contraseña: ···",
		"contraseña;zapato22":                                            "contraseña;···",
		"mi contraseña es 12345678a":                                     "mi contraseña es ···",
		"mi contraseña es zapato 22":                                     "mi contraseña es ···",
		"la contraseña 'zapato' no anda":                                 "la contraseña '···' no anda",
	} {
		if got := u.Mask(text); got.Text != want || !got.Password {
			t.Errorf("%q is masked as %q, want %q", text, got.Text, want)
		}
	}
	both := u.Mask("mi cuil es 27-99999001-6 y mi clave llave-demo")
	if !both.CUIL || !both.Password || both.Text != "mi cuil es ## y mi clave ···" {
		t.Errorf("both: %+v", both)
	}
}

// A token, any other number, and words about a password are not masked.
func TestWhatIsNoPasswordIsLeft(t *testing.T) {
	u := newParser(t)
	for _, text := range []string{
		"", "token", "clave", "mi clave", "contraseña", "olvidé mi contraseña", "mi clave es 482913", "mi clave es 482 913", "clave: 482-913", "la clave es 482913, me la rechazaron",
		"mi clave de ioma es 482913", "mi contraseña es 99999001", "mi clave es 9-4071852/02", "contraseña 221-351-0282", "la clave vence el 30/11/2026", "mi clave es del 30/11", "clave n.º 5 de la hoja",
		"mi clave es la 482913", "clave: #12", "mi contraseña es incorrecta", "dice que la contraseña es inválida", "la clave es errónea", "mi contraseña es muy larga", "mi contraseña es la misma",
		"quiero cambiar la contraseña por otra", "no me acuerdo la contraseña de autogestión", "mi clave no anda", "mi clave no funciona en la farmacia", "la clave token de juana", "dame la clave de mi hija",
		"cuál es mi clave?", "mi clave es para juana", "contraseña de la app", "mi contraseña es que no me la acuerdo", "la contraseña siempre es rechazada", "¿La contraseña se escribe acá?",
		"clave para la farmacia: urgente", "la clave, por favor", "necesito la clave.", "mi llave es 482913", "mi clave: juana ruiz", "mi clave es inválida según la farmacia",
		"la clave es válida hasta las 23:59", "¿la contraseña es con mayúsculas?", "mi contraseña es 482913 capo", "mi clave es nº482913", "mi clave es DNI99999001", "mi clave es 9-4071852/02-B",
		"contraseña de ioma.gba.gob.ar", "la clave, 2da vez que la pido", "mi clave es para farmacity", "mi contraseña es 221 351 0282 llamame", "seguro contra robo es distinto",
	} {
		if got := u.Mask(text); got.Text != text || got.Password || got.CUIL {
			t.Errorf("%q is masked as %+v", text, got)
		}
	}
	for _, in := range append(readSet(t, "tuning"), readSet(t, "test")...) {
		if got := u.Mask(in.text); got.Password {
			t.Errorf("%q is masked as %q", in.text, got.Text)
		}
	}
}

func FuzzMask(f *testing.F) {
	u := newParser(f)
	f.Add("mi contraseña es llave-demo")
	f.Add("pass:\"a b\"\n27-99999001-6")
	f.Fuzz(func(t *testing.T, text string) {
		m := u.Mask(text)
		if strings.Contains(m.Text, "27-99999001-6") {
			t.Errorf("%q is masked as %q", text, m.Text)
		}
		if isOneNumber(text) && m.Password {
			t.Errorf("the number %q is masked as a password", text)
		}
	})
}
