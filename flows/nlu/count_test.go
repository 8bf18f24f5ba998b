package nlu

import (
	"slices"
	"testing"
)

// A count is read in digits and in words. An impossible count is not the same as none.
func TestAmounts(t *testing.T) {
	u := newParser(t)
	for text, want := range map[string]int{
		"10": 10, "diez": 10, "una docena": 12, "media docena": 6, "dos docenas": 24, "treinta y uno": 31, "veintidós": 22, "uno": 1, "una sola": 1, "un par": 2,
		"100": 100, "mil": 1000, "0": CountInvalid, "-3": CountInvalid, "−3": CountInvalid, "cero": CountInvalid, "muchos": CountInvalid, "1000000000": CountInvalid,
		"el máximo": CountMax, "uno por día": CountInvalid, "esperá un momento": 0, "dame un segundo": 0, "no sé": 0, "el 12 de noviembre": 0, "martes 24": 0, "1e9": 0, "": 0,
	} {
		if got, said := u.Amount(text); got != want || said != (want != 0) {
			t.Errorf("%q is %d, %v; want %d", text, got, said, want)
		}
	}
	for text, want := range map[string][]int{"el 3 y el 5": {3, 5}, "del 3 al 7": {3, 4, 5, 6, 7}, "3, 4 y 9": {3, 4, 9}, "todos": nil, "el 7": {7}} {
		if got := u.NumbersIn(text); !slices.Equal(got, want) {
			t.Errorf("%q lists %v, want %v", text, got, want)
		}
	}
}
