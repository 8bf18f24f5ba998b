package nlu

import "testing"

// Texts that were once understood wrongly, as their kind is understood now.
func TestKindsOfTexts(t *testing.T) {
	u := newParser(t)
	for text, want := range map[string]string{
		"pasame el de juana, no perdón, el de tomás":                               "token [Tomás Ruiz] ?[]",
		"el de juana, no, el de rosa":                                              "token [Rosa Peralta] ?[]",
		"el de juana, no el de rosa":                                               "token [Juana Ruiz] ?[]",
		"dame el de tomás y anulá la hoja de mamá":                                 "token [Tomás Ruiz] ?[]; preprint [Rosa Peralta] ?[]",
		"estoy en la farmacia con mi mamá y me piden el numerito de ella y el mio": "token [Rosa Peralta María Elena Gómez] ?[]",
		"no lo necesito más":                                                       "cancel [] ?[]",
	} {
		l := labelled{text: text, group: familyA, self: "1"}
		if got := l.run(u).String(); got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
}
