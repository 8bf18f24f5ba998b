package reading

import "testing"

func TestEaseOfReading(t *testing.T) {
	for text, want := range map[string]float64{
		"El sol sale hoy.":  206.835 - 62.3*5/4 - 4,
		"Autorización útil": 206.835 - 62.3*7/2 - 2,
		"Ahí está el n.º 4. Ya te lo di: https://a.b/c": 206.835 - 62.3*12/8 - 8.0/2,
	} {
		if got := Ease(text); got < want-0.01 || got > want+0.01 {
			t.Errorf("%q: %.2f, want %.2f", text, got, want)
		}
	}
	for word, want := range map[string]int{"y": 1, "hay": 1, "guía": 2, "queso": 2, "día": 2, "bien": 1, "león": 2, "teléfono": 4, "vergüenza": 3, "cuota": 2} {
		if got := syllables(word); got != want {
			t.Errorf("%q has %d syllables, want %d", word, got, want)
		}
	}
}
