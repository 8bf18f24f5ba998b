package nlu

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"llave/flows/backend"
)

// triggers are the phonetic keys without which no text replaces a token or unlinks a chat. The parser does not share them.
var triggers = map[string][]string{
	"another": {"otr", "nueb", "renob", "kambi", "remplas", "rempla", "rejener", "aktuali", "distint", "diferent"},
	"unlink":  {"desbinkul", "baja", "bor", "olbida", "binkul", "sesion", "kuenta", "desloge", "deskonek", "desengan", "log", "kit", "usuario", "blok", "kort", "sak", "konektad", "telefono", "desbik"},
}

// FuzzUnderstand checks the rules that hold for every text.
func FuzzUnderstand(f *testing.F) {
	u := newParser(f)
	rules := u.rules
	for _, part := range []string{"tuning", "test", "fresh"} {
		for _, l := range readSet(f, part) {
			f.Add(l.text)
		}
	}
	month := regexp.MustCompile(`^20\d\d-(0[1-9]|1[0-2])$`)
	f.Fuzz(func(t *testing.T, text string) {
		one := u.Understand(text, Speaker{Group: familyA, Self: "1"}, said)
		a, err1 := json.Marshal(one)
		b, err2 := json.Marshal(u.Understand(text, Speaker{Group: familyA, Self: "1"}, said))
		if err1 != nil || err2 != nil || !bytes.Equal(a, b) {
			t.Errorf("%q is understood as %s and as %s", text, a, b)
		}
		if bytes.Contains(a, []byte("null")) && !strings.Contains(strings.ToLower(text), "null") {
			t.Errorf("%q: null in %s", text, a)
		}
		triggered(t, text, one.Intent)
		affirmed(t, u, text)
		if m := u.Parse(text); m.Guessed && m.Intent == IntentUnlink && (m.Unlinks || m.ThisChat || m.Topic != TopicAsk) {
			t.Errorf("%q unlinks without a question", text)
		}
		actsLess(t, text, one, rules.Understand(text, Speaker{Group: familyA, Self: "1"}, said))
		for _, p := range one.People {
			if !slices.ContainsFunc(familyA.Members, func(m backend.Member) bool { return m.Name == p }) {
				t.Errorf("%q means %q, who is not in the group", text, p)
			}
		}
		if one.Count < 0 || one.Count > 12*9999 || one.Month != "" && !month.MatchString(one.Month) {
			t.Errorf("%q: %s", text, a)
		}
		if alone := u.Understand(text, Speaker{Group: backend.Group{}, Self: ""}, said); len(alone.People) > 0 {
			t.Errorf("%q means %v to a chat that knows nobody", text, alone.People)
		}
		u.explain(u.Parse(text))
	})
}

// actsLess checks that the second opinion adds nothing that acts: no token, no person but to a complaint, which is only looked up, no
// count.
func actsLess(t *testing.T, text string, both, rules Understanding) {
	harmless := slices.Contains([]string{"none", "help", "rejected", "register", "password", "link", "faq", "thanks", "cancel", "preprint", "unlink"}, both.Intent)
	if both.Intent != rules.Intent && !harmless || both.Intent != "rejected" && (len(both.People) > len(rules.People) || both.Intent != rules.Intent && len(both.People) > 0) ||
		both.Count != rules.Count && both.Intent == rules.Intent {
		t.Errorf("%q is %+v with the second opinion, %+v without", text, both, rules)
	}
}

// triggered checks that an intent that takes something away has a word for it in the text.
func triggered(t *testing.T, text, intent string) {
	keys := strings.Join(phoneticKeys(text), " ")
	if list := triggers[intent]; list != nil && !slices.ContainsFunc(list, func(w string) bool { return strings.Contains(keys, w) }) {
		t.Errorf("%q is taken for %s", text, intent)
	}
}

// affirmed checks that a yes is no question and no "no".
func affirmed(t *testing.T, u *Parser, text string) {
	m := u.Parse(text)
	if m.Yes && m.No || m.Yes && strings.Contains(text, "?") {
		t.Errorf("%q is a yes", text)
	}
	for _, w := range phoneticKeys(text) {
		if m.Yes && (w == "no" || w == "ni" || w == "nunka" || w == "tampoko") {
			t.Errorf("%q is a yes", text)
		}
	}
}

// BenchmarkUnderstand measures one text of the labelled set.
func BenchmarkUnderstand(b *testing.B) {
	u := newParser(b)
	set := append(readSet(b, "tuning"), readSet(b, "test")...)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		l := &set[i%len(set)]
		u.Understand(l.text, Speaker{Group: l.group, Self: l.self}, said)
		i++
	}
}
