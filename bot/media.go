package bot

import (
	"log/slog"
)

// Media is the file that an Other update came with, as its channel announced it. Nothing of it was got: a [Fetcher] does
// that when somebody asks. All that it says is the sender's word.
type Media struct {
	// Type is its media type and Name the file's name; either may be empty.
	Type string `json:"type,omitempty"`
	Name string `json:"name,omitempty"`
	// Size is in bytes, zero if it was not announced; Seconds is the length of a recording.
	Size    int64 `json:"size,omitempty"`
	Seconds int   `json:"seconds,omitempty"`
	// Ref is what the channel gets it by, in this chat alone; empty if it cannot. It is as good as the file: it is
	// kept sealed, and for no longer than the file is wanted.
	Ref []byte `json:"ref,omitempty"`
}

// LogValue keeps it out of every log line.
func (m Media) LogValue() slog.Value { return slog.StringValue("···") }

// MaxMediaRef is the longest [Media.Ref], in bytes.
const MaxMediaRef = 2048
