package proof

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

// typedThrough types like a scanner that is set to one keyboard, on a computer that is set to another.
func typedThrough(pairs ...string) func(string) string { return strings.NewReplacer(pairs...).Replace }

// spoilt returns a genuine proof in the forms in which scanners, keyboards and clipboards deliver it.
func spoilt(proof string) map[string]string {
	space := strings.LastIndex(proof, " ")
	out := map[string]string{
		"lower case":            strings.ToLower(proof),
		"symbology":             "]Q1" + proof + "\r\n",
		"quoted":                "«" + proof + "»",
		"words around":          "Firma: " + proof + "\nGracias",
		"direction marks":       "\u202d" + proof + "\u202c",
		"zero width":            proof[:20] + "\u200b" + proof[20:],
		"no-break spaces":       strings.ReplaceAll(proof, " ", "\u00a0"),
		"odd hyphens":           strings.ReplaceAll(proof, "-", "\u2011"),
		"in two lines":          proof[:90] + "\n" + proof[90:],
		"in four lines":         proof[:31] + "\r\n  " + proof[31:64] + "\r\n" + proof[64:101] + "\n" + proof[101:],
		"us on a spanish one":   typedThrough(":", "Ñ", "-", "'", "/", "-", "+", "¿", "*", "(")(proof),
		"us on a latin one":     typedThrough(":", "Ñ", "-", "'", "/", "-", "+", "¡", "*", "(")(proof),
		"with caps lock":        strings.ToLower(typedThrough(":", "Ñ", "-", "'", "/", "-", "+", "¿", "*", "(")(proof)),
		"spanish on a us one":   typedThrough(":", ">", "-", "/", "/", "&", "+", "]", "*", "}")(proof),
		"us on a brazilian one": typedThrough(":", "Ç", "/", ";")(proof),
	}
	out["quoted in a mail"] = "> " + proof[:70] + "\n> " + proof[70:]
	out["a space behind the prefix"] = strings.Replace(proof, ":", ": ", 1)
	out["in a narrow column"] = inColumn(proof, 20)
	if strings.Count(strings.TrimRight(proof, " "), "  ") == 1 {
		out["two spaces shown as one"] = strings.Replace(proof, "  ", " ", 1)
	}
	if space > 0 {
		out["broken at a space"] = proof[:space] + "\n" + proof[space+1:]
	}
	return out
}

// lacksASpace are those forms that lack a space of the proof.
var lacksASpace = map[string]bool{"two spaces shown as one": true, "broken at a space": true, "in a narrow column": true, "in four lines": true}

// inColumn breaks a text into lines of so many characters.
func inColumn(text string, wide int) string {
	var b strings.Builder
	for i := 0; i < len(text); i += wide {
		b.WriteString(text[i:min(len(text), i+wide)] + "\n")
	}
	return b.String()
}

// Two spaces that a page shows as one are read. Few proofs have two, so many are tried.
func TestTwoSpacesOfAProof(t *testing.T) {
	key, public := testKey(1)
	found := 0
	for count := range 12 {
		for salt := range 50 {
			proof, err := testPayload(key, byte(salt), "2026-11", 1, 31-count).Sign(key)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Count(strings.TrimSpace(proof), "  ") != 1 {
				continue
			}
			found++
			if _, err := Read(Keys{[]Key{public}}, strings.Join(strings.Fields(proof), " ")); err != nil {
				t.Errorf("%q: %v", proof, err)
			}
		}
	}
	if found == 0 {
		t.Error("no proof has two spaces")
	}
}

func TestASpoiltProofIsRead(t *testing.T) {
	key, public := testKey(1)
	keys := Keys{[]Key{public}}
	for salt := byte(1); salt < 40; salt++ {
		count := int(salt)%31 + 1
		proof, err := testPayload(key, salt, "2026-11", 1, count).Sign(key)
		if err != nil {
			t.Fatal(err)
		}
		want, err := Verify(keys, proof)
		if err != nil {
			t.Fatal(err)
		}
		for name, text := range spoilt(proof) {
			if got, err := Read(keys, text); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %q is read as %+v, %v", name, text, got, err)
			}
		}
		// A tampered proof stays forged in every form; where a character has to be added first, it is unreadable.
		for name, text := range spoilt(tampered(t, proof)) {
			var no *NotAuthentic
			var unreadable *Unreadable
			_, err := Read(keys, text)
			forged := errors.As(err, &no) && no.Why == "forged"
			if lacksASpace[name] && !forged && !errors.As(err, &unreadable) || !lacksASpace[name] && !forged {
				t.Errorf("tampered, %s: %v", name, err)
			}
		}
	}
}

// A genuine proof that lost characters, anywhere and in one or more lines, is never called forged.
func TestAProofThatLostCharactersIsNotForged(t *testing.T) {
	key, public := testKey(1)
	keys := Keys{[]Key{public}}
	for salt := byte(1); salt < 60; salt++ {
		proof, err := testPayload(key, salt, "2026-11", 1, int(salt)%31+1).Sign(key)
		if err != nil {
			t.Fatal(err)
		}
		at := 22 + int(salt)*7%(len(proof)-30) // behind the head, which says how long a proof is
		for name, text := range map[string]string{
			"its end":               proof[:len(proof)-1],
			"two of its end":        proof[:len(proof)-2],
			"one in the middle":     proof[:at] + proof[at+1:],
			"its end, in two lines": proof[:at] + "\n" + proof[at:len(proof)-1],
			"its end, in a column":  inColumn(proof[:len(proof)-1], 20),
		} {
			var unreadable *Unreadable
			if _, err := Read(keys, text); !errors.As(err, &unreadable) {
				t.Errorf("%d, without %s: %q is %v", salt, name, text, err)
			}
		}
	}
}

// A text that cannot be read is not called forged.
func TestWhatIsNoProofIsNotForged(t *testing.T) {
	key, public := testKey(1)
	proof, _ := testPayload(key, 1, "2026-11", 1, 10).Sign(key)
	for text, why := range map[string]string{
		"": "foreign", "482913": "foreign", "9-4071852/02": "foreign", "https://llave.test/#codigo=BCDF-GHJK": "foreign", strings.Repeat("A", pastedMax+1): "foreign",
		proof[len(prefix):]: "foreign", "LLAVE1:": "damaged", proof[:60]: "damaged", proof[:len(proof)-1]: "damaged", proof[:50] + "ñ" + proof[51:]: "damaged",
		strings.Repeat("\n", 900) + proof[:60]: "damaged",
	} {
		var unreadable *Unreadable
		if _, err := Read(Keys{[]Key{public}}, text); !errors.As(err, &unreadable) || unreadable.Why != why {
			t.Errorf("%.80q: %v, want %s", text, err, why)
		}
	}
}
