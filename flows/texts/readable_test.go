package texts

import (
	"strings"
	"testing"

	"llave/flows/texts/reading"
)

// Every text is easy to read, whatever its conditions say. Texts of fewer than six words are labels, and lists of names, as of the
// months, have no sentence: their words are not separated by any sign.
func TestEveryTextIsEasyToRead(t *testing.T) {
	cat, err := New(Options{Phone: "1", Site: "https://x", Verify: "x"})
	if err != nil {
		t.Fatal(err)
	}
	measured := 0
	for _, name := range cat.Keys() {
		trees := reading.Trees{}
		for _, tmpl := range cat.by[name].Templates() {
			trees[tmpl.Name()] = tmpl.Tree
		}
		for _, text := range trees.Variants(name) {
			if len(reading.Words(text)) < reading.LeastWords || strings.HasPrefix(name, "words.") && !strings.ContainsAny(text, ".,;:?!") {
				continue
			}
			measured++
			if ease := reading.Ease(text); ease < reading.Least {
				t.Errorf("%s: %.1f: %q", name, ease, text)
			}
		}
	}
	if measured < 300 {
		t.Errorf("only %d texts were measured", measured)
	}
}
