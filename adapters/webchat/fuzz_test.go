package webchat

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzMessageBody(f *testing.F) {
	for _, s := range []string{
		`{"id":"0123456789abcdef","text":"token"}`, `{"id":"0123456789abcdef","question":"q","value":"v"}`, `{"id":"0123456789abcdef","start":"token","ago":5}`,
		`{"id":"0123456789abcdef","code":"QMTM-MYZF"}`, `{"id":"0123456789abcdef","text":" "}`, `{}`, `null`, `[]`, `{"id":1}`, "\xff", `{"id":"0123456789abcdef","text":"\ud800"}`,
		`{"id":"0123456789abcdef","text":"a","text":"b"}`, `{"ID":"0123456789abcdef","Text":"a"}`, strings.Repeat("[", 10000),
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := parseMessage(body)
		if err != nil {
			return
		}
		ways := 0
		for _, s := range []string{m.Text, m.Value, m.Start, m.Code} {
			if s != "" {
				ways++
			}
		}
		if ways != 1 || (m.Question == "") != (m.Value == "") || !isID(m.ID) || m.Ago < 0 || !utf8.ValidString(m.Text+m.Value+m.Question+m.Start+m.Code) {
			t.Errorf("%q is taken as %+v", body, m)
		}
		if m.Text != "" && strings.TrimSpace(m.Text) == "" {
			t.Errorf("white space is taken as a text: %q", m.Text)
		}
		again, _ := json.Marshal(m)
		if !json.Valid(again) {
			t.Errorf("%+v cannot be written", m)
		}
	})
}
