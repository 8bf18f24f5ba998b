package whatsapp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"llave/adapters/besteffort"
	"llave/bot"
)

// handle receives the events of the library. False withholds the acknowledgement, so that WhatsApp sends the message
// again. The library takes a panic for success, so none reaches it.
func (s *session) handle(event any) (ok bool) {
	defer func() {
		if p := recover(); p != nil {
			s.w.log.Error("whatsapp: panic", "event", fmt.Sprintf("%T", event), "panic", fmt.Sprintf("%T", p))
			ok = false
		}
	}()
	switch e := event.(type) {
	case *events.Message:
		return s.message(e)
	case *events.UndecryptableMessage:
		s.undecryptable(e)
	case *events.Receipt:
		s.receipt(e)
	case *events.IdentityChange:
		return s.identityChanged(e)
	default:
		s.connectionEvent(event)
	}
	return true
}

// message handles a message. True: it is kept, or is not for the bot, or is unreadable for ever.
func (s *session) message(e *events.Message) bool {
	w := s.w
	switch {
	case s.to == nil: // connected only to log out
		return false
	case e.Info.IsFromMe:
		s.ownMessage(e)
		return true
	}
	u, err := s.update(e)
	if err != nil {
		w.stats.Unreadable.Add(1)
		w.log.Error("whatsapp: a message is set aside", "err", err)
		return true
	}
	if u.Kind == "" {
		w.stats.Ignored.Add(1)
		return true
	}
	chat := addressOf(u.Chat)
	w.lastWrote.Put(u.Chat, w.now())
	w.typing.Expect(chat, func() { w.types(chat) }) // before: the answer may be there before it is kept
	if !s.handOver(u) {
		w.typing.Answered(chat)
		return false
	}
	s.markRead(u.Chat, &e.Info)
	return true
}

// ownMessage is a message that the operator typed on the phone, or that another device of the number sent. It gets no
// answer.
func (s *session) ownMessage(e *events.Message) {
	s.w.stats.Own.Add(1)
	if e.Info.Sender.Device == 0 {
		s.w.phoneSeen()
	}
	s.w.notePoll(e)
	s.ownTimer(e)
}

// ownTimer learns a chat's timer from a message or a setting of the phone.
func (s *session) ownTimer(e *events.Message) {
	there := types.MessageSource{Chat: e.Info.Chat, Sender: e.Info.Chat, SenderAlt: e.Info.RecipientAlt}
	if _, said := timerIn(e.Message); !said || !isPerson(there) {
		return
	}
	if u, err := s.newUpdate(&types.MessageInfo{MessageSource: there, ID: e.Info.ID}); err == nil {
		s.w.timers.learn(s.ctx, u.Chat, e.Message)
	}
}

// update is the update of a message; without a kind if there is none. An error is final: the message is unreadable. It
// never panics.
func (s *session) update(e *events.Message) (u bot.Update, err error) {
	defer func() {
		if p := recover(); p != nil {
			u, err = bot.Update{}, fmt.Errorf("message: panic (%T)", p)
		}
	}()
	if !isPerson(e.Info.MessageSource) {
		return u, nil
	}
	s.w.notePoll(e)
	if u, err = s.newUpdate(&e.Info); err != nil {
		return u, err
	}
	if err := s.w.undecrypted.arrived(s.ctx, e.Info.ID); err != nil {
		s.w.log.Warn("whatsapp: a message that came again is not forgotten", "chat", u.Chat, "err", err)
	}
	s.w.timers.learn(s.ctx, u.Chat, e.Message)
	what := s.parse(u.Chat, e)
	u.ID, u.Kind, u.Text, u.Subtype, u.Forwarded = cmp.Or(what.id, u.ID), what.kind, what.text, what.subtype, what.forwarded
	u.Album, u.Silent = what.album, what.silent
	u.Media = s.w.describeFile(u.Chat, what.file)
	return u, nil
}

// newUpdate is an update without its content.
func (s *session) newUpdate(info *types.MessageInfo) (bot.Update, error) {
	lid, number := s.addresses(info.MessageSource)
	id, err := bot.NewChatID(Channel, s.account, lid.String())
	if err != nil || info.ID == "" {
		return bot.Update{}, errors.New("message: it has no chat or no id")
	}
	return bot.Update{
		Chat: id, ID: info.ID, ChannelName: "WhatsApp", MaskedID: s.w.maskedNumber(number), Sender: besteffort.Tidy(info.PushName, maxName),
		DeepLink: "https://wa.me/" + s.number + "?text=%s", OccurredAt: info.Timestamp.UTC(),
	}, nil
}

