package desk

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"llave/adapters/desk/archive"
	"llave/bot"
)

// Times of a stream.
const (
	beatEvery = 10 * time.Second
	writeTime = 10 * time.Second // for one piece: who takes longer is cut, comes back and is told again
)

// changesAtOnce is how many changes are read at a time.
const changesAtOnce = 500

// events sends an open page what changes: which case, and how far. The page asks for what it does not have. The number of an
// event is that of its change: a page that comes back names the last one that it has.
func (d *Desk) events(c *call) error {
	after, err := lastEvent(c.Request)
	if err != nil {
		return unprocessable("since")
	}
	s := &stream{d: d, c: c, control: http.NewResponseController(c.rw), after: after}
	h := c.rw.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // nginx would wait for more
	c.rw.WriteHeader(http.StatusOK)
	if err := s.run(); err != nil && c.Context().Err() == nil && !errors.Is(err, errCut) {
		d.opt.Log.WarnContext(c.Context(), "desk: stream", "err", err)
	}
	return nil
}

// lastEvent is the number of the last change that the page has. The header, which a browser sets when it reconnects, is newer
// than the address.
func lastEvent(r *http.Request) (uint64, error) {
	id := r.Header.Get("Last-Event-ID")
	if id == "" {
		id = r.URL.Query().Get("after")
	}
	if id == "" {
		return 0, nil
	}
	return strconv.ParseUint(id, 10, 53)
}

// errCut: the page takes no more data, or its session has ended.
var errCut = errors.New("desk: page is gone")

// stream is the stream of one browser.
type stream struct {
	d       *Desk
	c       *call
	control *http.ResponseController
	after   uint64
	fresh   bool // the page has been told the counts
}

func (s *stream) run() error {
	beat := time.NewTicker(s.d.beat)
	defer beat.Stop()
	if err := s.beat(); err != nil {
		return err
	}
	for {
		changed := s.d.db.Changed()
		if err := s.stillIn(); err != nil {
			return err
		}
		if err := s.missed(); err != nil {
			return err
		}
		select {
		case <-changed:
		case <-beat.C:
			if err := s.beat(); err != nil {
				return err
			}
		case <-s.d.leaving:
			return nil
		case <-s.c.Context().Done():
			return nil
		}
	}
}

// beat shows the page that the connection is alive.
func (s *stream) beat() error { return s.write([]byte("event: beat\ndata:\n\n")) }

// stillIn ends the stream of a browser whose session has ended, or whose agent was disabled or has another role by now.
func (s *stream) stillIn() error {
	cookie, err := s.c.Cookie(s.d.sessions.Cookie.Name)
	if err != nil {
		return errCut
	}
	ctx, err := s.d.sessions.Load(s.c.Request.Context(), cookie.Value)
	if err != nil {
		return err
	}
	me, err := s.d.sessionAgent(ctx)
	if err != nil {
		return err
	}
	if me.ID != s.c.me.ID || me.Role != s.c.me.Role {
		return errCut
	}
	s.c.me = me
	return nil
}

// missed writes what has changed since the page was told last.
func (s *stream) missed() error {
	ctx, moved := s.c.Context(), !s.fresh
	for {
		list, lost, err := s.d.db.Changes(ctx, s.after, changesAtOnce)
		if err != nil {
			return err
		}
		if lost {
			if s.after, err = s.d.db.LastChange(ctx); err != nil {
				return err
			}
			if err := s.event("reset", s.after, struct{}{}); err != nil {
				return err
			}
			moved = true
			continue
		}
		for _, of := range byCase(list) {
			if err := s.changed(of); err != nil {
				return err
			}
			moved = true
		}
		if n := len(list); n > 0 {
			s.after = max(s.after, list[n-1].ID)
		}
		if len(list) < changesAtOnce {
			break
		}
	}
	if !moved {
		return nil
	}
	s.fresh = true
	return s.counts()
}

// caseChanges are the changes of one case, as one.
type caseChanges struct {
	caso, first uint64 // first is the lowest entry that is new or has changed; 0: none
	last        uint64 // id of the last change
	kinds       []string
}

