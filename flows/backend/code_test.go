package backend

import (
	"strings"
	"testing"
)

func FuzzCode(f *testing.F) {
	for _, s := range []string{"BCDF-GHJK", "bcdf ghjk", "BCDF–GHJK", "BCDFGHJ", "ſſſſſſſſ", "ıııııııı"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, _ := ReadCode(s)
		if c != "" && (len(c) != CodeLen || strings.Trim(c, CodeAlphabet) != "" || !readsBack(c)) {
			t.Errorf("%q gives %q", s, c)
		}
	})
}

// readsBack reports whether a code is read again as it is shown, in two halves.
func readsBack(code string) bool {
	again, ok := ReadCode(code[:4] + "-" + code[4:])
	return ok && again == code
}
