package autogestion

import (
	"bytes"
	"encoding/json"
	"testing"
)

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
