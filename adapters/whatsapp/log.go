package whatsapp

import (
	"log/slog"
	"strings"
	"sync"

	signal "go.mau.fi/libsignal/logger"
	waLog "go.mau.fi/whatsmeow/util/log"
)

// logger receives the library's log. Arguments are numbers, names and whole stanzas: only the words around them are
// logged.
type logger struct {
	log *slog.Logger
	// ignored is called for each message that the library ignores because its key was used before; nil: not called.
	ignored func(id, source string)
}

func (l logger) Errorf(format string, _ ...any) { l.log.Warn("whatsmeow: " + plainFormat(format)) }
func (l logger) Warnf(format string, args ...any) {
	l.log.Info("whatsmeow: " + plainFormat(format))
	if id, source, ok := usedKeyIn(args); ok && l.ignored != nil {
		l.ignored(id, source)
	}
}
func (l logger) Infof(format string, _ ...any) { l.log.Debug("whatsmeow: " + plainFormat(format)) }
func (l logger) Debugf(string, ...any)         {}

func (l logger) Sub(string) waLog.Logger { return l }

func plainFormat(format string) string { return strings.ReplaceAll(format, "%", "·") }

// silenceLibsignal stops libsignal from printing.
var silenceLibsignal = sync.OnceFunc(func() {
	var none signal.Loggable = silence{}
	signal.Setup(&none)
})

type silence struct{}

func (silence) Debug(string, string)   {}
func (silence) Info(string, string)    {}
func (silence) Warning(string, string) {}
func (silence) Error(string, string)   {}
func (silence) Configure(string)       {}
