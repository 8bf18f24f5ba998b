package client

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// decode reads an answer strictly: one JSON object in UTF-8, no field twice, the required ones there and not null. Unknown
// fields are ignored, since an insurer may add some. It returns the fault as one word: the decoder's own error quotes the
// answer.
func decode(body []byte, out any, need []string) (why string) {
	if !utf8.Valid(body) {
		return "encoding" // the decoder would put U+FFFD in its place, and two ids could become one
	}
	if why := fieldsOnce(body); why != "" {
		return why
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil || fields == nil {
		return "json"
	}
	for _, name := range need {
		if v, ok := fields[name]; !ok || string(v) == "null" {
			return "missing_field"
		}
	}
	if json.Unmarshal(body, out) != nil {
		return "field_type"
	}
	return ""
}

// fieldsOnce looks for a field that stands twice in an object: readers differ in which one counts.
func fieldsOnce(body []byte) (why string) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var open []*object
	for {
		tok, err := d.Token()
		switch {
		case errors.Is(err, io.EOF) && len(open) == 0:
			return ""
		case err != nil:
			return "json"
		}
		var in *object
		if len(open) > 0 {
			in = open[len(open)-1]
		}
		switch tok {
		case json.Delim('{'):
			in.value()
			open = append(open, &object{seen: map[string]bool{}, atName: true})
		case json.Delim('['):
			in.value()
			open = append(open, nil)
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
		default:
			if !in.takes(tok) {
				return "field_twice"
			}
		}
	}
}

// object is an object that is being read; nil stands for an array, or for the outside.
type object struct {
	seen   map[string]bool
	atName bool
}

// takes reads the next token. It returns false for a name that was there before. The decoder matches names in any case.
func (o *object) takes(tok json.Token) bool {
	if o == nil || !o.atName {
		o.value()
		return true
	}
	name, _ := tok.(string)
	name = strings.ToLower(strings.ToUpper(name))
	if o.seen[name] {
		return false
	}
	o.seen[name], o.atName = true, false
	return true
}

func (o *object) value() {
	if o != nil {
		o.atName = true
	}
}
