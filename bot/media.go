package bot

import (
	"log/slog"
	"strings"
)

// Media is the file that an Other update came with, as its channel announced it. Nothing of it was got: a [Fetcher] does
// that when somebody asks. All that it says is the sender's word.
type Media struct {
	// Type is its media type and Name the file's name; either may be empty.
	Type string `json:"type,omitempty"`
	Name string `json:"name,omitempty"`
	// Size is in bytes, zero if it was not announced; Seconds is how long somebody speaks or is seen.
	Size    int64 `json:"size,omitempty"`
	Seconds int   `json:"seconds,omitempty"`
	// Ref is what the channel gets it by, in this chat alone; empty if it cannot. Whoever has it may have the file: it is
	// kept sealed, and for no longer than the file is wanted.
	Ref []byte `json:"ref,omitempty"`
}

// What is longest of a Media: a media type, a file name in characters, and a reference in bytes.
const (
	maxMediaType = 100
	maxMediaName = 120
	MaxMediaRef  = 2048
)

// LogValue keeps it out of every log line.
func (m Media) LogValue() slog.Value { return slog.StringValue("···") }

// cleaned is a copy without what must not be kept.
func (m *Media) cleaned(mask func(string) Masked) *Media {
	if m == nil {
		return nil
	}
	c := *m
	c.Type = cut(strings.ToValidUTF8(m.Type, ""), maxMediaType)
	c.Name = cut(mask(strings.ToValidUTF8(m.Name, "")).Text, maxMediaName) // scans are named after whose they are
	c.Size, c.Seconds = max(m.Size, 0), max(m.Seconds, 0)
	if len(m.Ref) > MaxMediaRef {
		c.Ref = nil
	}
	return &c
}
