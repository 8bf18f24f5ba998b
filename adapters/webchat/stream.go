package webchat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Times of a stream.
const (
	beatEvery = 25 * time.Second // proxies cut what is silent for a minute
	writeTime = 10 * time.Second // for one piece: who takes longer is cut, comes back and is told again
)

// stream sends an open page its entries, and then the new ones. The number of an event is that of its entry: a page
// that comes back names the last one that it has.
func (w *Web) stream(rw http.ResponseWriter, r *http.Request) {
	chat, _, err := w.chatOf(r)
	if err != nil {
		w.refuse(rw, r, err)
		return
	}
	after, err := lastSeen(r)
	if err != nil {
		w.refuse(rw, r, &requestError{status: http.StatusBadRequest, why: "bad_event"})
		return
	}
	l, err := w.hub.join(w.keys.name(chat), w.opt.Address(r))
	if err != nil {
		w.refuse(rw, r, noStream(err))
		return
	}
	defer w.hub.leave(l)
	s := &pageStream{w: w, listener: l, out: rw, control: http.NewResponseController(rw), after: after}
	s.open()
	if err := s.run(r.Context()); err != nil && r.Context().Err() == nil && !errors.Is(err, errCut) {
		w.opt.Log.WarnContext(r.Context(), "webchat: stream", "err", err)
	}
}

// noStream is the answer to a page that may not have a stream now. It polls.
func noStream(err error) *requestError {
	no := &requestError{status: http.StatusServiceUnavailable, why: "too_many_pages", after: 30 * time.Second}
	if errors.Is(err, errCrowded) {
		no.status = http.StatusTooManyRequests
	}
	return no
}

// lastSeen is the number of the last event that the page has, 0 if it has none. The header, which a browser sets when
// it reconnects, is newer than the address.
func lastSeen(r *http.Request) (uint64, error) {
	if id := r.Header.Get("Last-Event-ID"); id != "" {
		return parseEventID(id)
	}
	return parseEventID(r.URL.Query().Get("after"))
}

var errEventID = errors.New("webchat: not the number of an event")

// parseEventID reads a number in the form in which we write it. The empty one is 0. Numbers stay below 2^53, beyond
// which JavaScript cannot count.
func parseEventID(s string) (uint64, error) {
	if s == "" || s == "0" {
		return 0, nil
	}
	n, err := strconv.ParseUint(s, 10, 53)
	if err != nil || strconv.FormatUint(n, 10) != s {
		return 0, errEventID
	}
	return n, nil
}

// errCut: the page takes no more data.
var errCut = errors.New("webchat: page is gone")

// pageStream is the stream of one open page.
type pageStream struct {
	w        *Web
	listener *listener
	out      http.ResponseWriter
	control  *http.ResponseController
	after    uint64
	caughtUp bool // that it has everything
}

// open sends the header.
func (s *pageStream) open() {
	h := s.out.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // nginx would wait for more
	s.out.WriteHeader(http.StatusOK)
}

func (s *pageStream) run(ctx context.Context) error {
	// At once, so that a page behind a proxy that holds answers back notices it, and polls.
	if err := s.write([]byte("event: hello\ndata:\n\n")); err != nil {
		return err
	}
	beat := time.NewTicker(s.w.beat)
	defer beat.Stop()
	for err := s.writeMissed(ctx); ; {
		if err != nil {
			return err
		}
		select {
		case <-s.listener.more:
			err = s.writeMissed(ctx)
		case <-s.listener.typing:
			err = s.write([]byte("event: typing\ndata:\n\n"))
		case <-beat.C:
			// The comment is for proxies; the event, which carries nothing, shows the page that the connection is alive.
			err = s.write([]byte(":\nevent: beat\ndata:\n\n"))
		case <-s.w.hub.done:
			return nil
		case <-ctx.Done():
			return nil
		}
	}
}

// writeMissed writes the entries that the page has not seen.
func (s *pageStream) writeMissed(ctx context.Context) error {
	list, reset, err := s.w.history.since(ctx, s.listener.chat, s.after)
	if err != nil {
		return err
	}
	if reset { // what it has is not there any more
		s.after = 0
		if err := s.write([]byte("event: reset\ndata:\n\n")); err != nil {
			return err
		}
	}
	for i, e := range list {
		if err := s.entry(e, i == len(list)-1); err != nil {
			return err
		}
	}
	if s.caughtUp {
		return nil
	}
	s.caughtUp = true
	return s.write(fmt.Appendf(nil, "event: ready\ndata: %s\n\n", s.w.tag(s.listener.chat)))
}

func (s *pageStream) entry(e entry, last bool) error {
	data, err := json.Marshal(s.w.render(e, s.w.now(), last))
	if err != nil {
		return fmt.Errorf("webchat: event: %w", err)
	}
	if err := s.write(fmt.Appendf(nil, "id: %d\ndata: %s\n\n", e.Seq, data)); err != nil {
		return err
	}
	s.after = e.Seq
	return nil
}

// write sends one piece, in bounded time: the server's own deadline is for answers that end.
func (s *pageStream) write(piece []byte) error {
	if err := s.control.SetWriteDeadline(time.Now().Add(s.w.writeTimeout)); err != nil {
		return err
	}
	if _, err := s.out.Write(piece); err != nil {
		return errCut
	}
	if err := s.control.Flush(); err != nil {
		return errCut
	}
	return nil
}
