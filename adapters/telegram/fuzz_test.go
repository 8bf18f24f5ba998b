package telegram

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"llave/adapters/besteffort"
	"llave/bot"
)

func FuzzUpdate(f *testing.F) {
	for _, raw := range []string{
		inPrivate(`"text":"token"`), inPrivate(`"photo":[]`), inGroup(`"text":"/token@llave_bot"`),
		`{"update_id":1,"callback_query":{"id":"1","from":{"id":1},"inline_message_id":"x","data":"1/q/v"}}`,
		`{"update_id":1,"callback_query":{"id":"1","from":{"id":1},"message":{"message_id":1,"date":0,"chat":{"id":1,"type":"private"}}}}`,
		`{"update_id":1,"callback_query":{"id":"1","message":null}}`,
		`{"update_id":1,"message":{"chat":{"id":1,"type":"private"},"text":"x"}}`,
		`{"update_id":1,"my_chat_member":{"chat":{"id":1,"type":"private"},"new_chat_member":null}}`,
		`{"update_id":1,"message":{"from":null,"chat":null}}`, `{"update_id":9223372036854775807}`, `{"update_id":-1}`, `null`, `[]`, `{`,
	} {
		f.Add([]byte(raw))
	}
	tg := reader(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		h, err := tg.parse(raw)
		if err != nil && strings.Contains(err.Error(), "panic") {
			t.Fatal(err)
		}
		u := h.u
		if err != nil || u.Kind == "" {
			return
		}
		if u.ID == "" || u.Chat.Native() == "" || u.Chat.Channel() != Channel {
			t.Errorf("not an update: %+v", u)
		}
		for what, s := range map[string]string{"text": u.Text, "sender": u.Sender, "what": u.Subtype, "question": u.Choice.Question, "value": u.Choice.Value, "label": u.MaskedID} {
			if !utf8.ValidString(s) || utf8.RuneCountInString(s) > bot.MaxKept+1 {
				t.Errorf("%s is not fit to be kept: %q", what, s)
			}
		}
		if utf8.RuneCountInString(u.Sender) > 64 || len(u.Choice.Question)+len(u.Choice.Value) > maxData || utf8.RuneCountInString(u.MaskedID) > 7 {
			t.Errorf("too long: %+v", u)
		}
		if u.Chat.Native()[0] == '-' && (u.Text != "" || u.Subtype != "group" && u.Kind != bot.Gone) {
			t.Logf("a negative id that says it is private: %+v", u) // Telegram's ids of people are positive
		}
		if _, err := json.Marshal(u); err != nil {
			t.Errorf("cannot be kept: %v", err)
		}
	})
}

func FuzzCallbackData(f *testing.F) {
	f.Add("ABCDEFGH", "yes", "1/Q/v")
	f.Add("", "a/b", "1//")
	f.Add("q/r", "", "2/q/v")
	f.Add("ñ", "\x00", "1/q/\xff")
	f.Fuzz(func(t *testing.T, question, value, data string) {
		c := bot.Choice{Question: question, Value: value}
		if made, ok := formatChoice(c); ok {
			if len(made) > maxData {
				t.Errorf("%d bytes", len(made))
			}
			if back, ok := parseChoice(made); !ok || back != c {
				t.Errorf("%q reads as %+v, was %+v", made, back, c)
			}
		}
		if c, ok := parseChoice(data); ok {
			if made, ok := formatChoice(c); !ok || made != data {
				t.Errorf("%q is read as %+v, which is written %q", data, c, made)
			}
		} else if c != (bot.Choice{}) {
			t.Errorf("%q is not ours and reads as %+v", data, c)
		}
	})
}

func FuzzStartPayload(f *testing.F) {
	for _, s := range []string{"", "BCDFGHJK", "token", " x ", "@llave_bot", "ñandú", "a\nb", "/start /start"} {
		f.Add(s)
	}
	tg := reader(f)
	f.Fuzz(func(t *testing.T, payload string) {
		text, _ := json.Marshal("/start " + payload)
		h, err := tg.parse([]byte(inPrivate(`"text":` + string(text))))
		if err != nil {
			t.Fatal(err)
		}
		var said string
		json.Unmarshal(text, &said)
		want := strings.TrimSpace(besteffort.Cut(said, bot.MaxKept+1)[len("/start"):])
		if h.u.Kind != bot.Started || h.u.Text != want {
			t.Errorf("%q is %s %q", payload, h.u.Kind, h.u.Text)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	tg := reader(b)
	var raws [8192][]byte // more than the channel remembers
	for i := range raws {
		raws[i] = []byte(fmt.Sprintf(`{"update_id":%d,"message":{"message_id":345,"from":{"id":41001234,"is_bot":false,"first_name":"Ana","last_name":"Gil","username":"anagil","language_code":"es"},"chat":{"id":41001234,"first_name":"Ana","last_name":"Gil","username":"anagil","type":"private"},"date":1795426800,"text":"token de juana"}}`, 817260001+i))
	}
	b.ReportAllocs()
	in := none{}
	for i := 0; b.Loop(); i++ {
		h, err := tg.parse(raws[i%len(raws)])
		if err != nil || tg.receive(b.Context(), in, h) != nil {
			b.Fatal(err)
		}
		tg.typing.Answered(h.chat)
	}
}
