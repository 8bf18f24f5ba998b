package autogestion

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzCUIL(f *testing.F) {
	for _, s := range []string{"27-99999001-6", "27-99999027-9", "30-12345678-1", "99999001", "27 99999001 6", "\u221227999990016", "27９9999001-6"} {
		f.Add(s)
	}
	texts, err := loadTexts()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		cuil, why := parseCUIL(s)
		if (why == "") != (len(cuil) == 11 && allDigits(cuil)) {
			t.Errorf("%q gives %q and %q", s, cuil, why)
		}
		if why != "" && !texts.has(why) {
			t.Errorf("%q has no text", why)
		}
		if why == "" {
			if again, w := parseCUIL(cuil); again != cuil || w != "" {
				t.Errorf("%q is read as %q, and that as %q", s, cuil, again)
			}
		}
	})
}

func FuzzCode(f *testing.F) {
	for _, s := range []string{"BCDF-GHJK", "bcdf ghjk", "BCDF–GHJK", "BCDFGHJ", "ſſſſſſſſ", "ıııııııı"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c := parseCode(s)
		if c != "" && (len(c) != codeLen || strings.Trim(c, codeAlphabet) != "" || parseCode(showCode(c)) != c) {
			t.Errorf("%q gives %q", s, c)
		}
	})
}

// The importer's reading half: no input makes it panic, and every line is good or has one reason.
func FuzzPadron(f *testing.F) {
	f.Add(demoCSV)
	f.Add([]byte(head + "27-99999001-6,\"María, Elena\",F,9-1/00,EN PADRÓN,27-99999001-6,titular\n\n,,,,,,\n"))
	f.Add([]byte("\ufeffcuil;nombre;sexo;numero;situacion;cuil_titular;parentesco\r\n27999990016;M;F;1;A;27999990016;t\r\n\"\r\n"))
	f.Add([]byte("cuil,nombre\n"))
	texts, err := loadTexts()
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("\xff\xfec\x00u\x00i\x00l\x00,\x00"))
	f.Add([]byte("sep=|\ncuil|nombre|sexo|numero|situacion|cuil_titular|parentesco||\r=\"27999990016\"|Mar\xeda|F|1|EN PADR\xd3N|'27999990016|t||\r"))
	f.Fuzz(func(t *testing.T, csv []byte) {
		var got readLines
		p := newPadron(&got)
		if err := p.readAll(bytes.NewReader(csv)); err != nil {
			t.Fatal(err)
		}
		seen := map[int]bool{}
		for _, r := range got.rows {
			if fieldFault(r) != "" || len(r.CUIL) != 11 || len(r.holder) != 11 || !utf8.ValidString(r.Name) || seen[r.line] {
				t.Errorf("taken in: %+v", r)
			}
			seen[r.line] = true
		}
		for _, b := range got.bads {
			if reason := texts.get(b.why, b.about); seen[b.line] || reason == "" || reason == b.why {
				t.Errorf("line %d has the reason %q", b.line, reason)
			}
			seen[b.line] = true
		}
		if lines := len(bytes.FieldsFunc(append(csv, 'x'), func(r rune) bool { return r == '\n' || r == '\r' })); len(seen) > lines && p.encoding != utf16Text {
			t.Errorf("%d lines read of %d", len(seen), lines)
		}
	})
}

// readLines is what was read of a padrón.
type readLines struct {
	rows []row
	bads []badRow
}

func (l *readLines) good(r row) error { l.rows = append(l.rows, r); return nil }

func (l *readLines) bad(b badRow) error { l.bads = append(l.bads, b); return nil }

// The body of a validation: whatever a provider sends, the answer is JSON, never a failure of ours, and never accepted.
func FuzzValidation(f *testing.F) {
	for _, s := range []string{
		`{"request_id":"a","affiliate_number":"9-4071852/00","token":"482913"}`,
		`{"request_id":"a","affiliate_number":"9-4071852/00","token":482913}`,
		`{"request_id":"","affiliate_number":null,"token":"4 8 2 9 1 3","visit":"v"}`,
		`[]`, `{`, ``, `{"request_id":"\u0000","affiliate_number":"\ud800","token":"\"","extra":1}`,
	} {
		f.Add([]byte(s))
	}
	w := demo(f)
	h := w.Handler()
	f.Fuzz(func(t *testing.T, body []byte) {
		var out map[string]any
		status := call(t, h, "POST", "validations", DemoProviderKey, "", string(body), &out)
		switch status {
		case 200:
			if out["result"] != "denied" {
				t.Errorf("%q: %v", body, out)
			}
		case 400, 409, 413, 415, 422:
		default:
			t.Errorf("%q: %d %v", body, status, out)
		}
		if b, _ := json.Marshal(out); bytes.Contains(b, []byte(`"value"`)) {
			t.Errorf("%q comes back: %s", body, b)
		}
	})
}
