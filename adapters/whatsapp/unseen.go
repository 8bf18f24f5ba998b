package whatsapp

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"go.mau.fi/libsignal/signalerror"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"llave/bot"
)

// maxAsked is how often the library asks for a message that it cannot decrypt. When that many have failed, none follows.
const maxAsked = 5

// unseen are messages that could not be decrypted and were asked for again. One that does not come in time is said to be
// lost, once; should it come after all, it is answered as well.
type unseen struct {
	wait time.Duration
	now  func() time.Time
	kept *chatStore

	mu   sync.Mutex
	m    map[string]*unseenMessage // by the message's id
	wake chan struct{}
}

// unseenMessage is one of them.
type unseenMessage struct {
	Update bot.Update `json:"u"`
	Due    time.Time  `json:"due"`
	failed int
}

// openUnseen reads what an earlier process was waiting for.
func openUnseen(ctx context.Context, kept *chatStore, wait time.Duration, now func() time.Time) (*unseen, error) {
	u := &unseen{wait: wait, now: now, kept: kept, m: map[string]*unseenMessage{}, wake: make(chan struct{}, 1)}
	all, err := factsOf[unseenMessage](ctx, kept, factUnseen)
	if err != nil {
		return nil, err
	}
	for _, m := range all {
		u.m[m.Update.ID] = &m
	}
	return u, nil
}

// failed notes that a message could not be decrypted, and says whether that was the last try.
func (u *unseen) failed(ctx context.Context, about bot.Update) (last bool, err error) {
	u.mu.Lock()
	m := u.m[about.ID]
	fresh := m == nil
	if fresh {
		m = &unseenMessage{Update: about, Due: u.now().Add(u.wait)}
		u.m[about.ID] = m
	}
	m.failed++
	last = m.failed >= maxAsked
	kept := *m
	u.mu.Unlock()
	select {
	case u.wake <- struct{}{}:
	default:
	}
	if fresh {
		err = u.kept.put(ctx, factUnseen, about.ID, kept)
	}
	return last, err
}

// came ends the waiting for a message.
func (u *unseen) came(ctx context.Context, id string) error {
	u.mu.Lock()
	_, waited := u.m[id]
	delete(u.m, id)
	u.mu.Unlock()
	if !waited {
		return nil
	}
	return u.kept.remove(ctx, factUnseen, id)
}

// due are the messages whose time is over, and how long it is until the next one's.
func (u *unseen) due() (lost []bot.Update, next time.Duration) {
	u.mu.Lock()
	defer u.mu.Unlock()
	next = time.Hour
	for _, m := range u.m {
		if left := m.Due.Sub(u.now()); left <= 0 {
			lost = append(lost, m.Update)
		} else {
			next = min(next, left)
		}
	}
	return lost, next
}

// undecryptable deals with a message that cannot be read, or not yet.
func (s *session) undecryptable(e *events.UndecryptableMessage) {
	w := s.w
	w.stats.Undecryptable.Add(1)
	if s.to == nil || e.Info.IsFromMe || !person(e.Info.MessageSource) || e.DecryptFailMode == events.DecryptFailHide {
		return // nobody's words: a reaction, a vote, a key
	}
	u, err := s.about(&e.Info)
	if err != nil {
		return
	}
	u.Kind, u.Subtype = bot.Other, "undecryptable"
	if e.UnavailableType != events.UnavailableTypeUnknown { // kept from linked devices on purpose: asking is of no use
		if u.Subtype = "unavailable"; e.UnavailableType == events.UnavailableTypeViewOnce {
			u.Subtype = "view_once"
		}
		s.lost(u, &e.Info)
		return
	}
	last, err := w.unseen.failed(s.ctx, u)
	if err != nil {
		w.log.Warn("whatsapp: an undecryptable message is not kept", "chat", u.Chat, "err", err)
	}
	if last {
		s.gaveUp(u)
	}
}

// lost tells the bot of a message that never will be read.
func (s *session) lost(u bot.Update, info *types.MessageInfo) {
	s.w.stats.Unseen.Add(1)
	if s.keep(u) {
		s.markRead(u.Chat, info)
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), callTime)
	defer cancel()
	if _, err := s.w.unseen.failed(ctx, u); err != nil { // the next process says it: WhatsApp does not send it again
		s.w.log.Warn("whatsapp: an unseen message is not kept", "chat", u.Chat, "err", err)
	}
}

// gaveUp tells the bot of a message that was asked for in vain. Its update has an id of its own, so that the message is
// heard if it comes after all.
func (s *session) gaveUp(u bot.Update) {
	id := u.ID
	u.ID = "undecryptable/" + id
	s.w.stats.Unseen.Add(1)
	if !s.keep(u) {
		return // the next process says it
	}
	if err := s.w.unseen.came(s.ctx, id); err != nil {
		s.w.log.Warn("whatsapp: an undecryptable message is not forgotten", "chat", u.Chat, "err", err)
	}
}

// watch gives up messages whose time is over, until ctx ends.
func (s *session) watch(ctx context.Context) {
	for ctx.Err() == nil {
		lost, next := s.w.unseen.due()
		for _, u := range lost {
			if u.Chat.Account() == s.account {
				s.gaveUp(u)
				continue
			}
			s.w.unseen.came(ctx, u.ID) // of a number that was linked before
		}
		timer := time.NewTimer(next)
		select {
		case <-timer.C:
		case <-s.w.unseen.wake:
		case <-ctx.Done():
		}
		timer.Stop()
	}
}

// usedKey is the library's word that it ignores a message because its key was used before: that of a phone that was set
// back. It asks for none again. An update with the id of a message that was heard is dropped.
func (s *session) usedKey(id, source string) {
	from := source
	if i := strings.LastIndex(source, " in "); i >= 0 {
		from = source[i+len(" in "):]
	}
	jid, err := types.ParseJID(from)
	info := types.MessageInfo{ID: id, Timestamp: s.w.now(), MessageSource: types.MessageSource{Chat: jid, Sender: jid}}
	if err != nil || s.to == nil || !person(info.MessageSource) || jid.User == s.lid.User || jid.User == s.number {
		return
	}
	s.w.stats.Undecryptable.Add(1)
	u, err := s.about(&info)
	if err != nil {
		return
	}
	u.Kind, u.Subtype = bot.Other, "undecryptable"
	s.lost(u, &info)
}

// usedKeyIn finds in a line of the library's log that a message was ignored for its key, and which one. No event tells.
func usedKeyIn(args []any) (id, source string, ok bool) {
	if len(args) != 3 {
		return "", "", false
	}
	id, isID := args[0].(string)
	source, isSource := args[1].(string)
	err, isErr := args[2].(error)
	return id, source, isID && isSource && isErr && errors.Is(err, signalerror.ErrOldCounter)
}
