package webchat

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"llave/bot"
)

// history keeps what pages show again after they are loaded anew. There is one in a file of its own, for one process, and one
// on a Redis, for several. Both keep sealed bodies only.
type history interface {
	entryStore
	chatStore
	uploadStore
	otherPages
	// sweep forgets what is old, and returns the chats that are forgotten as a whole.
	sweep(ctx context.Context) (gone []name, err error)
	// Close ends the work of the history.
	Close() error
}

// entryStore keeps the entries of each chat, in order.
type entryStore interface {
	// add appends an entry to a chat, durably, and reports whether it was new: a repeated entry is not added.
	add(ctx context.Context, chat name, e entry, file []byte) (added bool, err error)
	// erase removes the history of a chat, without the messages that the bot has not answered yet. The entry e, which no
	// page shows, marks that it was done: the same e erases nothing more.
	//
	// The entries that stay get new numbers. An open page asks for entries after a number that is not there any more, and
	// so gets the new history.
	erase(ctx context.Context, chat name, e entry) (done bool, err error)
	// since returns the entries after a number. Reset reports that the entry of this number is not there any more: then it
	// returns all.
	since(ctx context.Context, chat name, after uint64) (list []entry, reset bool, err error)
	// file is a file of this chat; errNotFound if there is none or it has expired.
	file(ctx context.Context, chat name, seq uint64) (info fileInfo, data []byte, err error)
	// forget erases a chat and closes it for good.
	forget(ctx context.Context, chat name) error
}

// chatStore keeps what is known of a chat besides its entries.
type chatStore interface {
	// closed reports whether a chat was closed for good.
	closed(ctx context.Context, chat name) (bool, error)
	// known reports whether a chat was admitted before.
	known(ctx context.Context, chat name) (bool, error)
	// remember records that a chat was admitted: a repeated first message does not count again.
	remember(ctx context.Context, chat name) error
	// question lets one message of a person at a time into a chat, and no reply before release is called: an answer never
	// precedes its question in the history.
	question(ctx context.Context, chat name) (release func(), err error)
}

// otherPages are the pages that other processes have open. With a file there are none.
type otherPages interface {
	// typing tells those of a chat that an agent writes.
	typing(ctx context.Context, chat name) error
	// watch wakes our own pages after what other processes do, until ctx ends.
	watch(ctx context.Context, pages *hub)
}

// keepEntries of a chat are kept, and for keepChat after the last of them: the next person at a shared machine finds
// nothing.
const (
	keepEntries = 200
	keepChat    = 24 * time.Hour
)

// Refusals of the history.
var (
	errClosed   = errors.New("webchat: the chat was closed")
	errNotFound = errors.New("webchat: there is no such thing in this chat")
)

// sealing is what both histories have: keys, and what becomes of an entry that cannot be read.
type sealing struct {
	keys keys
	now  func() time.Time
	// onUnreadable, unless nil, is called for an entry that cannot be read. The entry is left out; all others are read.
	onUnreadable func(chat name, seq uint64, err error)
}

func (h *sealing) seal(chat name, mark [16]byte, e entry) ([]byte, error) {
	plain, err := json.Marshal(e)
	return h.keys.ring.Seal(plain, sealContext(chat, mark, 'e')), err
}

func (h *sealing) unseal(chat name, mark [16]byte, seq uint64, body []byte) (e entry, err error) {
	plain, err := h.keys.ring.Open(body, sealContext(chat, mark, 'e'))
	if err == nil {
		err = json.Unmarshal(plain, &e)
	}
	e.Seq, e.mark = seq, mark
	return e, err
}

func (h *sealing) reportUnreadable(chat name, seq uint64, err error) {
	if h.onUnreadable != nil {
		h.onUnreadable(chat, seq, err)
	}
}

// hidden reports an entry that no page shows.
func hidden(e entry) bool { return e.Kind == bot.Forget }

// choice is the text of an option that was offered; errNotFound if it was not, or is forgotten.
func choice(ctx context.Context, h entryStore, chat name, question, value string) (string, error) {
	list, _, err := h.since(ctx, chat, 0)
	if err != nil {
		return "", err
	}
	for i := len(list) - 1; i >= 0; i-- {
		for _, o := range list[i].Choices {
			if list[i].Question == question && o.Value == value {
				return o.Text, nil
			}
		}
	}
	return "", errNotFound
}
