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

// session is the one that is connected or about to be, nil if there is none.
func (w *WhatsApp) session() *session {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.live
}

// How long the relay waits for what only time, or the operator, can bring.
const (
	soon  = 2 * time.Second
	later = 30 * time.Second
)

// Send implements [bot.Channel]. While nothing can be sent, or must not be, the reply waits in the outbox.
func (w *WhatsApp) Send(ctx context.Context, to bot.ChatID, r bot.Reply) error {
	jid := native(to)
	if to.Channel() != Channel || jid.IsEmpty() {
		return &bot.PermanentFailure{Reason: "a chat of another channel"}
	}
	w.typing.Answered(jid)
	if d := w.hushed(); d > 0 {
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
	if err := sendable(r); err != nil {
		return err
	}
	return s.sendAll(ctx, to, jid, r)
}

// settleTime is for how long a connection that was lost may take to come back before the library's word on it is taken.
const settleTime = 10 * time.Second

// settling says whether the connection was lost a moment ago. The library says that it is logged in as soon as a socket is
// open again, and what is written before WhatsApp has let it in is lost, or not.
func (w *WhatsApp) settling() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.base.State == Reconnecting && w.now().Sub(w.base.Since) < settleTime
}

// sendAll sends a reply's messages. Each has an id of its own that does not change: what was sent before is shown once.
func (s *session) sendAll(ctx context.Context, to bot.ChatID, jid types.JID, r bot.Reply) error {
	messages, err := s.messages(ctx, to, r)
	if err != nil {
		return err
	}
	for i, m := range messages {
		err := s.sendOne(ctx, to, jid, r, i, m)
		if plain := s.plainly(m, err); plain != nil {
			s.w.stats.Plain.Add(1)
			s.w.log.Warn("whatsapp: sent as plain text", "chat", to, "code", codeOf(err))
			err = s.sendOne(ctx, to, jid, r, plainPart+i, plain)
		}
		if err != nil {
			return s.w.judge(err, i > 0)
		}
	}
	s.w.stats.Sent.Add(1)
	s.answered(ctx, to)
	return nil
}

// sendOne sends one of a reply's messages.
func (s *session) sendOne(ctx context.Context, to bot.ChatID, jid types.JID, r bot.Reply, part int, m *waE2E.Message) error {
	id := s.w.messageID(to, r, part)
	s.w.deliveries.Change(id, func(old Delivery, _ bool) Delivery { return max(old, Pending) })
	if err := s.send(ctx, jid, id, m); err != nil {
		return err
	}
	s.w.delivered(id, Acked)
	return nil
}

// send sends one message, and returns when WhatsApp has acknowledged it. An error is a bot.NotSent if the message did not
// leave.
func (s *session) send(ctx context.Context, jid types.JID, id string, m *waE2E.Message) error {
	ctx, free := s.w.guard.sending(ctx)
	defer free()
	r, err := s.cli.SendMessage(ctx, jid, m, whatsmeow.SendRequestExtra{ID: id, Timeout: s.w.opt.Timing.Ack})
	if err == nil {
		s.w.unlimited()
		return nil
	}
	if stayed(r.DebugTimings, err) {
		return &bot.NotSent{Err: err}
	}
	return err
}

// stayed says that no byte of a message was written. The library measures how long each step took: writing, waiting for
// the answer, and doing both again on a new connection. To write on a connection that is closed writes nothing.
func stayed(took whatsmeow.MessageDebugTimings, err error) bool {
	if took.Resp > 0 || took.Retry > 0 {
		return false
	}
	return took.Send == 0 || errors.Is(err, whatsmeow.ErrNotConnected) || errors.Is(err, socket.ErrSocketClosed)
}

// judge turns an error of sending into what the bot wants to know. The library's own words name people: they stay here.
// Begun says that a part of the reply was sent before.
func (w *WhatsApp) judge(err error, begun bool) error {
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
		w.limited(time.Time{}, code)
		return wait(w.hushed())
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

// disconnected says whether an error is the end of the connection.
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

// plain is an error without addresses, which hold what authorises.
func plain(err error) error {
	var u *url.Error
	for errors.As(err, &u) {
		err = u.Err
	}
	return err
}
