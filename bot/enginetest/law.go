package enginetest

import (
	"fmt"
	"time"
)

// Law is what may not happen.
type Law string

// The laws.
const (
	Lost        Law = "lost"          // what was said was never answered, and never taken
	Gone        Law = "gone"          // what was acknowledged was never answered
	Doubled     Law = "doubled"       // one update had the back end act twice
	Untold      Law = "untold"        // the back end made something, and nobody was told
	Invented    Law = "invented"      // something was told that the back end never made
	TwoAnswers  Law = "two answers"   // one update had two answers that differ
	Reused      Law = "reused"        // an old answer was told as a new one
	SecretTwice Law = "secret twice"  // a secret came a second time
	Overtaken   Law = "overtaken"     // an older message came behind a newer one from a process that held nothing
	OutOfOrder  Law = "out of order"  // answers came in another order than the questions
	Astray      Law = "astray"        // an answer came to a chat that had not asked for it
	Foreign     Law = "foreign"       // what was made for one chat was told in another
	Unfenced    Law = "unfenced"      // the store took a write under a fence that was not the shard's, or not the writer's
	Repeated    Law = "repeated"      // a message came twice, and nothing had happened that excuses it
	Fenced      Law = "fenced"        // a write was refused, and nothing had happened that excuses it
	Slow        Law = "slow"          // an answer took longer than it may
	GivenUp     Law = "given up"      // an update was given up, and had crashed no process
	NotAHistory Law = "not a history" // the records contradict each other, or the end is missing
)

// triesOfCrash is how many processes must have crashed before an update may be given up.
const triesOfCrash = 10

// Violation is one law that was broken.
type Violation struct {
	Law  Law
	At   time.Time
	Chat string
	ID   string // of the update, if there is one
	Text string
}

// String is a line for people.
func (v Violation) String() string {
	text := string(v.Law)
	if v.Chat != "" {
		text += " in " + v.Chat
	}
	if v.ID != "" {
		text += ", update " + v.ID
	}
	return fmt.Sprintf("%s, at %s: %s", text, v.At.Format("15:04:05.000"), v.Text)
}
