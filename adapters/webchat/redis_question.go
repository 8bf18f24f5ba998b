package webchat

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// A question holds its chat for questionLasts, and prolongs it while the bot accepts the message: who dies in between keeps an answer
// back for no longer. questionPause is how long who meets it waits before the next look.
const (
	questionLasts = 5 * time.Second
	questionPause = 20 * time.Millisecond
)

// errNotReady is the answer while a server has no room.
var errNotReady = &requestError{status: http.StatusServiceUnavailable, why: "not_ready", after: 2 * time.Second}

// refuseFull adds the answer for the page to the error of a full server.
func (h *redisHistory) refuseFull(err error, answer *requestError) error {
	switch {
	case err == nil:
		return nil
	case h.db.Full(err):
		return errors.Join(err, answer)
	}
	return fmt.Errorf("webchat: history: %w", err)
}

// question takes the lock of a chat in this process, and then that of all processes.
func (h *redisHistory) question(ctx context.Context, chat name) (release func(), err error) {
	unlock, err := h.locks.lock(ctx, chat)
	if err != nil {
		return nil, err
	}
	key, token := chatKeys(chat).of('q'), rand.Text()
	for {
		held, err := h.one(ctx, "set", key, token, "nx", "px", h.lasts.Milliseconds())
		if err == nil && held == nil {
			err = pause(ctx, questionPause)
			held = nil
		}
		if err != nil {
			unlock()
			return nil, h.refuseFull(err, errNotReady)
		}
		if held != nil {
			break
		}
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		h.prolong(ctx, key, token)
	}()
	return func() {
		defer unlock()
		stop()
		<-ended
		h.endQuestion(key, token)
	}, nil
}

// endQuestion lets others in. What it cannot end, ends by itself.
func (h *redisHistory) endQuestion(key, token string) {
	ctx, cancel := context.WithTimeout(context.Background(), h.lasts)
	defer cancel()
	_, _ = h.one(ctx, eval(questionScript, []string{key}, token, 0)...)
}

// prolong keeps a question until ctx ends.
func (h *redisHistory) prolong(ctx context.Context, key, token string) {
	for pause(ctx, h.lasts/3) == nil {
		_, _ = h.one(ctx, eval(questionScript, []string{key}, token, h.lasts.Milliseconds())...)
	}
}

// afterQuestion changes a chat when no question is on its way into it.
func (h *redisHistory) afterQuestion(ctx context.Context, chat name, change func() (string, error)) (done bool, err error) {
	unlock, err := h.locks.lock(ctx, chat)
	if err != nil {
		return false, err
	}
	defer unlock()
	for {
		said, err := change()
		if err == nil && said == "question" {
			err = pause(ctx, questionPause)
		}
		if err != nil || said != "question" && said != "changed" {
			return h.outcome(said, err)
		}
	}
}

// pause waits.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
