package webchat

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// Times of polls.
const (
	pollHoldTime = 20 * time.Second // less than the server's own deadline, and than proxies wait
	pollPause    = 3 * time.Second  // for a page for which there is no room to wait
)

// How often the pages of one chat may ask. Eight tabs ask together after each entry.
const (
	pollBurst = 120
	pollEvery = 100 * time.Millisecond
)

// pollAnswer is the answer to a page without a stream. It has the same entries, with the same numbers, in the same
// order.
type pollAnswer struct {
	// Chat is the tag of the chat that this browser is in.
	Chat string `json:"chat"`
	// Reset says that the last entry of the page is not there any more: the page shows Entries instead.
	Reset   bool        `json:"reset,omitempty"`
	Entries []pollEntry `json:"entries"`
	// Typing says that an agent writes.
	Typing bool `json:"typing,omitempty"`
	// Again is after how many milliseconds the page may ask again.
	Again int64 `json:"again,omitempty"`
}

type pollEntry struct {
	Seq uint64 `json:"seq"`
	pageEntry
}

// poll sends a page the entries after the last one that it has. With wait it is held until there are some, if one more
// page may wait.
func (w *Web) poll(rw http.ResponseWriter, r *http.Request) {
	a, err := w.answerPoll(r)
	if err != nil {
		w.refuse(rw, r, err)
		return
	}
	rw.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(rw).Encode(a) // the browser went away
}

func (w *Web) answerPoll(r *http.Request) (pollAnswer, error) {
	id, _, err := w.chatOf(r)
	if err != nil {
		return pollAnswer{}, err
	}
	after, err := lastSeen(r)
	if err != nil {
		return pollAnswer{}, &requestError{status: http.StatusBadRequest, why: "bad_event"}
	}
	if ok, wait := w.polls.Allow(string(id)); !ok {
		return pollAnswer{}, &requestError{status: http.StatusTooManyRequests, why: "slow_down", after: wait}
	}
	chat := w.keys.name(id)
	if r.URL.Query().Get("wait") == "" {
		return w.missed(r.Context(), chat, after)
	}
	l, err := w.hub.join(chat, w.opt.Address(r))
	if err != nil {
		a, err := w.missed(r.Context(), chat, after)
		a.Again = pollPause.Milliseconds()
		return a, err
	}
	defer w.hub.leave(l)
	a, err := w.missed(r.Context(), chat, after)
	if err != nil || a.Reset || len(a.Entries) > 0 {
		return a, err
	}
	more, typing := w.holdPoll(r.Context(), l)
	if more {
		a, err = w.missed(r.Context(), chat, after)
	}
	a.Typing = typing
	return a, err
}

// holdPoll waits, and reports whether there may be new entries, or an agent writes.
func (w *Web) holdPoll(ctx context.Context, l *listener) (more, typing bool) {
	end := time.NewTimer(w.pollHold)
	defer end.Stop()
	select {
	case <-l.more:
		return true, false
	case <-l.typing:
		return false, true
	case <-end.C:
	case <-w.hub.done:
	case <-ctx.Done():
	}
	return false, false
}

// missed are the entries after a number.
func (w *Web) missed(ctx context.Context, chat name, after uint64) (pollAnswer, error) {
	list, reset, err := w.history.since(ctx, chat, after)
	if err != nil {
		return pollAnswer{}, err
	}
	a := pollAnswer{Chat: w.tag(chat), Reset: reset, Entries: []pollEntry{}}
	now := w.now()
	for i, e := range list {
		a.Entries = append(a.Entries, pollEntry{e.Seq, w.render(e, now, i == len(list)-1)})
	}
	return a, nil
}
