package main

import (
	"fmt"
	"io"
	"time"
)

// channelState is how a channel stands, as the page says that tells whether the program is ready. It does not decide that:
// the other channels work without it.
type channelState struct {
	channel, state string
	code           int // of the last refusal; zero if there was none
	since, until   time.Time
	advice         string // what the operator should do
}

func (c channelState) print(w io.Writer) {
	fmt.Fprintf(w, "%s: %s", c.channel, c.state)
	if c.code != 0 {
		fmt.Fprintf(w, " (%d)", c.code)
	}
	fmt.Fprintf(w, " desde %s", localTime(c.since, "02/01 15:04"))
	if !c.until.IsZero() {
		fmt.Fprintf(w, " hasta %s", localTime(c.until, "02/01 15:04"))
	}
	fmt.Fprintf(w, ". %s\n", c.advice)
}
