package telegramtest

import (
	"fmt"
	"net/http"
)

// hookFault is a push that was not taken.
type hookFault struct {
	at   int64
	text string
}

// pushed notes what a push was answered with.
func (s *Server) pushed(status int) {
	if status/100 == 2 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pushFault = hookFault{s.now().Unix(), fmt.Sprintf("Wrong response from the webhook: %d %s", status, http.StatusText(status))}
}

// hookInfo is what the Bot API tells of the webhook. The lock is held.
func (s *Server) hookInfo() map[string]any {
	info := map[string]any{"url": "", "has_custom_certificate": false, "pending_update_count": len(s.queue)}
	if s.hook == nil {
		return info
	}
	info["url"], info["max_connections"] = s.hook.url, 40
	if s.pushFault.at != 0 {
		info["last_error_date"], info["last_error_message"] = s.pushFault.at, s.pushFault.text
	}
	return info
}

// OtherSetsWebhook is another process with the bot's token: it sets a webhook of its own, or takes away the one that is
// set if url is empty.
func (s *Server) OtherSetsWebhook(url, secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = nil
	if url != "" {
		s.hook = &hook{url: url, secret: secret, busy: map[int64]bool{}}
		s.pushAll()
	}
	if s.poller != nil { // the Bot API ends a poll when a webhook is set
		close(s.poller)
		s.poller = nil
	}
	s.change()
}
