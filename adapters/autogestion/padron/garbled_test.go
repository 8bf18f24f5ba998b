package padron

import "testing"

func TestGarbledTexts(t *testing.T) {
	for _, s := range []string{"Mar\ufffda", "MarÃ\u00ada", "MÃ³nica", "EN PADRÃ“N", "EN PADRÃ\u0093N", "EN PADRÃƒâ€œN", "NuÃ±ez", "nuã±ez", "Iâ€™Anson", "EN PADR?N", "Mu¤oz",
		"MU¥OZ", "Jos‚", "Mar&iacute;a", "N&#250;ñez", `N\u00fañez`, "EN PADR=D3N", "N%C3%BA", "ï¿½", "EN PADRîN", "N‡poles", "NU„EZ", "EN PADR+ANM-N", "Pe\u0301rezÌ\u0081"} {
		if !garbled(s) {
			t.Errorf("%q is taken in", s)
		}
	}
	for _, s := range []string{"María Elena Gómez", "Núñez", "D'Angelo", "O’Higgins", "João São", "Ângela", "SÃO PAULO", "Müller", "Ỹva G̃uarani", "ﷺ شعب", "李", "José María “Pepe” Paz",
		"HIJO SOLTERO MENOR DE 21 AÑOS", "1º DE MAYO", "EN PADRÓN", "BAJA (25%)", "Ruiz & Cía", "=CMD()", "*x*", "Łukasz Žižek", "McÍñigo", "Pérez–Gómez", "Grupo A+B-C"} {
		if garbled(s) {
			t.Errorf("%q is refused", s)
		}
	}
}
