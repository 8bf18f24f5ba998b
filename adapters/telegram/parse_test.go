package telegram

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"llave/bot"
)

// reader is a channel that is only asked to read.
func reader(t testing.TB) *Telegram {
	t.Helper()
	tg, err := New(Options{Token: "70001:TEST_token-of-a-bot-that-is-not-there"})
	if err != nil {
		t.Fatal(err)
	}
	name := "llave_bot"
	tg.name.Store(&name)
	return tg
}

const (
	private = `"chat":{"id":41001234,"type":"private"}`
	from    = `"from":{"id":41001234,"is_bot":false,"first_name":"Ana","last_name":"Gil"}`
	group   = `"chat":{"id":-10055,"type":"supergroup","title":"Familia"}`
)

func inPrivate(rest string) string {
	return `{"update_id":7,"message":{"message_id":3,"date":1795426800,` + private + `,` + from + `,` + rest + `}}`
}

func inGroup(rest string) string {
	return `{"update_id":7,"message":{"message_id":3,"date":1795426800,` + group + `,` + from + `,` + rest + `}}`
}

func TestUpdates(t *testing.T) {
	tg := reader(t)
	for _, c := range []struct{ name, raw, want string }{
		{"text", inPrivate(`"text":"token de juana"`), "message token de juana"},
		{"start", inPrivate(`"text":"/start"`), "started "},
		{"start with a payload", inPrivate(`"text":"/start BCDF-GHJK"`), "started BCDF-GHJK"},
		{"start in capitals, with a name", inPrivate(`"text":"/START@llave_bot  token "`), "started token"},
		{"start and a text", inPrivate(`"text":"/start quiero\nun token"`), "started quiero\nun token"},
		{"no start", inPrivate(`"text":"/starting"`), "message starting"},
		{"command", inPrivate(`"text":"/token"`), "message token"},
		{"command with words", inPrivate(`"text":"/otro_token@llave_bot de juana"`), "message otro token de juana"},
		{"a path is no command", inPrivate(`"text":"/home/ana"`), "message /home/ana"},
		{"a slash is no command", inPrivate(`"text":"/ y"`), "message / y"},
		{"an accent is no command", inPrivate(`"text":"/menú"`), "message /menú"},
		{"edited", strings.Replace(inPrivate(`"text":"token"`), `"message":`, `"edited_message":`, 1), "other edited"},
		{"photo", inPrivate(`"photo":[{"file_id":"x"}],"caption":"token"`), "other photo"},
		{"voice", inPrivate(`"voice":{}`), "other voice"},
		{"audio", inPrivate(`"audio":{}`), "other audio"},
		{"video", inPrivate(`"video":{}`), "other video"},
		{"video note", inPrivate(`"video_note":{}`), "other video_note"},
		{"sticker", inPrivate(`"sticker":{}`), "other sticker"},
		{"animation comes with a document", inPrivate(`"document":{},"animation":{}`), "other animation"},
		{"document", inPrivate(`"document":{}`), "other document"},
		{"contact", inPrivate(`"contact":{"phone_number":"+54"}`), "other contact"},
		{"location", inPrivate(`"location":{}`), "other location"},
		{"venue comes with a location", inPrivate(`"location":{},"venue":{}`), "other venue"},
		{"poll", inPrivate(`"poll":{}`), "other poll"},
		{"dice", inPrivate(`"dice":{}`), "other dice"},
		{"game", inPrivate(`"game":{}`), "other game"},
		{"story", inPrivate(`"story":{}`), "other story"},
		{"what nobody has invented yet", inPrivate(`"hologram":{}`), "other unknown"},
		{"a field of another form than today", inPrivate(`"photo":7`), "other photo"},
		{"pinned by the app", inPrivate(`"pinned_message":{}`), ""},
		{"from a bot", strings.Replace(inPrivate(`"text":"token"`), `"is_bot":false`, `"is_bot":true`, 1), ""},
		{"through a bot", inPrivate(`"text":"token","via_bot":{"id":5}`), ""},
		{"in a channel's name", inPrivate(`"text":"token","sender_chat":{"id":-5}`), ""},
		{"by somebody else", strings.Replace(inPrivate(`"text":"token"`), `"from":{"id":41001234`, `"from":{"id":99`, 1), ""},
		{"by nobody", `{"update_id":7,"message":{"text":"token",` + private + `}}`, ""},

		{"group, talk", inGroup(`"text":"token de juana"`), ""},
		{"group, command", inGroup(`"text":"/token"`), "other group"},
		{"group, command for this bot", inGroup(`"text":"/token@LLAVE_bot de juana"`), "other group"},
		{"group, command for another bot", inGroup(`"text":"/token@otro_bot"`), ""},
		{"group, start with a code", inGroup(`"text":"/start@llave_bot BCDFGHJK"`), "other group"},
		{"group, named", inGroup(`"text":"che @Llave_Bot, dame el token"`), "other group"},
		{"group, another is named", inGroup(`"text":"che @llave_bot2, dame el token"`), ""},
		{"group, named below a picture", inGroup(`"photo":[],"caption":"@llave_bot"`), "other group"},
		{"group, picture", inGroup(`"photo":[]`), ""},
		{"group, reply to the bot", inGroup(`"text":"token","reply_to_message":{"from":{"id":70001,"is_bot":true}}`), "other group"},
		{"group, reply to another", inGroup(`"text":"token","reply_to_message":{"from":{"id":70002,"is_bot":true}}`), ""},
		{"group, edited", strings.Replace(inGroup(`"text":"/token"`), `"message":`, `"edited_message":`, 1), ""},
		{"group, button", `{"update_id":7,"callback_query":{"id":"9",` + from + `,"data":"1/Q/v","message":{"message_id":3,` + group + `}}}`, ""},
		{"channel", `{"update_id":7,"message":{"message_id":3,"chat":{"id":-5,"type":"channel"},"text":"/token"}}`, ""},
		{"channel post", `{"update_id":7,"channel_post":{"message_id":3,"chat":{"id":-5,"type":"channel"},"text":"/token"}}`, ""},
		{"what was not asked for", `{"update_id":7,"chat_boost":{}}`, ""},

		{"button", `{"update_id":7,"callback_query":{"id":"9",` + from + `,"data":"1/Q/v","message":{"message_id":3,"date":5,` + private + `}}}`, "pressed Q v"},
		{"button of an old message", `{"update_id":7,"callback_query":{"id":"9",` + from + `,"data":"1/Q/v","message":{"message_id":3,"date":0,` + private + `}}}`, "pressed Q v"},
		{"button that is not ours", `{"update_id":7,"callback_query":{"id":"9",` + from + `,"data":"token","message":{"message_id":3,` + private + `}}}`, "pressed  "},
		{"button without data", `{"update_id":7,"callback_query":{"id":"9",` + from + `,"message":{"message_id":3,` + private + `}}}`, "pressed  "},
		{"button of an inline message", `{"update_id":7,"callback_query":{"id":"9",` + from + `,"inline_message_id":"x","data":"1/Q/v"}}`, ""},
		{"button pressed by somebody else", `{"update_id":7,"callback_query":{"id":"9","from":{"id":8},"data":"1/Q/v","message":{"message_id":3,` + private + `}}}`, ""},
		{"button pressed by nobody", `{"update_id":7,"callback_query":{"id":"9","data":"1/Q/v","message":{"message_id":3,` + private + `}}}`, ""},

		{"blocked", `{"update_id":7,"my_chat_member":{` + private + `,` + from + `,"new_chat_member":{"status":"kicked"}}}`, "gone"},
		{"let in again", `{"update_id":7,"my_chat_member":{` + private + `,` + from + `,"new_chat_member":{"status":"member"}}}`, ""},
		{"taken into a group", `{"update_id":7,"my_chat_member":{` + group + `,` + from + `,"new_chat_member":{"status":"member"}}}`, "other group"},
		{"thrown out of a group", `{"update_id":7,"my_chat_member":{` + group + `,` + from + `,"new_chat_member":{"status":"kicked"}}}`, ""},

		{"no id", `{"message":{}}`, "error"},
		{"no JSON", `{`, "error"},
		{"a list", `[]`, "error"},
		{"null", `null`, "error"},
		{"text of another type", inPrivate(`"text":7`), "error"},
	} {
		h, err := tg.parse([]byte(c.raw))
		if got := sum(h, err); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if err == nil && h.u.Kind != "" && h.u.ID != "7" {
			t.Errorf("%s: id %q", c.name, h.u.ID)
		}
	}
}

