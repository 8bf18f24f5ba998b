package telegram

import (
	"strings"
	"sync"
	"time"
)

// decoration is something that a reply can do without. Several are a set.
type decoration uint8

// The decorations, in the order in which they are left out of a reply that is refused.
const (
	copyButton decoration = 1 << iota
	choiceButtons
	photo    // without it the picture is sent as a document
	caption  // without it the text is sent before the file
	document // without it the text is sent alone, and says so
	bold
	options // protection, and the newer of the two ways to have no previews
	thread
)

// remembered are decorations that a server may refuse of every reply. The others are refused because of one reply or
// its place.
const remembered = copyButton | choiceButtons | photo | bold | options

// String is the name of one decoration for the log.
func (d decoration) String() string {
	return map[decoration]string{
		copyButton: "copy button", choiceButtons: "buttons", photo: "picture", caption: "caption", document: "file", bold: "bold",
		options: "options", thread: "thread",
	}[d]
}

// decorations are those of a call.
func (p *apiCall) decorations() (d decoration) {
	for _, x := range []struct {
		is bool
		d  decoration
	}{
		{strings.Contains(p.params["reply_markup"], `"copy_text":`), copyButton},
		{strings.Contains(p.params["reply_markup"], `"callback_data":`), choiceButtons},
		{p.method == "sendPhoto", photo},
		{p.file != nil, document},
		{p.params["caption"] != "", caption},
		{p.params["entities"]+p.params["caption_entities"] != "", bold},
		{p.params["link_preview_options"]+p.params["protect_content"] != "", options},
		{p.params["message_thread_id"] != "", thread},
	} {
		if x.is {
			d |= x.d
		}
	}
	return d
}

// named maps words of a refusal's description to decorations, the more exact first.
var named = []struct {
	has string
	d   decoration
}{
	{"copy", copyButton}, {"unallowed", copyButton}, {"button_data", choiceButtons}, {"thread", thread}, {"topic", thread},
	{"caption", caption}, {"photo", photo}, {"image", photo}, {"document", document}, {"file", photo}, {"file", document},
	{"entit", bold}, {"preview", options}, {"protect", options},
	{"button", copyButton}, {"markup", copyButton}, {"button", choiceButtons}, {"markup", choiceButtons}, {"keyboard", choiceButtons},
}

// dispensable is the decoration to leave out of a refused call; 0 if the refusal has another cause.
func (e *apiError) dispensable(p *apiCall) decoration {
	has, said := p.decorations(), strings.ToLower(e.description)
	switch {
	case e.code == 413:
		return has & document
	case e.code != 400 || e.moved || aboutTheChat(said, has):
		return 0
	}
	for _, n := range named {
		if has&n.d != 0 && strings.Contains(said, n.has) {
			return n.d
		}
	}
	return has & -has // the first one
}

// aboutTheChat reports whether the bare text would be refused, too.
func aboutTheChat(said string, has decoration) bool {
	for _, text := range []string{
		"chat not found", "peer_id_invalid", "user not found", "message is too long", "message_too_long", "text is empty",
	} {
		if strings.Contains(said, text) {
			return true
		}
	}
	return has&document == 0 && strings.Contains(said, "rights")
}

// unsupported remembers the decorations that the server refuses, so that not every reply is refused first.
type unsupported struct {
	now func() time.Time
	mu  sync.Mutex
	m   map[decoration]*unsupportedDecoration
}

type unsupportedDecoration struct {
	times int // refused one after the other
	until time.Time
}

// A copy button is refused by servers that are older than it: once is enough. For any other decoration one reply may be
// to blame.
const (
	unsupportedAfter = 2
	unsupportedFor   = 10 * time.Minute
)

func newUnsupported(now func() time.Time) *unsupported {
	return &unsupported{now: now, m: map[decoration]*unsupportedDecoration{}}
}

// current are the decorations to leave out at once.
func (l *unsupported) current() (out decoration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for d, x := range l.m {
		if x.until.After(l.now()) {
			out |= d
		}
	}
	return out
}

// refused records that a reply was accepted as soon as d was left out.
func (l *unsupported) refused(d decoration) {
	if d&remembered == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.m[d] == nil {
		l.m[d] = &unsupportedDecoration{}
	}
	x := l.m[d]
	if x.times++; x.times >= unsupportedAfter || d == copyButton {
		x.until = l.now().Add(unsupportedFor)
	}
}

// accepted records that a call was accepted, with all its decorations.
func (l *unsupported) accepted(p *apiCall) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.m) == 0 {
		return
	}
	has := p.decorations()
	for d := range l.m {
		if has&d != 0 {
			delete(l.m, d)
		}
	}
}
