package webchat

import (
	"errors"
	"sync"
)

// hub knows which pages are open. A page costs it a channel: what there is to show, its stream reads from the history.
type hub struct {
	mu    sync.Mutex // held for a few instructions
	pages map[name]map[*listener]bool
	n     int
	done  chan struct{} // closed when the pages are to go
	shut  bool
}

// listener is one open page. A wake that nobody has taken yet is enough: the history tells how much there is.
type listener struct {
	chat name
	more chan struct{}
}

// How many pages may be open: of one chat, and in all.
const (
	maxPages    = 8
	maxAllPages = 10_000
)

var errFull = errors.New("webchat: too many pages are open")

func newHub() *hub { return &hub{pages: map[name]map[*listener]bool{}, done: make(chan struct{})} }

func (h *hub) join(chat name) (*listener, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.shut || h.n >= maxAllPages || len(h.pages[chat]) >= maxPages {
		return nil, errFull
	}
	l := &listener{chat: chat, more: make(chan struct{}, 1)}
	if h.pages[chat] == nil {
		h.pages[chat] = map[*listener]bool{}
	}
	h.pages[chat][l] = true
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
	h.n--
}

// wake tells a chat's pages that its history has changed.
func (h *hub) wake(chat name) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for l := range h.pages[chat] {
		select {
		case l.more <- struct{}{}:
		default:
		}
	}
}

// close sends all pages away, for good.
func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.shut {
		h.shut = true
		close(h.done)
	}
}

func (h *hub) open() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.n
}
