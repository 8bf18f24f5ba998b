package telegramtest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// maxFetch is the largest file that a bot may download.
const maxFetch = 20 << 20

// storedFile is a file that somebody sent.
type storedFile struct {
	path string
	data []byte
	size int64 // as announced; below zero: not at all
	lost bool
}

// SendsFile sends a file of a kind ("photo", "voice", "document", …), with fields of its own such as "mime_type" and a
// caption, and returns its id. A photo comes in two sizes, of which this is the larger.
func (u *User) SendsFile(kind string, data []byte, caption string, fields map[string]any) (id string) {
	s := u.s
	s.mu.Lock()
	id = fmt.Sprintf("AgACAgEAAxkB-%s_%d", kind, len(s.files)+1)
	s.files[id] = &storedFile{path: fmt.Sprintf("%ss/file_%d.bin", kind, len(s.files)+1), data: data, size: int64(len(data))}
	s.mu.Unlock()
	one := map[string]any{"file_id": id, "file_unique_id": "u" + id, "file_size": len(data)}
	for k, v := range fields {
		one[k] = v
	}
	body := map[string]any{kind: one}
	if kind == "photo" {
		one["width"], one["height"] = 1280, 960
		body[kind] = []any{map[string]any{"file_id": "small", "file_size": 3, "width": 90, "height": 67}, one}
	}
	if caption != "" {
		body["caption"] = caption
	}
	u.Writes(body)
	return id
}

// Loses has the server find the path of a file and not the file itself. Announces sets the size that it says a file has, and
// Keeps the path: a server of one's own keeps files on its own disk.
func (s *Server) Loses(id string)               { s.bend(id, func(f *storedFile) { f.lost = true }) }
func (s *Server) Announces(id string, n int64)  { s.bend(id, func(f *storedFile) { f.size = n }) }
func (s *Server) Keeps(id string, at string)    { s.bend(id, func(f *storedFile) { f.path = at }) }
func (s *Server) Replaces(id string, by []byte) { s.bend(id, func(f *storedFile) { f.data = by }) }

func (s *Server) bend(id string, change func(*storedFile)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s.files[id])
}

func (s *Server) getFile(q query) (any, *errorAnswer) {
	id := q.String("file_id")
	f := s.files[id]
	switch {
	case f == nil:
		return nil, refuse(400, "invalid file_id")
	case f.size > maxFetch:
		return nil, refuse(400, "file is too big")
	}
	out := map[string]any{"file_id": id, "file_unique_id": "u" + id, "file_path": f.path}
	if f.size >= 0 {
		out["file_size"] = f.size
	}
	return out, nil
}

// download serves a file under the path that getFile gave. It counts as a call of the method "file".
func (s *Server) download(w http.ResponseWriter, r *http.Request) {
	path, ok := strings.CutPrefix(r.URL.Path, "/file/bot"+s.token+"/")
	at := s.record(query{Method: "file"})
	treated := s.treat(query{Method: "file"})
	treated.wait(r.Context(), s.ctx)
	code, data := http.StatusOK, []byte(nil)
	if f := s.stored(path); !ok || f == nil {
		code = http.StatusNotFound
	} else {
		data = f.data
	}
	if f := treated.failure(); f != nil {
		code = f.code
	}
	s.note(at, code, treated.cutAfter)
	switch {
	case treated.cutBefore:
		panic(http.ErrAbortHandler)
	case code != http.StatusOK:
		http.Error(w, "not here", code)
	case treated.cutAfter:
		w.Header().Set("Content-Length", strconv.Itoa(len(data)))
		_, _ = w.Write(data[:len(data)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	default:
		_, _ = w.Write(data)
	}
}

// stored is the file at a path, nil if there is none.
func (s *Server) stored(path string) *storedFile {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.files {
		if f.path == path && !f.lost {
			return f
		}
	}
	return nil
}

func (s *Server) getChat(q query) (any, *errorAnswer) {
	u, f := s.place(q)
	if f != nil {
		return nil, f
	}
	out := u.where()
	if u.Name != "" {
		out["username"] = u.Name
	}
	return out, nil
}
