package webchat

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// Times of polls.
const (
	holdPoll  = 20 * time.Second // less than the server's own deadline, and than proxies wait
	pollPause = 3 * time.Second  // for a page for which there is no room to wait
)

// How often the pages of one chat may ask. Eight tabs ask together when something is said.
const (
	pollBurst = 120
	pollEvery = 100 * time.Millisecond
)

// polled is the answer to a page that asks what there is, because no stream reaches it. It tells the same as a stream:
// the same numbers, in the same order.
type polled struct {
	// Chat is the tag of the chat that this browser is in.
	Chat string `json:"chat"`
	// Reset says that what the page has is not there any more: it shows Entries instead.
	Reset   bool         `json:"reset,omitempty"`
	Entries []polledItem `json:"entries"`
	// Again is after how many milliseconds the page may ask again.
	Again int64 `json:"again,omitempty"`
}

type polledItem struct {
	Seq uint64 `json:"seq"`
	shown
}

// poll tells a page what came after the last entry that it has. With wait it is held until there is something, as long as
// there is room for one more page that waits.
func (w *Web) poll(rw http.ResponseWriter, r *http.Request) {
	a, err := w.answerPoll(r)
	if err != nil {
		w.refuse(rw, r, err)
		return
	}
	rw.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(rw).Encode(a) // the browser went away
}

func (w *Web) answerPoll(r *http.Request) (polled, error) {
	id, _, err := w.chatOf(r)
	if err != nil {
		return polled{}, err
	}
	after, err := lastSeen(r)
	if err != nil {
		return polled{}, &refusal{status: http.StatusBadRequest, why: "bad_event"}
	}
	if ok, wait := w.polls.Allow(string(id)); !ok {
		return polled{}, &refusal{status: http.StatusTooManyRequests, why: "slow_down", after: wait}
	}
	chat := w.keys.name(id)
	if r.URL.Query().Get("wait") == "" {
		return w.news(r.Context(), chat, after)
	}
	l, err := w.hub.join(chat, w.opt.Address(r))
	if err != nil {
		a, err := w.news(r.Context(), chat, after)
		a.Again = pollPause.Milliseconds()
		return a, err
	}
	defer w.hub.leave(l)
	a, err := w.news(r.Context(), chat, after)
	if err != nil || a.Reset || len(a.Entries) > 0 || !w.awaits(r.Context(), l) {
		return a, err
	}
	return w.news(r.Context(), chat, after)
}

// awaits holds a poll, and returns whether there may be something now.
func (w *Web) awaits(ctx context.Context, l *listener) bool {
	end := time.NewTimer(w.hold)
	defer end.Stop()
	select {
	case <-l.more:
		return true
	case <-end.C:
	case <-w.hub.done:
	case <-ctx.Done():
	}
	return false
}

// news is what came after an entry.
func (w *Web) news(ctx context.Context, chat name, after uint64) (polled, error) {
	list, anew, err := w.history.since(ctx, chat, after)
	if err != nil {
		return polled{}, err
	}
	a := polled{Chat: w.tag(chat), Reset: anew, Entries: []polledItem{}}
	now := w.history.now()
	for i, e := range list {
		a.Entries = append(a.Entries, polledItem{e.Seq, w.show(e, now, i == len(list)-1)})
	}
	return a, nil
}
