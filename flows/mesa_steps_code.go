package flows

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// stepList is steps in memory. Every turn of every chat writes and reads it, so that it is one short text instead of a list:
// "time|what|outcome|who,who;…", with the time in nanoseconds, in base 36.
type stepList []*step // a step is never changed: lists of several sessions hold it

// MarshalJSON implements [json.Marshaler].
func (l stepList) MarshalJSON() ([]byte, error) {
	if !l.plain() {
		return json.Marshal([]*step(l))
	}
	return append(l.appendTo([]byte{'"'}), '"'), nil
}

// writeTo writes the list as a field.
func (l stepList) writeTo(o *bot.JSONObject, key string) {
	switch {
	case len(l) == 0:
	case l.plain():
		o.Plain(key, l.appendTo)
	default:
		o.Any(key, []*step(l))
	}
}

// appendTo appends the text of the list.
func (l stepList) appendTo(out []byte) []byte {
	for i, s := range l {
		if i > 0 {
			out = append(out, ';')
		}
		out = strconv.AppendInt(out, s.At.UnixNano(), 36)
		out = append(append(out, '|'), s.What...)
		out = append(append(out, '|'), s.Outcome...)
		for k, id := range s.Who {
			out = append(append(out, "|,"[min(k, 1)]), id...)
		}
	}
	return out
}

// plain reports whether the words of the list stand in the text as they are. Otherwise it stays a list.
func (l stepList) plain() bool {
	for _, s := range l {
		if s.What != "" && !plainWord(string(s.What)) || s.Outcome != "" && !plainWord(string(s.Outcome)) {
			return false
		}
		for _, id := range s.Who {
			if !plainWord(string(id)) {
				return false
			}
		}
	}
	return true
}

// plainWord reports whether a word stands in the text as it is.
func plainWord(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c <= ' ' || c > '~' || strings.IndexByte(`"\|;,<>&`, c) >= 0 {
			return false
		}
	}
	return s != ""
}

// UnmarshalJSON implements [json.Unmarshaler]. It reads lists as well, as they were written before.
func (l *stepList) UnmarshalJSON(data []byte) error {
	if len(data) < 2 || data[0] != '"' {
		return json.Unmarshal(data, (*[]*step)(l))
	}
	text := string(data[1 : len(data)-1])
	if text == "" {
		*l = nil
		return nil
	}
	n := strings.Count(text, ";") + 1
	list, people := make(stepList, 0, n), make([]backend.MemberID, 0, n+strings.Count(text, ","))
	for one := range strings.SplitSeq(text, ";") {
		at, rest, _ := strings.Cut(one, "|")
		what, rest, _ := strings.Cut(rest, "|")
		of, who, _ := strings.Cut(rest, "|")
		nanos, err := strconv.ParseInt(at, 36, 64)
		if err != nil {
			return err
		}
		s := &step{At: time.Unix(0, nanos).UTC(), What: nlu.Intent(what), Outcome: outcome(of)}
		first := len(people)
		for who != "" {
			var id string
			id, who, _ = strings.Cut(who, ",")
			people = append(people, backend.MemberID(id))
		}
		if len(people) > first {
			s.Who = people[first:len(people):len(people)]
		}
		list = append(list, s)
	}
	*l = list
	return nil
}
