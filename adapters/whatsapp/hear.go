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

// handle takes what the library tells. False has it not acknowledge, so that WhatsApp sends it again. The library takes a
// panic for success: none gets through to it.
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
	default:
		s.changed(event)
	}
	return true
}

// message deals with a message. True: it is kept, or nothing for the bot, or set aside because it never will be.
func (s *session) message(e *events.Message) bool {
	w := s.w
	switch {
	case s.to == nil: // connected only to log out
		return false
	case e.Info.IsFromMe:
		s.own(e)
		return true
	}
	u, err := s.update(e)
	if err != nil {
		w.stats.SetAside.Add(1)
		w.log.Error("whatsapp: a message is set aside", "err", err)
		return true
	}
	if u.Kind == "" {
		w.stats.Ignored.Add(1)
		return true
	}
	chat := native(u.Chat)
	w.heardOf.Put(u.Chat, w.now())
	w.typing.Expect(chat, func() { w.types(chat) }) // before: the answer may be there before it is kept
	if !s.keep(u) {
		w.typing.Answered(chat)
		return false
	}
	s.markRead(u.Chat, &e.Info)
	return true
}

// own is what the operator typed on the phone, or what another device of the number sent. It is seen, and not answered.
func (s *session) own(e *events.Message) {
	s.w.stats.Own.Add(1)
	if e.Info.Sender.Device == 0 {
		s.w.phoneSeen()
	}
	s.w.notePoll(e)
	s.ownTimer(e)
}

// ownTimer takes a chat's timer from what was set or written on the phone.
func (s *session) ownTimer(e *events.Message) {
	there := types.MessageSource{Chat: e.Info.Chat, Sender: e.Info.Chat, SenderAlt: e.Info.RecipientAlt}
	if _, said := timerIn(e.Message); !said || !person(there) {
		return
	}
	if u, err := s.about(&types.MessageInfo{MessageSource: there, ID: e.Info.ID}); err == nil {
		s.w.timers.heard(s.ctx, u.Chat, e.Message)
	}
}

// update is what a message is for the bot: without a kind if it is nothing. An error says that it never will be read;
// whatever it is, it does not panic.
func (s *session) update(e *events.Message) (u bot.Update, err error) {
	defer func() {
		if p := recover(); p != nil {
			u, err = bot.Update{}, fmt.Errorf("message: panic (%T)", p)
		}
	}()
	if !person(e.Info.MessageSource) {
		return u, nil
	}
	s.w.notePoll(e)
	if u, err = s.about(&e.Info); err != nil {
		return u, err
	}
	if err := s.w.unseen.came(s.ctx, e.Info.ID); err != nil {
		s.w.log.Warn("whatsapp: a message that came again is not forgotten", "chat", u.Chat, "err", err)
	}
	s.w.timers.heard(s.ctx, u.Chat, e.Message)
	what := s.read(u.Chat, e)
	u.ID, u.Kind, u.Text, u.Subtype, u.Forwarded = cmp.Or(what.id, u.ID), what.kind, what.text, what.what, what.forwarded
	u.Media = s.w.announced(u.Chat, what.file)
	return u, nil
}

// about is an update with all but what was said.
func (s *session) about(info *types.MessageInfo) (bot.Update, error) {
	lid, number := s.who(info.MessageSource)
	id, err := bot.NewChatID(Channel, s.account, lid.String())
	if err != nil || info.ID == "" {
		return bot.Update{}, errors.New("message: it has no chat or no id")
	}
	return bot.Update{
		Chat: id, ID: info.ID, ChannelName: "WhatsApp", MaskedID: s.w.label(number), Sender: besteffort.Tidy(info.PushName, maxName),
		DeepLink: "https://wa.me/" + s.number + "?text=%s", OccurredAt: info.Timestamp.UTC(),
	}, nil
}

// person says whether somebody wrote this themselves, in their own chat with the number.
func person(from types.MessageSource) bool {
	switch from.Chat.Server {
	case types.DefaultUserServer, types.HiddenUserServer:
		return !from.IsGroup && !from.Chat.IsBot() && from.Chat.User != types.PSAJID.User && from.Chat.User != ""
	}
	return false
}

// who is a person's address and, if it is known, their number. The address is the LID: people may be known by it alone.
// By the number they are known only where nobody, WhatsApp included, tells the LID.
func (s *session) who(from types.MessageSource) (lid, number types.JID) {
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

// label is how a chat is shown to somebody else: the end of its number.
func (w *WhatsApp) label(number types.JID) string {
	if number.User == "" {
		return w.texts.text("label.hidden", nil)
	}
	return "···" + number.User[max(len(number.User)-4, 0):]
}

// native is the address in a chat's name; empty if it is none of ours.
func native(chat bot.ChatID) types.JID {
	jid, err := types.ParseJID(chat.Native())
	if err != nil || jid.Server != types.HiddenUserServer && jid.Server != types.DefaultUserServer {
		return types.EmptyJID
	}
	return jid.ToNonAD()
}

// keep hands an update to the bot until that has it: what is wrong with its store is wrong for all, and what came later
// must not overtake. False: it is stopped before that. The library waits for five minutes and then goes on with the next
// message beside this one, which waits here.
func (s *session) keep(u bot.Update) bool {
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
			w.stats.Heard.Add(1)
			return true
		}
		if errors.Is(err, errPanic) {
			bugs++
		}
		switch {
		case errors.Is(err, bot.ErrUpdate), bugs == maxBugs:
			w.stats.SetAside.Add(1)
			w.log.Error("whatsapp: a message is set aside", "err", err)
			return true
		case s.ctx.Err() != nil:
			return false
		}
		w.log.Warn("whatsapp: a message is not kept yet", "chat", u.Chat, "err", err)
		besteffort.Sleep(s.ctx, b.Next())
	}
}

// maxBugs is how often one message may find a bug before it holds up all others no longer.
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

// aside does what nobody waits for, on the connection that there is.
func (w *WhatsApp) aside(f func(context.Context) error) {
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

// types shows "typing…" once, to somebody who waits.
func (w *WhatsApp) types(chat types.JID) {
	if s := w.session(); s != nil && w.hushed() == 0 {
		w.aside(func(ctx context.Context) error {
			return s.cli.SendChatPresence(ctx, chat, types.ChatPresenceComposing, types.ChatPresenceMediaText)
		})
	}
}

// maxName is how many characters of a name are kept.
const maxName = 64
