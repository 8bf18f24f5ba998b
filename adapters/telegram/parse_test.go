package telegram

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"llave/adapters/besteffort"
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

func edit(rest string) string {
	return strings.Replace(inPrivate(rest), `"message":`, `"edited_message":`, 1)
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
		{"edited", strings.Replace(inPrivate(`"text":"token"`), `"message":`, `"edited_message":`, 1), "other edited token"},
		{"photo", inPrivate(`"photo":[{"file_id":"x"}],"caption":"token de juana"`), "message token de juana +photo"},
		{"words under a document", inPrivate(`"document":{},"caption":"token de juana"`), "message token de juana +document"},
		{"words under a video", inPrivate(`"video":{},"caption":"otro token"`), "message otro token +video"},
		{"words under a voice note", inPrivate(`"voice":{},"caption":"ayuda"`), "message ayuda +voice"},
		{"words under what nobody has invented yet", inPrivate(`"hologram":{},"caption":"ayuda"`), "message ayuda +unknown"},
		{"a command under a picture", inPrivate(`"photo":[],"caption":"/token@llave_bot de juana"`), "message token de juana +photo"},
		{"a picture with nothing under it", inPrivate(`"photo":[],"caption":""`), "other photo"},
		{"an album's picture", inPrivate(`"photo":[],"media_group_id":"135"`), "other photo album"},
		{"an album's picture with words", inPrivate(`"photo":[],"media_group_id":"135","caption":"token"`), "message token +photo album"},
		{"an album of another form than today", inPrivate(`"photo":[],"media_group_id":{"x":1}`), "other photo"},
		{"somebody else's words", inPrivate(`"text":"desvincular","forward_origin":{"type":"user"}`), "message desvincular forwarded"},
		{"somebody else's words, by an older server", inPrivate(`"text":"desvincular","forward_date":1795426800,"forward_from":{"id":5}`), "message desvincular forwarded"},
		{"somebody else's words under a picture", inPrivate(`"photo":[],"caption":"desvincular","forward_origin":{"type":"hidden_user"}`), "message desvincular +photo forwarded"},
		{"a forwarded command", inPrivate(`"text":"/desvincular","forward_origin":{}`), "message desvincular forwarded"},
		{"no forwarding", inPrivate(`"text":"desvincular","forward_origin":null`), "message desvincular"},
		{"an answer to a message", inPrivate(`"text":"sí","reply_to_message":{"from":{"id":70001},"text":"desvincular"}`), "message sí"},
		{"an answer with a quote", inPrivate(`"text":"sí","quote":{"text":"desvincular"},"external_reply":{"origin":{}}`), "message sí"},
		{"in a topic", inPrivate(`"text":"token","message_thread_id":77,"is_topic_message":true`), "message token in 77"},
		{"a picture in a topic", inPrivate(`"photo":[],"message_thread_id":77,"is_topic_message":true`), "other photo in 77"},
		{"an answer outside of topics", inPrivate(`"text":"token","message_thread_id":77`), "message token"},
		{"a topic of another form than today", inPrivate(`"text":"token","message_thread_id":"x7","is_topic_message":true`), "message token"},
		{"a topic that is none", inPrivate(`"text":"token","message_thread_id":-4,"is_topic_message":true`), "message token"},
		{"a live location", inPrivate(`"location":{"live_period":3600}`), "other location"},
		{"a live location moves", edit(`"location":{"latitude":1,"live_period":3600}`), ""},
		{"a live location ends", edit(`"location":{"latitude":1}`), ""},
		{"another picture", edit(`"photo":[]`), ""},
		{"a checklist is ticked", edit(`"checklist":{}`), ""},
		{"other words under a picture", edit(`"photo":[],"caption":"token"`), "other edited token"},
		{"edited in a topic", edit(`"text":"token","message_thread_id":77,"is_topic_message":true`), "other edited token in 77"},
		{"a button in a topic", `{"update_id":7,"callback_query":{"id":"9",` + from + `,"data":"1/Q/v","message":{"message_id":3,"message_thread_id":77,"is_topic_message":true,` + private + `}}}`, "pressed Q v in 77"},
		{"in a topic of a group", inGroup(`"text":"/token","message_thread_id":78,"is_topic_message":true`), "other group in 78"},
		{"by a bot that answers for the person", inPrivate(`"text":"token","sender_business_bot":{"id":5}`), ""},
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
func sum(h incoming, err error) string {
	u := h.u
	switch {
	case err != nil:
		return "error"
	case u.Kind == bot.Gone, u.Kind == "":
		return string(u.Kind)
	}
	out := string(u.Kind) + " "
	switch u.Kind {
	case bot.Other:
		out += strings.TrimSpace(u.Subtype + " " + u.Text)
	case bot.Pressed:
		out += u.Choice.Question + " " + u.Choice.Value
	default:
		if out += u.Text; u.Subtype != "" {
			out += " +" + u.Subtype
		}
	}
	if h.album != "" {
		out += " album"
	}
	if u.Forwarded {
		out += " forwarded"
	}
	if u.Thread != "" {
		out += " in " + u.Thread
	}
	return out
}

// Messages of the app itself are no messages of a person, also those of later versions.
func TestServiceMessages(t *testing.T) {
	tg := reader(t)
	for _, field := range strings.Fields(`
		pinned_message new_chat_members left_chat_member new_chat_title new_chat_photo delete_chat_photo group_chat_created
		supergroup_chat_created message_auto_delete_timer_changed migrate_to_chat_id connected_website write_access_allowed
		passport_data proximity_alert_triggered boost_added chat_background_set checklist_tasks_done checklist_tasks_added
		forum_topic_created forum_topic_edited forum_topic_closed forum_topic_reopened general_forum_topic_hidden gift unique_gift
		giveaway_created giveaway_completed users_shared chat_shared video_chat_scheduled video_chat_started video_chat_ended
		video_chat_participants_invited web_app_data successful_payment suggested_post_approved suggested_post_approval_failed
		chat_theme_changed hologram_tilted_and_closed chat_owner_left`) {
		for _, value := range []string{`{}`, `true`, `[{"id":1}]`, `"x"`, `-5`} {
			if got := sum(tg.parse([]byte(inPrivate(`"` + field + `":` + value)))); got != "" {
				t.Errorf("%s: %q", field, got)
			}
		}
	}
	for _, kind := range []string{"hologram", "paid_media", "checklist", "giveaway", "invoice"} {
		if got := sum(tg.parse([]byte(inPrivate(`"` + kind + `":{}`)))); got != "other unknown" {
			t.Errorf("%s: %q", kind, got)
		}
	}
}

// No known update makes parsing panic, so the test plants one that does.
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
		return h.u.OccurredAt
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
	if n := utf8.RuneCountInString(h.u.Text); n != bot.MaxKept+1 {
		t.Errorf("%d characters: the bot must see that it is too long, and no more", n)
	}
	if n := utf8.RuneCountInString(h.u.Sender); n > 64 {
		t.Errorf("a name of %d characters", n)
	}
	if got := besteffort.Tidy("Ana\u202e lig\x00 ", maxName); got != "Ana lig" {
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
		if sum(h, err) != want || h.u.DeepLink != "" {
			t.Errorf("%s: %q, back by %q", raw, sum(h, err), h.u.DeepLink)
		}
	}
}