// byCase joins the changes of each case, in the order of their last ones.
func byCase(list []archive.Change) (out []caseChanges) {
	at := map[uint64]int{}
	for _, ch := range list {
		if ch.What == archive.ChangeSeen {
			continue
		}
		i, ok := at[ch.Case]
		if !ok {
			i = len(out)
			at[ch.Case] = i
			out = append(out, caseChanges{caso: ch.Case})
		}
		of := &out[i]
		of.last, of.kinds = ch.ID, append(of.kinds, ch.What)
		if ch.N > 0 && (of.first == 0 || ch.N < of.first) {
			of.first = ch.N
		}
	}
	slices.SortFunc(out, func(a, b caseChanges) int { return cmp.Compare(a.last, b.last) })
	return out
}

// changed tells the page of one case: its row, how far its conversation goes, and whether that rings.
func (s *stream) changed(of caseChanges) error {
	got, err := s.d.db.Case(s.c.Context(), of.caso, s.c.me.ID)
	if errors.Is(err, archive.ErrNotFound) {
		return s.event("gone", of.last, map[string]any{"id": of.caso})
	}
	if err != nil {
		return err
	}
	now := s.d.now()
	if err := s.row(of, got, now); err != nil {
		return err
	}
	if err := s.ring(of, got); err != nil {
		return err
	}
	return s.event("case", of.last, map[string]any{"case": of.caso, "n": of.first, "last": got.Last, "epoch": got.Epoch, "state": string(got.State)})
}

func (s *stream) row(of caseChanges, got archive.Case, now time.Time) error {
	v := s.d.row(got.Row, s.c.me.ID, now)
	if !got.Open() {
		return s.event("gone", 0, map[string]any{"id": of.caso})
	}
	tabs := []string{string(archive.TabAll)}
	switch {
	case v.Free:
		tabs = append(tabs, string(archive.TabFree))
	case v.Mine:
		tabs = append(tabs, string(archive.TabMine))
	}
	var html strings.Builder
	if err := s.d.pages.ExecuteTemplate(&html, "fila", v); err != nil {
		return err
	}
	return s.event("row", 0, map[string]any{"id": of.caso, "tabs": tabs, "html": html.String()})
}

// ring rings for a case that is in the queue anew, and for what the affiliate says in a case of the agent's. What was taken or
// answered stops.
func (s *stream) ring(of caseChanges, got archive.Case) error {
	if !acting.has(s.c.me.Role) {
		return nil
	}
	own := mine(got.Case, s.c.me.ID)
	for _, kind := range of.kinds {
		switch bot.EntryKind(kind) {
		case bot.EntryOpened, bot.EntryReopened, bot.EntryReleased, bot.EntryUnowned:
			if got.State == bot.CaseQueued {
				return s.event("ring", 0, map[string]any{"case": of.caso, "why": "new"})
			}
		case bot.EntryDelayed:
			if got.State == bot.CaseQueued && s.c.me.Role == bot.RoleSupervisor {
				return s.event("ring", 0, map[string]any{"case": of.caso, "why": "late"})
			}
		case bot.EntrySaid, bot.EntryTransferred:
			if own {
				return s.event("ring", 0, map[string]any{"case": of.caso, "why": "mine"})
			}
		}
	}
	if got.State != bot.CaseQueued && !(own && got.DeskTurn) {
		return s.event("ring", 0, map[string]any{"case": of.caso, "stop": true})
	}
	return nil
}

func (s *stream) counts() error {
	f, err := s.d.db.Front(s.c.Context(), s.c.me.ID)
	if err != nil {
		return err
	}
	next, pulse := s.d.nextInLine(f)
	return s.event("counts", 0, map[string]any{"free": f.Free, "mine": f.Mine, "all": f.All, "next": next, "pulse": pulse})
}

// event writes one event. Only the last event of a case has a number: a page that was cut off in between is told the case anew.
func (s *stream) event(name string, id uint64, data any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return err
	}
	piece := fmt.Appendf(nil, "event: %s\ndata: %s\n\n", name, raw)
	if id > 0 {
		piece = append(fmt.Appendf(nil, "id: %d\n", id), piece...)
		s.after = max(s.after, id)
	}
	return s.write(piece)
}

// write sends one piece, in bounded time: the server's own deadline is for answers that end.
func (s *stream) write(piece []byte) error {
	if err := s.control.SetWriteDeadline(time.Now().Add(writeTime)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := s.c.rw.Write(piece); err != nil {
		return errCut
	}
	if err := s.control.Flush(); err != nil {
		return errCut
	}
	return nil
}
