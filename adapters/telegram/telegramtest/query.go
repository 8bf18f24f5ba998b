package telegramtest

import (
	"encoding/json"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// query is a call as it was read.
type query struct {
	Method string
	Params map[string]string
	Field  string // of the file
	File   *File
}

// File is what was uploaded.
type File struct {
	Name string
	Data []byte
}

// String and Int are parameters.
func (q query) String(name string) string { return q.Params[name] }
func (q query) Int(name string) int64 {
	n, _ := strconv.ParseInt(q.Params[name], 10, 64)
	return n
}

// Telegram takes 50 MB; a little more is read to be able to say so.
const maxUpload = 50 << 20

// read reads a call in whichever of the three forms it comes.
func read(r *http.Request, method string) (query, *errorAnswer) {
	q := query{Method: method, Params: map[string]string{}}
	kind := r.Header.Get("Content-Type")
	switch {
	case strings.HasPrefix(kind, "multipart/form-data"):
		m, err := r.MultipartReader()
		if err != nil {
			return q, refuse(400, "broken form")
		}
		return q, q.parts(m)
	case strings.HasPrefix(kind, "application/json"):
		var values map[string]json.RawMessage
		if json.NewDecoder(r.Body).Decode(&values) != nil {
			return q, refuse(400, "object expected as the request")
		}
		for k, v := range values {
			var s string
			if json.Unmarshal(v, &s) != nil {
				s = string(v)
			}
			q.Params[k] = s
		}
		return q, nil
	}
	if r.ParseForm() != nil {
		return q, refuse(400, "broken form")
	}
	for k, v := range r.Form {
		q.Params[k] = v[0]
	}
	return q, nil
}

func (q *query) parts(m *multipart.Reader) *errorAnswer {
	for {
		p, err := m.NextPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return refuse(400, "broken form")
		}
		data, err := io.ReadAll(io.LimitReader(p, maxUpload+1))
		switch {
		case err != nil:
			return refuse(400, "broken form")
		case len(data) > maxUpload:
			return &errorAnswer{code: 413, text: "Request Entity Too Large"}
		case p.FileName() != "":
			// As it was sent: FileName leaves out a path, and whether there was one is worth knowing.
			_, said, _ := mime.ParseMediaType(p.Header.Get("Content-Disposition"))
			q.Field, q.File = p.FormName(), &File{said["filename"], data}
		default:
			q.Params[p.FormName()] = string(data)
		}
	}
}

// Call is a call that was made.
type Call struct {
	At     time.Time
	Method string
	Chat   int64
	Params map[string]string
	// Code is what it was answered with: 0 while it is under way, -1 if the connection was cut before anything was done.
	Code int
	// Lost says that it was done and the answer did not arrive.
	Lost bool
}

// record keeps a call and returns its place.
func (s *Server) record(q query) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, Call{At: s.now(), Method: q.Method, Chat: q.Int("chat_id"), Params: maps.Clone(q.Params)})
	s.change()
	return len(s.calls) - 1
}

func (s *Server) note(at, code int, lost bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[at].Code, s.calls[at].Lost = code, lost
	s.change()
}

// Calls are the calls that were made, of the methods given or of all.
func (s *Server) Calls(methods ...string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Call
	for _, c := range s.calls {
		for _, m := range methods {
			if c.Method == m {
				out = append(out, c)
			}
		}
		if len(methods) == 0 {
			out = append(out, c)
		}
	}
	return out
}