// sum is an update in a line.
func sum(h heard, err error) string {
	u := h.u
	switch {
	case err != nil:
		return "error"
	case u.Kind == bot.Other:
		return "other " + u.What
	case u.Kind == bot.Pressed:
		return "pressed " + u.Choice.Question + " " + u.Choice.Value
	case u.Kind == bot.Gone, u.Kind == "":
		return string(u.Kind)
	}
	return string(u.Kind) + " " + u.Text
}

// Nothing that anybody sends makes reading panic, as far as anybody knows: here nobody reads.
func TestAPanicIsAnError(t *testing.T) {
	var nobody *Telegram
	if h, err := nobody.parse([]byte(inPrivate(`"text":"token"`))); err == nil || h.id != 7 || h.u.Kind != "" {
		t.Errorf("%+v %v", h, err)
	}
}

func TestEveryPressIsAnswered(t *testing.T) {
	tg := reader(t)
	for _, raw := range []string{
		`{"update_id":7,"callback_query":{"id":"9",` + from + `,"data":"1/Q/v","message":{"message_id":3,` + private + `}}}`,
		`{"update_id":7,"callback_query":{"id":"9",` + from + `,"inline_message_id":"x"}}`,
		`{"update_id":7,"callback_query":{"id":"9"}}`,
		`{"update_id":7,"callback_query":{"id":"9",` + from + `,"message":{"message_id":3,` + group + `}}}`,
	} {
		if h, err := tg.parse([]byte(raw)); err != nil || h.press == nil || h.press.query != "9" {
			t.Errorf("%s: %+v %v", raw, h.press, err)
		}
	}
}

