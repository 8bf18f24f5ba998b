package webchat

import (
	"bytes"
	"mime"
	"strings"
)

// magic are the first bytes of the files that are accepted, at a place, and what they are.
type magic struct {
	at             int
	bytes          string
	kind, subtype  string
	onlyIfDeclared string // the sender's own word must begin so: the same form holds films
}

func magics() []magic {
	return []magic{
		{0, "\xff\xd8\xff", "image/jpeg", "photo", ""},
		{0, "\x89PNG\r\n\x1a\n", "image/png", "photo", ""},
		{0, "GIF87a", "image/gif", "photo", ""},
		{0, "GIF89a", "image/gif", "photo", ""},
		{8, "WEBPVP8", "image/webp", "photo", ""},
		{0, "%PDF-", "application/pdf", "document", ""},
		{0, "OggS", "audio/ogg", "audio", ""},
		{0, "ID3", "audio/mpeg", "audio", ""},
		{0, "\xff\xfb", "audio/mpeg", "audio", ""},
		{0, "\xff\xf3", "audio/mpeg", "audio", ""},
		{0, "\xff\xf2", "audio/mpeg", "audio", ""},
		{0, "\xff\xf1", "audio/aac", "audio", ""},
		{0, "\xff\xf9", "audio/aac", "audio", ""},
		{8, "WAVE", "audio/wav", "audio", ""},
		{0, "#!AMR", "audio/amr", "audio", ""},
		{0, "fLaC", "audio/flac", "audio", ""},
		{4, "ftypM4A", "audio/mp4", "audio", ""},
		{4, "ftyp", "audio/mp4", "audio", "audio/"},
		{0, "\x1a\x45\xdf\xa3", "audio/webm", "audio", "audio/"},
	}
}

// magicMax is how many bytes tell what a file is.
const magicMax = 32

// fileKind is what a file is by its first bytes, and not by its name: its media type and the update's Subtype. Both are empty if it
// is none that is accepted.
func fileKind(head []byte, declared string) (kind, subtype string) {
	said, _, _ := mime.ParseMediaType(declared)
	for _, m := range magics() {
		if len(head) > m.at && bytes.HasPrefix(head[m.at:], []byte(m.bytes)) && strings.HasPrefix(said, m.onlyIfDeclared) {
			return m.kind, m.subtype
		}
	}
	return "", ""
}
