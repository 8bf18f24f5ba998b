package flows

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"llave/flows/backend"
	"llave/flows/nlu"
)

// Steps are read as they were written, whatever people are called, and also as they were written before they were one text.
func TestStepsAreReadAsWritten(t *testing.T) {
	at := time.Date(2026, 11, 29, 13, 0, 0, 123456789, time.UTC)
	plain := stepList{{At: at, What: nlu.IntentToken, Who: []backend.MemberID{"1", "m/3"}, Outcome: outcomeGiven}, {At: at.Add(time.Second), What: nlu.IntentNone}, {At: at, What: nlu.IntentHelp, Outcome: outcomeReplied}}
	odd := func(id backend.MemberID) stepList {
		return stepList{{At: at, What: nlu.IntentToken, Who: []backend.MemberID{"1", id}}}
	}
	for name, list := range map[string]stepList{"none": nil, "plain": plain, "comma": odd("a,b"), "bar": odd("a|b"), "semicolon": odd("a;b"), "quote": odd(`a"b\`),
		"accent": odd("ñandú"), "empty": odd(""), "space": odd("a b"), "newline": odd("a\nb")} {
		raw, err := json.Marshal(struct{ Steps stepList }{list})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if short := name == "plain"; short && !strings.HasPrefix(string(raw), `{"Steps":"`) {
			t.Errorf("%s is written as %s", name, raw)
		}
		before, err := json.Marshal([]*step(list))
		if err != nil {
			t.Fatal(err)
		}
		var got struct{ Steps stepList }
		var old stepList
		if err := json.Unmarshal(raw, &got); err != nil || !reflect.DeepEqual(got.Steps, list) && len(list) > 0 {
			t.Errorf("%s: %s is read as %+v, %v", name, raw, got.Steps, err)
		}
		if err := json.Unmarshal(before, &old); err != nil || !reflect.DeepEqual(old, list) && len(list) > 0 {
			t.Errorf("%s: %s is read as %+v, %v", name, before, old, err)
		}
	}
	var bad stepList
	if err := json.Unmarshal([]byte(`"?|token|"`), &bad); err == nil {
		t.Error("a time that is none is read")
	}
}
