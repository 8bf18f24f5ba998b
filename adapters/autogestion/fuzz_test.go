package autogestion

import (
	"bytes"
	"encoding/json"
	"llave/flows/backend"
	"strings"
	"testing"
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
		cuil, why := backend.ReadCUIL(s)
		if (why == "") != (len(cuil) == 11 && strings.Trim(cuil, "0123456789") == "") {
			t.Errorf("%q gives %q and %q", s, cuil, why)
		}
		if why != "" && !texts.Has(why) {
			t.Errorf("%q has no text", why)
		}
		if why == "" {
			if again, w := backend.ReadCUIL(cuil); again != cuil || w != "" {
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

// Whatever a provider sends as a validation, the answer is JSON, no internal failure, and never "accepted".
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
