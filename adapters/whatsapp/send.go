package whatsapp

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/socket"
	"go.mau.fi/whatsmeow/types"

	"llave/bot"
)

// session is the present session, connected or about to be; nil if there is none.
func (w *WhatsApp) session() *session {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.live
}

// How long a reply waits for a connection that time, or the operator, must bring back.
const (
	soon  = 2 * time.Second
	later = 30 * time.Second
)

// Send implements [bot.Channel]. While nothing can be sent, or must not be, the reply waits in the outbox.
func (w *WhatsApp) Send(ctx context.Context, to bot.ChatID, r bot.Reply) error {
	jid := addressOf(to)
	if to.Channel() != Channel || jid.IsEmpty() {
		return &bot.PermanentFailure{Reason: "a chat of another channel"}
	}
	w.typing.Answered(jid)
	if d := w.cooldown(); d > 0 {
		return &bot.RetryAfter{After: d}
	}
	s := w.session()
	if s == nil {
		return &bot.RetryAfter{After: later}
	}
	if to.Account() != s.account {
		return &bot.PermanentFailure{Reason: "a chat of another number"}
	}
	if !s.cli.IsConnected() || !s.cli.IsLoggedIn() || w.settling() {
		return &bot.RetryAfter{After: soon}
	}
	if err := checkSendable(r); err != nil {
		return err
	}
	return s.sendAll(ctx, to, jid, r)
}

// settleTime is how long after a lost connection the library is not believed to be connected.
const settleTime = 10 * time.Second

// settling reports whether the connection was lost a moment ago. The library says that it is logged in as soon as a
// socket is open again; a message written before WhatsApp lets it in may be lost.
func (w *WhatsApp) settling() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.base.State == Reconnecting && w.now().Sub(w.base.Since) < settleTime
}

// sendAll sends a reply's messages. Each has a fixed id, so that a message that was sent before is shown once.
func (s *session) sendAll(ctx context.Context, to bot.ChatID, jid types.JID, r bot.Reply) error {
	messages, err := s.render(ctx, to, r)
	if err != nil {
		return err
	}
	for i, m := range messages {
		err := s.sendOne(ctx, to, jid, r, i, m)
		if plain := s.plainVersion(m, err); plain != nil {
			s.w.stats.Plain.Add(1)
			s.w.log.Warn("whatsapp: sent as plain text", "chat", to, "code", codeOf(err))
			err = s.sendOne(ctx, to, jid, r, plainPart+i, plain)
		}
		if err != nil {
			return s.w.classify(err, i > 0)
		}
	}
	s.w.stats.Sent.Add(1)
	s.answered(ctx, to)
	return nil
}

// sendOne sends one of a reply's messages.
func (s *session) sendOne(ctx context.Context, to bot.ChatID, jid types.JID, r bot.Reply, part int, m *waE2E.Message) error {
	id := s.w.messageID(to, r, part)
	s.w.progress.Change(id, func(old progress, _ bool) progress { return max(old, beingSent) })
	if err := s.send(ctx, jid, id, m); err != nil {
		return err
	}
	s.w.advance(id, acknowledged)
	return nil
}

// send sends one message, and returns when WhatsApp has acknowledged it. The error is a bot.NotSent if the message did
// not leave.
func (s *session) send(ctx context.Context, jid types.JID, id string, m *waE2E.Message) error {
	ctx, free := s.w.cryptoLock.forSending(ctx)
	defer free()
	r, err := s.cli.SendMessage(ctx, jid, m, whatsmeow.SendRequestExtra{ID: id, Timeout: s.w.opt.Timing.Ack})
	if err == nil {
		s.w.endLimit()
		return nil
	}
	if notWritten(r.DebugTimings, err) {
		return &bot.NotSent{Err: err}
	}
	return err
}

// notWritten reports that no byte of a message was written. The library measures how long each step took: writing,
// waiting for the answer, and both again on a new connection. Writing on a closed connection writes nothing.
func notWritten(took whatsmeow.MessageDebugTimings, err error) bool {
	if took.Resp > 0 || took.Retry > 0 {
		return false
	}
	return took.Send == 0 || errors.Is(err, whatsmeow.ErrNotConnected) || errors.Is(err, socket.ErrSocketClosed)
}

// classify turns an error of sending into one of the port. The library's texts name people and are not passed on. Begun
// says that a part of the reply was sent before.
func (w *WhatsApp) classify(err error, begun bool) error {
	wait := func(d time.Duration) error {
		if begun {
			return errors.New("whatsapp: the rest of a reply was not sent")
		}
		return &bot.RetryAfter{After: d}
	}
	var stayed *bot.NotSent
	unsent := errors.As(err, &stayed)
	switch code := codeOf(err); {
	case code == 463:
		w.stats.Refused.Add(1)
		w.limitSending(time.Time{}, code)
		return wait(w.cooldown())
	case code == 479:
		w.stats.Refused.Add(1) // their devices have changed, or have no keys: the library asks again
		return wait(10 * time.Second)
	case code != 0:
		w.stats.Refused.Add(1)
		return &bot.PermanentFailure{Reason: "refused with " + strconv.Itoa(code)}
	case unsent && strings.HasPrefix(stayed.Err.Error(), "no LID found"):
		return &bot.PermanentFailure{Reason: "no such chat", Gone: true}
	case unsent && disconnected(err):
		return wait(soon)
	case unsent && !begun:
		return &bot.NotSent{Err: fmt.Errorf("whatsapp: not sent (%T)", root(stayed.Err))}
	case errors.Is(err, whatsmeow.ErrMessageTimedOut), errors.Is(err, context.DeadlineExceeded):
		w.stats.Unacked.Add(1)
		return errors.New("whatsapp: not acknowledged in time")
	}
	return fmt.Errorf("whatsapp: not sent (%T)", root(err))
}

// disconnected reports whether an error is the end of the connection.
func disconnected(err error) bool {
	var end *whatsmeow.DisconnectedError
	return errors.Is(err, whatsmeow.ErrNotConnected) || errors.Is(err, whatsmeow.ErrNotLoggedIn) || errors.Is(err, socket.ErrSocketClosed) || errors.As(err, &end)
}

// codeOf is the code of a refusal, 0 for any other error.
func codeOf(err error) int {
	if !errors.Is(err, whatsmeow.ErrServerReturnedError) {
		return 0
	}
	text := err.Error()
	code, _ := strconv.Atoi(text[strings.LastIndexByte(text, ' ')+1:])
	return max(code, 1)
}

func root(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}

// withoutURL is an error without addresses, which hold credentials.
func withoutURL(err error) error {
	var u *url.Error
	for errors.As(err, &u) {
		err = u.Err
	}
	return err
}
