package telegram

import (
	"cmp"
	"fmt"
	"strings"
	"testing"
	"time"

	"llave/adapters/telegram/telegramtest"
	"llave/bot"
)

type fields = map[string]any

// received is what the bot was given, in a line.
func (r *harness) received() string {
	var out []string
	album := ""
	for _, u := range r.box.updates() {
		if u.Silent || u.Album != "" && u.Album == album {
			continue // the engine asks no script about it
		}
		album = cmp.Or(u.Album, album)
		out = append(out, strings.TrimSpace(string(u.Kind)+" "+u.Subtype+" "+u.Text))
	}
	return strings.Join(out, "|")
}

// pictures is how many different pictures are kept, answered or not: in an open case an agent sees them all.
func (r *harness) pictures() int {
	ids := map[string]bool{}
	for _, u := range r.box.updates() {
		ids[u.ID] = ids[u.ID] || u.Subtype == "photo"
	}
	n := 0
	for _, picture := range ids {
		if picture {
			n++
		}
	}
	return n
}

// A position that moves for an hour is told once.
func TestALiveLocationIsAnsweredOnce(t *testing.T) {
	byPollAndPush(t, func(t *testing.T, r *harness) {
		r.run()
		ana := r.srv.User(1, "Ana", "")
		ana.Writes(fields{"location": fields{"latitude": 1, "live_period": 3600}})
		for i := range 20 {
			ana.Changes(fields{"location": fields{"latitude": i, "live_period": 3600}})
			time.Sleep(time.Minute)
		}
		ana.Changes(fields{"location": fields{"latitude": 5}})
		time.Sleep(time.Minute)
		if got := r.received(); got != "other location" || r.srv.Owed() != 0 {
			t.Errorf("received %s, %d owed", got, r.srv.Owed())
		}
	})
}

// Edits that change no words are nothing; those that do come with the new words.
func TestEditsAreAnsweredOnce(t *testing.T) {
	byPollAndPush(t, func(t *testing.T, r *harness) {
		r.run()
		ana := r.srv.User(1, "Ana", "")
		ana.Writes(fields{"text": "token de jana"})
		time.Sleep(time.Minute)
		ana.Changes(fields{"text": "token de jana", "link_preview_options": fields{}})
		ana.Changes(fields{"text": "token de jana", "entities": []any{}})
		time.Sleep(time.Minute)
		if got := r.received(); got != "message  token de jana" {
			t.Errorf("received %s", got)
		}
		for _, text := range []string{"token de juana", "token de juana", "token de tomás", "token de jana"} {
			ana.Changes(fields{"text": text})
			time.Sleep(time.Minute)
		}
		ana.Writes(fields{"photo": []any{}, "caption": "token"})
		ana.Changes(fields{"photo": []any{}, "caption": "token"})
		ana.Changes(fields{"photo": []any{}})
		time.Sleep(time.Minute)
		if got := r.received(); got != "message  token de jana|other edited token de juana|other edited token de tomás|other edited token de jana|message photo token" || r.srv.Owed() != 0 {
			t.Errorf("received %s, %d owed", got, r.srv.Owed())
		}
	})
}

// An edit that the bot could not keep comes again, and is not taken for one that was answered.
func TestAnEditThatIsNotKeptComesAgain(t *testing.T) {
	byPollAndPush(t, func(t *testing.T, r *harness) {
		tries := 0
		r.box.refuse(func(u bot.Update) error {
			if u.Subtype == "edited" {
				if tries++; tries < 3 {
					return errFull
				}
			}
			return nil
		})
		r.run()
		ana := r.srv.User(1, "Ana", "")
		ana.Writes(fields{"text": "uno"})
		ana.Changes(fields{"text": "dos"})
		time.Sleep(time.Hour)
		if got := r.received(); got != "message  uno|other edited dos" || r.srv.Owed() != 0 {
			t.Errorf("received %s, %d owed", got, r.srv.Owed())
		}
	})
}

func sendAlbum(u *telegramtest.User, id string, gap time.Duration, captions ...string) {
	for _, c := range captions {
		f := fields{"photo": []any{}, "media_group_id": id}
		if c != "" {
			f["caption"] = c
		}
		u.Writes(f)
		time.Sleep(gap)
	}
}

