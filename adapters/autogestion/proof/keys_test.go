package proof

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"llave/flows/backend"
)

// A retired key signs nothing beyond the month after its retirement, and nothing for the months before it was made.
func TestAKeySignsForItsMonths(t *testing.T) {
	key, public := testKey(1) // made on 23 November 2026
	for _, c := range []struct {
		retired time.Time
		month   backend.Month
		ok      bool
	}{
		{time.Time{}, "2026-10", false}, {time.Time{}, "2026-11", true}, {time.Time{}, "2030-01", true},
		{moment(2026, 12, 31, 23, 59, 59), "2027-01", true}, {moment(2026, 12, 31, 23, 59, 59), "2027-02", false},
		{moment(2027, 1, 1, 0, 0, 0), "2027-02", true}, {moment(2027, 1, 31, 12, 0, 0), "2027-02", true}, {moment(2027, 1, 31, 12, 0, 0), "2027-03", false},
		{moment(2026, 11, 23, 12, 0, 0), "2026-10", false}, {moment(2026, 11, 23, 12, 0, 0), "2026-11", true},
	} {
		public.Retired = c.retired
		text, _ := testPayload(key, 1, c.month, 1, 1).Sign(key)
		_, err := Verify(Keys{[]Key{public}}, text)
		var no *NotAuthentic
		if (err == nil) != c.ok || err != nil && (!errors.As(err, &no) || no.Why != "untimely") {
			t.Errorf("%s, retired %s: %v", c.month, c.retired, err)
		}
	}
}

func moment(year int, month time.Month, day, hour, minute, second int) time.Time {
	return time.Date(year, month, day, hour, minute, second, 0, backend.BuenosAires)
}

func TestSheetKeysAreChecked(t *testing.T) {
	_, one := testKey(1)
	_, two := testKey(2)
	wrong := one
	wrong.ID = two.ID
	short := one
	short.Public = short.Public[1:]
	lower := one
	lower.ID = strings.ToLower(one.ID) + "x"
	for name, keys := range map[string]Keys{"none": {}, "another's id": {[]Key{wrong}}, "a short key": {[]Key{short}},
		"one twice": {[]Key{one, two, one}}, "an id in another spelling": {[]Key{lower}}} {
		if got, err := ParseKeys([]byte(toJSON(t, keys))); err == nil || len(got.Keys) != 0 {
			t.Errorf("%s: taken", name)
		}
	}
	for _, text := range []string{"", "x", "[]", "{}", `{"keys":null}`, `{"keys":[{}]}`, `{"keys":7}`} {
		if _, err := ParseKeys([]byte(text)); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
	if got, err := ParseKeys([]byte(toJSON(t, Keys{[]Key{one, two}}))); err != nil || len(got.Keys) != 2 {
		t.Errorf("%+v, %v", got, err)
	}
	text, _ := testPayload(ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, 32)), 1, "2026-11", 1, 1).Sign(ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, 32)))
	if _, err := Verify(Keys{[]Key{short}}, text); !isWhy(err, "key") {
		t.Errorf("with a short key: %v", err)
	}
}

func toJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
