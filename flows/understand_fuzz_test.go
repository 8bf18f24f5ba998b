package flows

import (
	"fmt"
	"testing"
)

// trigger says whether a text holds a word that asking for something destructive needs, or a slip of one.
func trigger(u *understanding, text string) bool {
	for _, w := range u.listen(text).words {
		for _, p := range u.phrases {
			if !p.intent.destroys() || w.id < 0 {
				continue
			}
			for _, e := range p.parts {
				if e.fits(w.id, w.class) {
					return true
				}
			}
		}
	}
	return false
}

// Whatever is written: no panic, the same meaning each time, nothing destructive from nothing, and nobody who is not in
// the group.
func FuzzUnderstand(f *testing.F) {
	for _, text := range []string{"token", "otro token de juana", "no quiero desvincular", "10 preimpresos para mamá, diciembre", "\xff\u0301", "de de de mi mi mi y y", "1 y 3", "ñandú ç 'h", "👌 si", "ch c h q qu ll"} {
		f.Add(text)
	}
	sc, err := New(Config{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m := sc.words.heard(text, "1", familyA)
		again := sc.words.heard(text, "1", familyA)
		if fmt.Sprintf("%+v", m) != fmt.Sprintf("%+v", again) {
			t.Errorf("%q is read in two ways", text)
		}
		if m.Intent.destroys() && !trigger(sc.words, text) {
			t.Errorf("%q is %s, and says nothing of it", text, m.Intent)
		}
		o := sc.Understand(familyA, "1", said, text)
		for _, name := range o.People {
			known := false
			for _, p := range familyA.Members {
				known = known || p.Name == name
			}
			if !known {
				t.Errorf("%q is about %q, who is nobody", text, name)
			}
		}
		codeOf(text)
		if m.Yes && m.No {
			t.Errorf("%q is yes and no", text)
		}
	})
}

// BenchmarkUnderstand is one text of the labelled set.
func BenchmarkUnderstand(b *testing.B) {
	sc, err := New(Config{})
	if err != nil {
		b.Fatal(err)
	}
	set := append(readSet(b, "tuning"), readSet(b, "test")...)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		l := set[i%len(set)]
		sc.words.heard(l.text, l.self, l.group)
	}
}
