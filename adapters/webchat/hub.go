package webchat

import (
	"errors"
	"maps"
	"slices"
	"sync"
)

// hub knows the pages that wait, by a stream or by a held poll. A page costs a channel: the entries are read from the
// history.
type hub struct {
	mu        sync.Mutex // held for a few instructions
	pages     map[name]map[*listener]bool
	byAddress map[string]int // by address
	n         int
	done      chan struct{} // closed when the pages are to go
	shut      bool
}

// listener is one open page. One pending wake is enough: the history has all new entries.
type listener struct {
	chat    name
	address string
	more    chan struct{}
	typing  chan struct{} // an agent writes
}

// How many pages may wait: of one chat, of one address, and in all. Pages beyond that ask now and then.
const (
	maxPages     = 8
	maxOfAddress = 64
	maxAllPages  = 10_000
)

// Why a page may not wait.
var (
	errFull    = errors.New("webchat: too many pages are open")
	errCrowded = errors.New("webchat: too many pages of one address are open")
)

func newHub() *hub {
	return &hub{pages: map[name]map[*listener]bool{}, byAddress: map[string]int{}, done: make(chan struct{})}
}

func (h *hub) join(chat name, address string) (*listener, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.shut || h.n >= maxAllPages || len(h.pages[chat]) >= maxPages:
		return nil, errFull
	case h.byAddress[address] >= maxOfAddress:
		return nil, errCrowded
	}
	l := &listener{chat: chat, address: address, more: make(chan struct{}, 1), typing: make(chan struct{}, 1)}
	if h.pages[chat] == nil {
		h.pages[chat] = map[*listener]bool{}
	}
	h.pages[chat][l] = true
	h.byAddress[address]++
	h.n++
	return l, nil
}

func (h *hub) leave(l *listener) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.pages[l.chat], l)
	if len(h.pages[l.chat]) == 0 {
		delete(h.pages, l.chat)
	}
	if h.byAddress[l.address]--; h.byAddress[l.address] == 0 {
		delete(h.byAddress, l.address)
	}
	h.n--
}

// wake wakes a chat's pages after a change of its history.
func (h *hub) wake(chat name) {
	h.signal(chat, func(l *listener) chan struct{} { return l.more })
}

// types tells a chat's pages that an agent writes. Nothing of it is kept.
func (h *hub) types(chat name) {
	h.signal(chat, func(l *listener) chan struct{} { return l.typing })
}

func (h *hub) signal(chat name, of func(*listener) chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for l := range h.pages[chat] {
		select {
		case of(l) <- struct{}{}:
		default:
		}
	}
}

// waiting lists the chats that have an open page.
func (h *hub) waiting() []name {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Collect(maps.Keys(h.pages))
}

// close ends all pages, for good.
func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.shut {
		h.shut = true
		close(h.done)
	}
}
