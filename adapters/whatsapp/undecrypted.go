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

// maxAsked is how often the library asks for a message that it cannot decrypt. After so many failures no other comes.
const maxAsked = 5

// undecrypted are messages that could not be decrypted and were requested again. One that does not come in time is
// reported as lost, once; if it comes after all, it is answered as well.
type undecrypted struct {
	wait time.Duration
	now  func() time.Time
	kept *factStore

	mu   sync.Mutex
	m    map[string]*undecryptedMessage // by the message's id
	wake chan struct{}
}

// undecryptedMessage is one of them.
type undecryptedMessage struct {
	Update bot.Update `json:"u"`
	Due    time.Time  `json:"due"`
	failed int
}

// openUndecrypted reads the messages that an earlier process waited for.
func openUndecrypted(ctx context.Context, kept *factStore, wait time.Duration, now func() time.Time) (*undecrypted, error) {
	u := &undecrypted{wait: wait, now: now, kept: kept, m: map[string]*undecryptedMessage{}, wake: make(chan struct{}, 1)}
	all, err := factsOf[undecryptedMessage](ctx, kept, factUndecrypted)
	if err != nil {
		return nil, err
	}
	for _, m := range all {
		u.m[m.Update.ID] = &m
	}
	return u, nil
}

// failed records that a message could not be decrypted, and reports whether that was the last try.
func (u *undecrypted) failed(ctx context.Context, about bot.Update) (last bool, err error) {
	u.mu.Lock()
	m := u.m[about.ID]
	fresh := m == nil
	if fresh {
		m = &undecryptedMessage{Update: about, Due: u.now().Add(u.wait)}
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
		err = u.kept.put(ctx, factUndecrypted, about.ID, kept)
	}
	return last, err
}

// arrived ends the waiting for a message.
func (u *undecrypted) arrived(ctx context.Context, id string) error {
	u.mu.Lock()
	_, waited := u.m[id]
	delete(u.m, id)
	u.mu.Unlock()
	if !waited {
		return nil
	}
	return u.kept.remove(ctx, factUndecrypted, id)
}

// due returns the messages whose time is over, and the time until the next.
func (u *undecrypted) due() (lost []bot.Update, next time.Duration) {
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

// undecryptable handles a message that could not be decrypted, or not yet.
func (s *session) undecryptable(e *events.UndecryptableMessage) {
	w := s.w
	w.stats.Undecryptable.Add(1)
	if s.to == nil || e.Info.IsFromMe || !isPerson(e.Info.MessageSource) || e.DecryptFailMode == events.DecryptFailHide {
		return // nobody's words: a reaction, a vote, a key
	}
	u, err := s.newUpdate(&e.Info)
	if err != nil {
		return
	}
	u.Kind, u.Subtype = bot.Other, "undecryptable"
	if e.UnavailableType != events.UnavailableTypeUnknown { // kept from linked devices on purpose: asking is of no use
		if u.Subtype = "unavailable"; e.UnavailableType == events.UnavailableTypeViewOnce {
			u.Subtype = "view_once"
		}
		s.reportLost(u, &e.Info)
		return
	}
	last, err := w.undecrypted.failed(s.ctx, u)
	if err != nil {
		w.log.Warn("whatsapp: an undecryptable message is not kept", "chat", u.Chat, "err", err)
	}
	if last {
		s.giveUp(u)
	}
}

// reportLost hands the bot an update for a message that never will be decrypted.
func (s *session) reportLost(u bot.Update, info *types.MessageInfo) {
	s.w.stats.Lost.Add(1)
	if s.handOver(u) {
		s.markRead(u.Chat, info)
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), callTime)
	defer cancel()
	if _, err := s.w.undecrypted.failed(ctx, u); err != nil { // the next process says it: WhatsApp does not send it again
		s.w.log.Warn("whatsapp: an unseen message is not kept", "chat", u.Chat, "err", err)
	}
}

// giveUp hands the bot an update for a message that was requested in vain. The update has an id of its own, so that the
// message is received if it comes after all.
func (s *session) giveUp(u bot.Update) {
	id := u.ID
	u.ID = "undecryptable/" + id
	s.w.stats.Lost.Add(1)
	if !s.handOver(u) {
		return // the next process says it
	}
	if err := s.w.undecrypted.arrived(s.ctx, id); err != nil {
		s.w.log.Warn("whatsapp: an undecryptable message is not forgotten", "chat", u.Chat, "err", err)
	}
}

// watch gives up messages whose time is over, until ctx ends.
func (s *session) watch(ctx context.Context) {
	for ctx.Err() == nil {
		lost, next := s.w.undecrypted.due()
		for _, u := range lost {
			if u.Chat.Account() == s.account {
				s.giveUp(u)
				continue
			}
			s.w.undecrypted.arrived(ctx, u.ID) // of a number that was linked before
		}
		timer := time.NewTimer(next)
		select {
		case <-timer.C:
		case <-s.w.undecrypted.wake:
		case <-ctx.Done():
		}
		timer.Stop()
	}
}

// usedKey handles a message that the library ignores because its key was used before, as after a phone was restored
// from a copy. The library does not request it again. An update with the id of an earlier message is dropped.
func (s *session) usedKey(id, source string) {
	from := source
	if i := strings.LastIndex(source, " in "); i >= 0 {
		from = source[i+len(" in "):]
	}
	jid, err := types.ParseJID(from)
	info := types.MessageInfo{ID: id, Timestamp: s.w.now(), MessageSource: types.MessageSource{Chat: jid, Sender: jid}}
	if err != nil || s.to == nil || !isPerson(info.MessageSource) || jid.User == s.lid.User || jid.User == s.number {
		return
	}
	s.w.stats.Undecryptable.Add(1)
	u, err := s.newUpdate(&info)
	if err != nil {
		return
	}
	u.Kind, u.Subtype = bot.Other, "undecryptable"
	s.reportLost(u, &info)
}

// usedKeyIn finds such a message in a line of the library's log. There is no event for it.
func usedKeyIn(args []any) (id, source string, ok bool) {
	if len(args) != 3 {
		return "", "", false
	}
	id, isID := args[0].(string)
	source, isSource := args[1].(string)
	err, isErr := args[2].(error)
	return id, source, isID && isSource && isErr && errors.Is(err, signalerror.ErrOldCounter)
}
