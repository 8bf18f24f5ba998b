package telegram

import "sync/atomic"

// Stats counts what a Telegram did since it was made.
type Stats struct {
	// Received are updates kept, Ignored those that are not for the bot, and Unreadable those that could not be read.
	Received, Ignored, Unreadable atomic.Int64
	// Sent are replies sent whole. TooMany are calls that Telegram refused because there were too many, and Conflicts
	// answers that another process receives for this bot.
	Sent, TooMany, Conflicts atomic.Int64
	// Undecorated are calls made again without a button, a picture or another decoration that was refused.
	Undecorated atomic.Int64
	// Forged are pushes without the secret, Dropped background calls left out because of limits.
	Forged, Dropped atomic.Int64
	// Up is 1 while the last attempt to receive worked.
	Up atomic.Int64

	byCall map[string]*callStats
}

type callStats struct{ calls, failed atomic.Int64 }

// methods are the calls with counters of their own.
var methods = []string{
	"getMe", "getUpdates", "setWebhook", "deleteWebhook", "getWebhookInfo", "setMyCommands", "sendMessage", "sendPhoto", "sendDocument",
	"sendChatAction", "answerCallbackQuery", "editMessageReplyMarkup", "getFile", "getChat",
}

func (s *Stats) init() {
	s.byCall = map[string]*callStats{"": {}}
	for _, m := range methods {
		s.byCall[m] = &callStats{}
	}
}

func (s *Stats) of(method string) *callStats {
	if c := s.byCall[method]; c != nil {
		return c
	}
	return s.byCall[""]
}

func (s *Stats) calls(method string) *atomic.Int64  { return &s.of(method).calls }
func (s *Stats) failed(method string) *atomic.Int64 { return &s.of(method).failed }

// ByCall calls f with each method of the Bot API that is used, how often it was called and how often that failed.
func (s *Stats) ByCall(f func(method string, calls, failed *atomic.Int64)) {
	for _, m := range methods {
		f(m, &s.byCall[m].calls, &s.byCall[m].failed)
	}
}
