package autogestion

import (
	"strconv"
	"strings"
	"testing"
)

func TestCodes(t *testing.T) {
	seen := map[string]bool{}
	signs := map[rune]int{}
	for n := range 4000 {
		c := deriveCode([]byte("key"), []byte(strconv.Itoa(n)))
		if len(c) != codeLen || strings.ContainsAny(c, "AEIOUL01") || parseCode(strings.ToLower(showCode(c))) != c || seen[c] {
			t.Fatal(c)
		}
		seen[c] = true
		for _, r := range c {
			signs[r]++
		}
	}
	for r, n := range signs { // 32000 signs, 28 kinds: 1143 each, ±5 sigma
		if n < 970 || n > 1310 {
			t.Errorf("%c comes %d times", r, n)
		}
	}
	for _, s := range []string{"", "BCDF", "BCDF-GHJA", "BCDF-GHJ0", "BCDFGHJKM", strings.Repeat("B", 99)} {
		if got := parseCode(s); got != "" {
			t.Errorf("%q is read as %q", s, got)
		}
	}
}
