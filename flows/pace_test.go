package flows

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"llave/bot"
)

// pacedChat is a linked chat whose messages come at times that a test chooses.
type pacedChat struct {
	t   *testing.T
	sc  *Script
	s   bot.Session
	now time.Time
	n   int
	// busy says that each message comes before the reply to the one before.
	busy bool
}

func newPacedChat(t *testing.T) *pacedChat {
	return &pacedChat{t: t, sc: newScript(t), s: bot.Session{V: version, Data: &memory{Cred: "c", Group: familyOfMaria, Self: "1"}},
		now: time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)}
}

// gets sends an update so long after the one before, and reports whether it gets a reply.
func (c *pacedChat) gets(after time.Duration, u bot.Update) bool {
	c.t.Helper()
	c.n++
	c.now = c.now.Add(after)
	u.ID = fmt.Sprint(c.n)
	d, err := c.sc.Decide(c.s, bot.Input{Accepted: bot.Accepted{Update: u, Now: c.now, Seed: "SEEDSEEDSEED", Settled: !c.busy}})
	if err != nil {
		c.t.Fatal(err)
	}
	c.s = d.Session
	return len(d.Replies) > 0 || d.Effect != nil
}

func (c *pacedChat) text(after time.Duration, text string) bool {
	c.t.Helper()
	return c.gets(after, bot.Update{Kind: bot.Message, Text: text})
}

// answered sends texts at an interval, and counts the replies.
func (c *pacedChat) answered(n int, apart time.Duration, text func(int) string) (answers int) {
	c.t.Helper()
	for i := range n {
		if c.text(apart, text(i)) {
			answers++
		}
	}
	return answers
}

func varied(i int) string {
	return []string{"hola", "gracias por su mensaje", "menú", "buenas", "dígame", "ya le respondo", "chau"}[i%7] + strings.Repeat("!", i/7)
}

func TestAnAutomaticPeerIsLeftAlone(t *testing.T) {
	long := func(int) string { return strings.Repeat("le agradecemos su paciencia ", 6) }
	for _, c := range []struct {
		name    string
		apart   time.Duration
		text    func(int) string
		answers int // the last one says why there are no more
	}{
		{"the same words", time.Second, func(int) string { return "En breve lo atenderemos" }, 9},
		{"in whatever words", time.Second, varied, 21},
		{"more slowly, but more than a person can write", 8 * time.Second, func(i int) string { return long(i) + fmt.Sprint(i) }, 21},
		{"a person in a hurry", 4 * time.Second, varied, 100},
		{"a person who says the same again and again", 31 * time.Second, func(int) string { return "menú" }, 100},
		{"many lines at once", 20 * time.Millisecond, varied, 100},
		{"before the answer is there", time.Second, varied, 100},
	} {
		t.Run(c.name, func(t *testing.T) {
			chat := newPacedChat(t)
			chat.busy = strings.HasPrefix(c.name, "before")
			if got := chat.answered(100, c.apart, c.text); got != c.answers {
				t.Errorf("%d of 100 messages answered, want %d", got, c.answers)
			}
		})
	}
}

func TestWhoIsTakenForAnAutomaticPeerHasWaysBack(t *testing.T) {
	muted := func() *pacedChat {
		c := newPacedChat(t)
		c.answered(40, time.Second, varied)
		if c.text(time.Second, "menú") {
			t.Fatal("not left alone")
		}
		return c
	}
	if c := muted(); !c.text(time.Second, "quiero hablar con una persona") || c.text(time.Second, "menú") {
		t.Error("asking for a person is answered, and nothing else")
	}
	if c := muted(); !c.gets(time.Second, bot.Update{Kind: bot.Pressed, Choice: bot.Choice{Value: "menu"}}) || !c.text(time.Second, "menú") {
		t.Error("a press is no machine's")
	}
	byNumber := muted()
	if first, second := byNumber.text(time.Second, "1"), byNumber.text(time.Second, "1"); !first || second {
		t.Error("the number of an option is answered once")
	}
	c := muted()
	for range 2 {
		if c.text(4*time.Minute, "menú") {
			t.Error("answered without five minutes of quiet")
		}
	}
	if !c.text(5*time.Minute, "menú") || c.answered(10, time.Second, varied) != 10 {
		t.Error("not answered after five minutes of quiet")
	}
	c = muted()
	c.s.State, c.s.Data.(*memory).Link.Invite, c.s.Data.(*memory).Question = "link.code", "i", "q"
	if !c.text(time.Second, "BCDF-GHJK") {
		t.Error("a linking code is answered")
	}
}

// Every message through a pipe gets a reply.
func TestNothingIsConcludedFromAPipe(t *testing.T) {
	c := newPacedChat(t)
	for i := range 100 {
		d, err := c.sc.Decide(c.s, bot.Input{Accepted: bot.Accepted{Update: bot.Update{ID: fmt.Sprint(i), Kind: bot.Message, Text: "menú"}, Now: c.now.Add(time.Duration(i) * time.Second), Seed: "SEEDSEEDSEED", Settled: true, Unpaced: true}})
		if err != nil || len(d.Replies) != 1 {
			t.Fatalf("line %d: %d replies, %v", i, len(d.Replies), err)
		}
		c.s = d.Session
	}
}
