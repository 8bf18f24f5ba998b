package bot

import "strings"

// Span is a piece of a reply's text. Typed ones are words that the person may type as they stand: a channel makes
// them stand out by its own means.
type Span struct {
	Text  string
	Typed bool
}

// Spans cuts a text at its *marked words*. A star that marks nothing stays in the text.
func Spans(text string) []Span {
	var out []Span
	for text != "" {
		open := strings.IndexByte(text, '*')
		length := -1
		if open >= 0 {
			length = strings.IndexAny(text[open+1:], "*\n")
		}
		if length < 1 || text[open+1+length] != '*' || text[open+1] == ' ' {
			if next := open + 1 + max(length, 1); open >= 0 && next < len(text) {
				out = appendPlain(out, text[:next])
				text = text[next:]
				continue
			}
			return appendPlain(out, text)
		}
		out = appendPlain(out, text[:open])
		out = append(out, Span{Text: text[open+1 : open+1+length], Typed: true})
		text = text[open+2+length:]
	}
	return out
}

// plain appends text to the last span if that is plain too.
func appendPlain(out []Span, text string) []Span {
	if n := len(out); n > 0 && !out[n-1].Typed {
		out[n-1].Text += text
		return out
	}
	if text == "" {
		return out
	}
	return append(out, Span{Text: text})
}
