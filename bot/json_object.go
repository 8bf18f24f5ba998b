package bot

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// JSONObject writes a value as JSON, field by field, with the bytes of encoding/json. Every turn seals an update, a session
// and a reply; encoding/json needed a fifth of the turn to find their fields. Its zero value is ready for use.
type JSONObject struct {
	text []byte
	err  error
}

// JSONAppender is a value that writes itself. Its test compares what it writes with encoding/json, so that no field is
// forgotten.
type JSONAppender interface {
	AppendJSON(o *JSONObject)
}

// Bytes returns what was written, and the first error. The bytes are good until Reset.
func (o *JSONObject) Bytes() ([]byte, error) { return o.text, o.err }

// Reset begins anew, in the same memory.
func (o *JSONObject) Reset() { o.text, o.err = o.text[:0], nil }

// Open begins an object: the value itself, or an element of an array.
func (o *JSONObject) Open() {
	o.comma()
	o.text = append(o.text, '{')
}

// Close ends an object.
func (o *JSONObject) Close() { o.text = append(o.text, '}') }

// OpenField begins an object that is a field. The mark is for CloseField.
func (o *JSONObject) OpenField(key string) (mark int) {
	mark = len(o.text)
	o.key(key)
	o.text = append(o.text, '{')
	return mark
}

// CloseField ends an object that is a field, and removes it if nothing was written into it.
func (o *JSONObject) CloseField(mark int) {
	if o.text[len(o.text)-1] == '{' {
		o.text = o.text[:mark]
		return
	}
	o.Close()
}

// OpenArray begins a field with a list.
func (o *JSONObject) OpenArray(key string) {
	o.key(key)
	o.text = append(o.text, '[')
}

// CloseArray ends a list.
func (o *JSONObject) CloseArray() { o.text = append(o.text, ']') }

// String writes a field.
func (o *JSONObject) String(key, value string) {
	o.key(key)
	o.appendString(value)
}

// Int writes a field.
func (o *JSONObject) Int(key string, n int64) {
	o.key(key)
	o.text = strconv.AppendInt(o.text, n, 10)
}

// Value writes a field with a value that writes itself.
func (o *JSONObject) Value(key string, value JSONAppender) {
	o.key(key)
	value.AppendJSON(o)
}

// Time writes a field.
func (o *JSONObject) Time(key string, t time.Time) {
	o.key(key)
	o.text = append(o.text, '"')
	text, err := t.AppendText(o.text)
	if err != nil {
		o.fail(err)
		return
	}
	o.text = append(text, '"')
}

// Plain writes a field with a text that f appends, and that needs no escapes.
func (o *JSONObject) Plain(key string, f func(text []byte) []byte) {
	o.key(key)
	o.text = append(f(append(o.text, '"')), '"')
}

// Any writes a field with encoding/json: what is rare needs no code of its own.
func (o *JSONObject) Any(key string, value any) {
	o.key(key)
	o.appendAny(value)
}

// Whole writes a whole value with encoding/json.
func (o *JSONObject) Whole(value any) {
	o.comma()
	o.appendAny(value)
}

// The following write a field unless it is empty.

// IfString writes a text.
func (o *JSONObject) IfString(key, value string) {
	if value != "" {
		o.String(key, value)
	}
}

// IfTrue writes a flag.
func (o *JSONObject) IfTrue(key string, value bool) {
	if value {
		o.key(key)
		o.text = append(o.text, "true"...)
	}
}

// IfInt writes a number.
func (o *JSONObject) IfInt(key string, n int64) {
	if n != 0 {
		o.Int(key, n)
	}
}

// IfUint writes a number.
func (o *JSONObject) IfUint(key string, n uint64) {
	if n != 0 {
		o.key(key)
		o.text = strconv.AppendUint(o.text, n, 10)
	}
}

// IfTime writes a time.
func (o *JSONObject) IfTime(key string, t time.Time) {
	if !t.IsZero() {
		o.Time(key, t)
	}
}

// JSONStrings writes a list of texts unless it is empty.
func JSONStrings[S ~string](o *JSONObject, key string, list []S) {
	if len(list) == 0 {
		return
	}
	o.OpenArray(key)
	for _, s := range list {
		o.comma()
		o.appendString(string(s))
	}
	o.CloseArray()
}

// JSONList writes a list of values of any kind with encoding/json unless it is empty.
func JSONList[T any](o *JSONObject, key string, list []T) {
	if len(list) > 0 {
		o.Any(key, list)
	}
}

// JSONPointer writes what a pointer points to with encoding/json unless it is nil.
func JSONPointer[T any](o *JSONObject, key string, p *T) {
	if p != nil {
		o.Any(key, p)
	}
}

func (o *JSONObject) fail(err error) {
	if o.err == nil {
		o.err = err
	}
}

// comma separates what follows from the value before it, if there is one.
func (o *JSONObject) comma() {
	if n := len(o.text); n > 0 && o.text[n-1] != '{' && o.text[n-1] != '[' && o.text[n-1] != ':' {
		o.text = append(o.text, ',')
	}
}

// key begins a field. The keys of our types need no escapes.
func (o *JSONObject) key(key string) {
	o.comma()
	o.text = append(o.text, '"')
	o.text = append(o.text, key...)
	o.text = append(o.text, '"', ':')
}

func (o *JSONObject) appendAny(value any) {
	text, err := json.Marshal(value)
	if err != nil {
		o.fail(err)
		return
	}
	o.text = append(o.text, text...)
}

// appendString writes a text. Texts of people and of the bot have line ends and letters with accents; one with anything else
// that needs an escape is left to encoding/json.
func (o *JSONObject) appendString(s string) {
	if !isPlain(s) {
		o.appendAny(s)
		return
	}
	o.text = slices.Grow(o.text, len(s)+2)
	o.text = append(o.text, '"')
	for {
		line, rest, more := strings.Cut(s, "\n")
		o.text = append(o.text, line...)
		if !more {
			break
		}
		o.text = append(o.text, `\n`...)
		s = rest
	}
	o.text = append(o.text, '"')
}

// isPlain reports whether nothing in a text needs an escape but line ends.
func isPlain(s string) bool {
	ascii := true
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			ascii = false
		} else if !plainBytes[s[i]] {
			return false
		}
	}
	return ascii || utf8.ValidString(s) && !strings.Contains(s, "\u2028") && !strings.Contains(s, "\u2029")
}

// plainBytes are the ASCII characters of a plain text.
var plainBytes = func() (plain [utf8.RuneSelf]bool) {
	for c := range plain {
		plain[c] = c >= ' ' && strings.IndexByte(`"\<>&`, byte(c)) < 0
	}
	plain['\n'] = true
	return plain
}()
