package padron

import (
	"regexp"
	"testing"
)

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

// The checks that spare most texts a regular expression miss none of what it matches.
func TestQuickChecksMissNothing(t *testing.T) {
	for _, text := range []string{"ni&ntilde;o", "ni&#241;o", `ni\u00f1o`, `ni\xf1o`, "ni=F1o", "ni%F1o", "ni+APE-o"} {
		if !hasEscape(text) {
			t.Errorf("%q passes", text)
		}
	}
	small := regexp.MustCompile(`\p{Lu}[\x{df}-\x{ff}]\p{Lu}`)
	letters := []rune("aBñÑß÷ÿĀ ")
	n := len(letters)
	for i := range n * n * n * n {
		text := string([]rune{letters[i%n], letters[i/n%n], letters[i/n/n%n], letters[i/n/n/n]})
		if got := hasSmall(text); got != small.MatchString(text) {
			t.Errorf("%q: %v", text, got)
		}
	}
	for _, text := range []string{"2.79999E+10", "27,9e10", "1E5"} {
		if !isRounded(text) {
			t.Errorf("%q passes", text)
		}
	}
	for text, want := range map[string]string{"27999990016.00": "27999990016", "27999990016,0": "27999990016", "9-1/00": "9-1/00"} {
		if got := plainCell(text); got != want {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}