// isPerson reports whether a person wrote the message, in their own chat with the number.
func isPerson(from types.MessageSource) bool {
	switch from.Chat.Server {
	case types.DefaultUserServer, types.HiddenUserServer:
		return !from.IsGroup && !from.Chat.IsBot() && from.Chat.User != types.PSAJID.User && from.Chat.User != ""
	}
	return false
}

// addresses are a person's address and, if known, number. The address is the LID, since some people are known by it
// alone; the number stands in where WhatsApp gives no LID.
func (s *session) addresses(from types.MessageSource) (lid, number types.JID) {
	for _, jid := range []types.JID{from.Sender, from.SenderAlt} {
		switch jid.Server {
		case types.HiddenUserServer:
			lid = jid.ToNonAD()
		case types.DefaultUserServer:
			number = jid.ToNonAD()
		}
	}
	ctx, cancel := context.WithTimeout(s.ctx, callTime/2)
	defer cancel()
	switch {
	case lid.IsEmpty():
		if lid, _ = s.cli.Store.LIDs.GetLIDForPN(ctx, number); lid.IsEmpty() {
			all, _ := s.cli.GetUserInfo(ctx, []types.JID{number})
			lid = all[number].LID
		}
		if lid.IsEmpty() {
			return number, number
		}
		lid = lid.ToNonAD()
	case number.IsEmpty():
		number, _ = s.cli.Store.LIDs.GetPNForLID(ctx, lid)
	}
	return lid, number
}

// maskedNumber is the end of a number, as other chats see it.
func (w *WhatsApp) maskedNumber(number types.JID) string {
	if number.User == "" {
		return w.texts.Get("label.hidden", nil)
	}
	return "···" + number.User[max(len(number.User)-4, 0):]
}

// addressOf is the address in a chat's id; empty if it is none of ours.
func addressOf(chat bot.ChatID) types.JID {
	jid, err := types.ParseJID(chat.Native())
	if err != nil || jid.Server != types.HiddenUserServer && jid.Server != types.DefaultUserServer {
		return types.EmptyJID
	}
	return jid.ToNonAD()
}

// handOver hands an update to the bot until that keeps it: an error of its store concerns all updates, and a later
// message must not overtake. False: it was stopped before. After five minutes the library begins with the next message
// beside this one, which then waits here.
func (s *session) handOver(u bot.Update) bool {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-s.ctx.Done():
		return false
	}
	w := s.w
	for b, bugs := (besteffort.Backoff{First: 50 * time.Millisecond, Most: 4 * time.Second}), 0; ; {
		err := accept(s.ctx, s.to, u)
		if err == nil {
			w.stats.Received.Add(1)
			return true
		}
		if errors.Is(err, errPanic) {
			bugs++
		}
		switch {
		case errors.Is(err, bot.ErrUpdate), bugs == maxBugs:
			w.stats.Unreadable.Add(1)
			w.log.Error("whatsapp: a message is set aside", "err", err)
			return true
		case s.ctx.Err() != nil:
			return false
		}
		w.log.Warn("whatsapp: a message is not kept yet", "chat", u.Chat, "err", err)
		besteffort.Sleep(s.ctx, b.Next())
	}
}

// maxBugs is how many panics one message may cause before it is dropped.
const maxBugs = 5

var errPanic = errors.New("accept: panic")

func accept(ctx context.Context, to bot.Accepter, u bot.Update) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w (%T)", errPanic, p)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	return to.Accept(ctx, u)
}

// fireAndForget makes a call in the background, on the present connection.
func (w *WhatsApp) fireAndForget(f func(context.Context) error) {
	ok := w.queue.Do(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, callTime)
		defer cancel()
		if err := f(ctx); err != nil {
			w.stats.Dropped.Add(1)
		}
	})
	if !ok {
		w.stats.Dropped.Add(1)
	}
}

// maxName is how many characters of a name are kept.
const maxName = 64
