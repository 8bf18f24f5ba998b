package telegramtest

import (
	"encoding/json"
	"regexp"
	"slices"
	"unicode/utf8"
)

func (s *Server) remove(q query) *errorAnswer {
	u, f := s.place(q)
	if f != nil {
		return f
	}
	at := slices.IndexFunc(u.screen, func(m *Message) bool { return m.ID == int(q.Int("message_id")) })
	if at < 0 {
		return refuse(400, "message to delete not found")
	}
	u.screen = slices.Delete(u.screen, at, at+1)
	u.read = min(u.read, len(u.screen))
	return nil
}

func (s *Server) answerQuery(q query) *errorAnswer {
	answered, there := s.queries[q.String("callback_query_id")]
	if !there || answered {
		return refuse(400, "query is too old and response timeout expired or query ID is invalid")
	}
	if utf8.RuneCountInString(q.String("text")) > 200 {
		return refuse(400, "MESSAGE_TOO_LONG")
	}
	s.queries[q.String("callback_query_id")] = true
	return nil
}

// Spinning is how many buttons were pressed and not answered.
func (s *Server) Spinning() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, answered := range s.queries {
		if !answered {
			n++
		}
	}
	return n
}

func (s *Server) chatAction(q query) *errorAnswer {
	u, f := s.place(q)
	if f != nil {
		return f
	}
	if !slices.Contains([]string{"typing", "upload_photo", "upload_document"}, q.String("action")) {
		return refuse(400, "wrong parameter action in request")
	}
	thread, f := u.topic(q)
	if f != nil {
		return f
	}
	u.typed, u.typedIn = append(u.typed, s.now()), append(u.typedIn, thread)
	return nil
}

// Command is one of those that the app offers.
type Command struct {
	Command     string `json:"command"`
	Description string `json:"description"`
}

var commandName = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)

func (s *Server) setCommands(q query) *errorAnswer {
	var list []Command
	if json.Unmarshal([]byte(q.String("commands")), &list) != nil || len(list) > 100 {
		return refuse(400, "can't parse commands")
	}
	for _, c := range list {
		if !commandName.MatchString(c.Command) || c.Description == "" || utf8.RuneCountInString(c.Description) > 256 {
			return refuse(400, "BOT_COMMAND_INVALID")
		}
	}
	s.commands = list
	return nil
}

// Commands are those that the bot set.
func (s *Server) Commands() []Command {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.commands)
}