// An album has one answer: to the words under one of its pictures, whichever it is.
func TestAnAlbumIsAnsweredOnce(t *testing.T) {
	for _, gap := range []time.Duration{0, 50 * time.Millisecond, 150 * time.Millisecond} {
		for at := range 6 { // 5: under none
			bubble(t, func(t *testing.T, r *harness) {
				r.srv.Weather(telegramtest.Weather{Repeat: 0.5})
				r.run()
				ana := r.srv.User(1, "Ana", "")
				time.Sleep(time.Minute)
				captions, want := make([]string, 5), "other photo"
				if at < 5 {
					captions[at], want = "token de juana", "message photo token de juana"
				}
				sendAlbum(ana, "135", gap, captions...)
				time.Sleep(3 * time.Second)
				if got := r.received(); got != want {
					t.Errorf("words under picture %d, %s between: received %s", at, gap, got)
				}
				ana.Says("gracias")
				sendAlbum(ana, "136", gap, captions...)
				time.Sleep(time.Minute)
				if got := r.received(); got != want+"|message  gracias|"+want || r.srv.Owed() != 0 {
					t.Errorf("words under picture %d, %s between: received %s, %d owed", at, gap, got, r.srv.Owed())
				}
				if n := r.pictures(); n != 10 {
					t.Errorf("words under picture %d, %s between: %d pictures are kept of 10", at, gap, n)
				}
			})
		}
	}
}

// By webhook the next picture comes once the one before was taken: words under the first one, where an app puts them, are
// the only answer; words under a later one are still received.
func TestAnAlbumThatIsPushed(t *testing.T) {
	for _, c := range []struct{ captions, want string }{
		{"| | | |", "other photo"},
		{"token| | | |", "message photo token"},
		{" | |token| |", "other photo|message photo token"},
	} {
		pushed(t, func(t *testing.T, r *harness) {
			r.run()
			var captions []string
			for _, text := range strings.Split(c.captions, "|") {
				captions = append(captions, strings.TrimSpace(text))
			}
			sendAlbum(r.srv.User(1, "Ana", ""), "135", 0, captions...)
			time.Sleep(time.Minute)
			if got := r.received(); got != c.want || r.srv.Owed() != 0 {
				t.Errorf("%s: received %s, %d owed", c.captions, got, r.srv.Owed())
			}
			if n := r.pictures(); n != 5 {
				t.Errorf("%s: %d pictures are kept of 5", c.captions, n)
			}
		})
	}
}

// A picture of an album that the bot could not keep comes again, and the album is still answered once.
func TestAnAlbumThatIsNotKeptComesAgain(t *testing.T) {
	for _, caption := range []string{"", "token"} {
		byPollAndPush(t, func(t *testing.T, r *harness) {
			tries := 0
			r.box.refuse(func(bot.Update) error {
				if tries++; tries < 4 {
					return errFull
				}
				return nil
			})
			r.run()
			sendAlbum(r.srv.User(1, "Ana", ""), "135", 0, caption, "", "")
			time.Sleep(time.Hour)
			if got := strings.Count(r.received(), "photo"); got != 1 || r.srv.Owed() != 0 {
				t.Errorf("received %s, %d owed", r.received(), r.srv.Owed())
			}
		})
	}
}

// What was written in a topic is answered in it, "typing…" included; a topic that is gone is not the end of the answer.
func TestTopics(t *testing.T) {
	byPollAndPush(t, func(t *testing.T, r *harness) {
		r.run()
		ana := r.srv.User(41001234, "Ana", "")
		ana.Writes(telegramtest.InTopic(77, fields{"text": "token"}))
		u := r.receives()
		time.Sleep(2 * time.Second)
		reply := tokenReply()
		reply.Thread = u.Thread
		if err := r.send(ana, reply); err != nil || last(ana).Thread != 77 || fmt.Sprint(ana.TypedIn()) != "[77]" {
			t.Errorf("%v: in %d, typing in %v", err, last(ana).Thread, ana.TypedIn())
		}
		if _, err := ana.Presses("Solo el número"); err != nil {
			t.Error(err)
		}
		if u := r.receives(); u.Kind != bot.Pressed || u.Thread != "77" {
			t.Errorf("pressed: %+v", u)
		}
		reply.File, reply.ID = &bot.File{Name: "c.png", Type: "image/png", Data: picture(t)}, "2"
		if err := r.send(ana, reply); err != nil || last(ana).Thread != 77 || last(ana).Photo == nil {
			t.Errorf("%v: a picture in %d", err, last(ana).Thread)
		}
		ana.Says("token")
		if u := r.receives(); u.Thread != "" {
			t.Errorf("outside of topics: %+v", u)
		}
		ana.ClosesTopic(77)
		if err := r.send(ana, reply); err != nil || last(ana).Thread != 0 || len(last(ana).Rows) != 2 {
			t.Errorf("after the topic is gone: %v, in %d, %+v", err, last(ana).Thread, last(ana).Rows)
		}
	})
}
