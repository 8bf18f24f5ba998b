package telegramtest

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// pending is an update.
type pending struct {
	id   int64
	chat int64
	raw  json.RawMessage
}

// enqueue has an update delivered. The lock is held.
func (s *Server) enqueue(chat int64, kind string, body map[string]any) int64 {
	if s.allowed != nil && !s.allowed[kind] {
		return 0
	}
	s.lastID++
	raw, _ := json.Marshal(map[string]any{"update_id": s.lastID, kind: body})
	s.put(&pending{s.lastID, chat, raw})
	return s.lastID
}

func (s *Server) put(p *pending) {
	s.queue = append(s.queue, p)
	s.change()
	s.pushAll()
}

// Inject delivers an update as it is, with an id of its own: make is given the id.
func (s *Server) Inject(make func(id int64) string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastID++
	s.put(&pending{s.lastID, 0, json.RawMessage(make(s.lastID))})
	return s.lastID
}

// Owed is how many updates were not confirmed.
func (s *Server) Owed() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.queue)
}

func (s *Server) allow(q query) {
	var kinds []string
	if json.Unmarshal([]byte(q.String("allowed_updates")), &kinds) != nil {
		return // left out: stays as it was
	}
	s.allowed = map[string]bool{}
	for _, k := range kinds {
		s.allowed[k] = true
	}
	if len(kinds) == 0 {
		s.allowed = nil
	}
}

func (s *Server) getUpdates(ctx context.Context, q query) (any, *errorAnswer) {
	s.mu.Lock()
	if s.hook != nil {
		s.mu.Unlock()
		return nil, refuse(409, "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
	}
	if s.poller != nil {
		close(s.poller)
	}
	mine := make(chan struct{})
	s.poller = mine
	s.allow(q)
	s.confirm(q.Int("offset"))
	s.change()
	s.mu.Unlock()
	defer s.done(mine)
	limit := int(q.Int("limit"))
	if limit < 1 || limit > 100 {
		limit = 100
	}
	late := time.NewTimer(s.patience(q))
	defer late.Stop()
	for {
		batch, changed := s.batch(limit)
		if len(batch) > 0 {
			return batch, nil
		}
		select {
		case <-changed:
		case <-late.C:
			return []json.RawMessage{}, nil
		case <-mine:
			if url, _ := s.Webhook(); url != "" {
				return nil, refuse(409, "terminated by setWebhook request")
			}
			return nil, refuse(409, "terminated by other getUpdates request; make sure that only one bot instance is running")
		case <-ctx.Done():
			return nil, refuse(400, "gone")
		case <-s.ctx.Done():
			return nil, &errorAnswer{code: 502, text: "Bad Gateway"}
		}
	}
}

func (s *Server) patience(q query) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.impatient {
		return 0
	}
	return time.Duration(min(q.Int("timeout"), 50)) * time.Second
}

func (s *Server) done(mine chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.poller == mine {
		s.poller = nil
	}
}

// confirm forgets the updates below offset; by chance one comes again.
func (s *Server) confirm(offset int64) {
	if offset < 0 {
		s.queue = s.queue[max(len(s.queue)+int(offset), 0):]
		return
	}
	s.queue = slices.DeleteFunc(s.queue, func(p *pending) bool {
		if p.id < offset && s.chance(s.weather.Repeat) {
			s.again = append(s.again, p)
		}
		return p.id < offset
	})
}

func (s *Server) batch(limit int) ([]json.RawMessage, chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []json.RawMessage
	for _, p := range s.again {
		out = append(out, p.raw)
	}
	s.again = nil
	for _, p := range s.queue {
		if len(out) < limit {
			out = append(out, p.raw)
		}
	}
	return out, s.changed
}

// hook is a webhook.
type hook struct {
	url, secret string
	busy        map[int64]bool // chats of which an update is on its way
}

var secretShape = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)

func (s *Server) setWebhook(q query) *errorAnswer {
	url := q.String("url")
	if !strings.HasPrefix(url, "http") {
		return refuse(400, "bad webhook: An HTTPS URL must be provided for webhook")
	}
	if secret := q.String("secret_token"); secret != "" && !secretShape.MatchString(secret) {
		return refuse(400, "secret token contains unallowed characters")
	}
	if q.String("max_connections") != "" && (q.Int("max_connections") < 1 || q.Int("max_connections") > 100) {
		return refuse(400, "max_connections out of range")
	}
	s.allow(q)
	if q.String("drop_pending_updates") == "true" {
		s.queue = nil
	}
	s.hook = &hook{url: url, secret: q.String("secret_token"), busy: map[int64]bool{}}
	s.pushAll()
	return nil
}

// Webhook is where updates are pushed to, and the secret that goes with them; empty while there is none.
func (s *Server) Webhook() (url, secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hook == nil {
		return "", ""
	}
	return s.hook.url, s.hook.secret
}

// pushAll sees that each chat's updates are on their way. The lock is held.
func (s *Server) pushAll() {
	h := s.hook
	if h == nil || s.ctx.Err() != nil {
		return
	}
	waiting := map[int64]bool{}
	for _, p := range s.queue {
		waiting[p.chat] = true
	}
	for chat := range maps.Keys(waiting) {
		if !h.busy[chat] {
			h.busy[chat] = true
			s.work.Go(func() { s.pushChat(h, chat) })
		}
	}
}

// pushChat pushes a chat's updates, each until it is taken.
func (s *Server) pushChat(h *hook, chat int64) {
	for pause := 50 * time.Millisecond; ; {
		p := s.head(h, chat)
		if p == nil {
			return
		}
		if s.pushOne(h, p) {
			s.taken(h, p)
			pause = 50 * time.Millisecond
			continue
		}
		t := time.NewTimer(pause)
		select {
		case <-t.C:
		case <-s.ctx.Done():
			t.Stop()
		}
		pause = min(2*pause, 5*time.Second)
	}
}

// head is the chat's next update, nil if there is none or the webhook is another one now.
func (s *Server) head(h *hook, chat int64) *pending {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hook == h && s.ctx.Err() == nil {
		for _, p := range s.queue {
			if p.chat == chat {
				return p
			}
		}
	}
	h.busy[chat] = false
	return nil
}

func (s *Server) pushOne(h *hook, p *pending) bool {
	req, err := http.NewRequestWithContext(s.ctx, http.MethodPost, h.url, bytes.NewReader(p.raw))
	if err != nil {
		return false
	}
	req.Header.Set("Content-Type", "application/json")
	if h.secret != "" {
		req.Header.Set("X-Telegram-Bot-Api-Secret-Token", h.secret)
	}
	res, err := s.push.Do(req)
	if err != nil {
		return false
	}
	res.Body.Close()
	s.pushed(res.StatusCode)
	return res.StatusCode/100 == 2
}

func (s *Server) taken(_ *hook, p *pending) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.chance(s.weather.Repeat) {
		return // its answer was lost on the way
	}
	s.queue = slices.DeleteFunc(s.queue, func(q *pending) bool { return q == p })
	s.change()
}
