package telegramtest

import (
	"context"
	"net/http"
	"strings"
	"time"
)

// Fault is what goes wrong with the matching calls.
type Fault struct {
	Method string // "" is all
	Chat   int64  // 0 is all
	With   string // only calls that have this in a parameter's name or value, or are sent with such a file; "" is all
	Times  int    // how often; 0 is always

	Code       int    // is answered, 429 with RetryAfter in seconds; nothing is done
	Text       string // description
	RetryAfter int
	HTML       bool // a proxy's page instead of JSON
	CutBefore  bool // the connection is cut and nothing done
	CutAfter   bool // it is done, and then the connection is cut: the answer is lost
	Delay      time.Duration
}

// Fault adds a fault.
func (s *Server) Fault(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.Times == 0 {
		f.Times = -1
	}
	s.faults = append(s.faults, &f)
}

// Heal takes back all faults.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults, s.weather = nil, Weather{}
}

// Weather is the rates of random faults, 0 to 1.
type Weather struct {
	CutBefore, CutAfter float64 // of every call
	Repeat              float64 // an update that was confirmed comes once more
}

// Weather sets the rates of random faults.
func (s *Server) Weather(w Weather) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.weather = w
}

func (s *Server) chance(p float64) bool { return p > 0 && s.rng.Float64() < p }

// treatment is what becomes of one call.
type treatment struct {
	code, after         int
	text                string
	html                bool
	cutBefore, cutAfter bool
	delay               time.Duration
}

func (s *Server) treat(q query) treatment {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := treatment{cutBefore: s.chance(s.weather.CutBefore), cutAfter: s.chance(s.weather.CutAfter)}
	for _, x := range s.faults {
		if x.Times == 0 || x.Method != "" && x.Method != q.Method || x.Chat != 0 && x.Chat != q.Int("chat_id") || !q.has(x.With) {
			continue
		}
		x.Times--
		f = treatment{x.Code, x.RetryAfter, x.Text, x.HTML, x.CutBefore, x.CutAfter, x.Delay}
		break
	}
	return f
}

// has says whether a call has a text in a parameter's name or value, or as the field of its file.
func (q query) has(text string) bool {
	if strings.Contains(q.Field, text) {
		return true
	}
	for k, v := range q.Params {
		if strings.Contains(k, text) || strings.Contains(v, text) {
			return true
		}
	}
	return false
}

// wait is a slow answer.
func (f treatment) wait(ctx, server context.Context) {
	if f.delay == 0 {
		return
	}
	t := time.NewTimer(f.delay)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	case <-server.Done():
	}
}

func (f treatment) failure() *errorAnswer {
	if f.code == 0 {
		return nil
	}
	text := f.text
	if text == "" {
		text = http.StatusText(f.code)
	}
	return &errorAnswer{f.code, text, f.after}
}

// Impatient has getUpdates answer at once, as some servers do.
func (s *Server) Impatient(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.impatient = on
}