func TestHours(t *testing.T) {
	tg := reader(t)
	at := func(raw string) time.Time {
		h, err := tg.parse([]byte(raw))
		if err != nil {
			t.Fatal(err)
		}
		return h.u.Said
	}
	if got := at(inPrivate(`"text":"x"`)); !got.Equal(time.Unix(1795426800, 0)) {
		t.Errorf("a message was said at %v", got)
	}
	if got := at(`{"update_id":7,"callback_query":{"id":"9",` + from + `,"data":"1/Q/v","message":{"message_id":3,"date":1795426800,` + private + `}}}`); !got.IsZero() {
		t.Errorf("a press is dated %v, like the message that holds the button", got)
	}
	for _, bad := range []string{"0", "-5", "99999999999999999"} {
		got := at(strings.Replace(inPrivate(`"text":"x"`), "1795426800", bad, 1))
		if _, err := json.Marshal(got); err != nil || !got.IsZero() {
			t.Errorf("date %s is %v: %v", bad, got, err)
		}
	}
}

func TestTextsAreBounded(t *testing.T) {
	tg := reader(t)
	long := strings.Repeat("ñ", 5000)
	h, err := tg.parse([]byte(strings.Replace(inPrivate(`"text":"`+long+`"`), "Ana", long, 1)))
	if err != nil {
		t.Fatal(err)
	}
	if n := utf8.RuneCountInString(h.u.Text); n != bot.MaxText+1 {
		t.Errorf("%d characters: the bot must see that it is too long, and no more", n)
	}
	if n := utf8.RuneCountInString(h.u.Sender); n > 64 {
		t.Errorf("a name of %d characters", n)
	}
	if got := name("Ana\u202e lig\x00 "); got != "Ana lig" {
		t.Errorf("a name that turns around what follows: %q", got)
	}
}

// Until the bot's name is known there is no way back, and no guess at one.
func TestNoWayBackWithoutAName(t *testing.T) {
	tg, err := New(Options{Token: "70001:TEST_token-of-a-bot-that-is-not-there"})
	if err != nil {
		t.Fatal(err)
	}
	for raw, want := range map[string]string{inPrivate(`"text":"token"`): "message token", inGroup(`"text":"/token@llave_bot"`): "", inGroup(`"text":"@llave_bot"`): ""} {
		h, err := tg.parse([]byte(raw))
		if sum(h, err) != want || h.u.Back != "" {
			t.Errorf("%s: %q, back by %q", raw, sum(h, err), h.u.Back)
		}
	}
}
