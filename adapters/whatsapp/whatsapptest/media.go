package whatsapptest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"

	waBinary "go.mau.fi/whatsmeow/binary"
)

// maxUpload bounds a file, which the server keeps in memory.
const maxUpload = 64 << 20

// mediaConn says where files are brought and got.
func (s *Server) mediaConn(c *clientConn, n waBinary.Node) {
	c.send(answer(n, waBinary.Node{
		Tag:     "media_conn",
		Attrs:   waBinary.Attrs{"auth": "let-me-in", "ttl": 300, "auth_ttl": 21600, "max_buckets": 12},
		Content: []waBinary.Node{{Tag: "host", Attrs: waBinary.Attrs{"hostname": "mmg.whatsapp.net"}}},
	}))
}

// media takes files in and gives them out, encrypted as they are.
func (s *Server) media(w http.ResponseWriter, r *http.Request) {
	on := "download"
	if r.Method == http.MethodPost {
		on = "upload"
	}
	s.mu.Lock()
	if on == "download" {
		s.downloads++
	}
	f := s.fault(faultMoment{on: on})
	s.mu.Unlock()
	switch {
	case f != nil && f.Cut:
		panic(http.ErrAbortHandler)
	case f != nil && f.Error != 0:
		http.Error(w, "refused", f.Error)
	case on == "upload":
		s.upload(w, r)
	default:
		s.mu.Lock()
		blob, ok := s.blobs[r.URL.Path]
		s.mu.Unlock()
		if !ok {
			http.NotFound(w, r)
			return
		}
		if f != nil && f.Garbled && len(blob) > 0 {
			blob = slices.Clone(blob)
			blob[len(blob)/2] ^= 1
		}
		w.Write(blob)
	}
}

func (s *Server) upload(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("auth") != "let-me-in" {
		http.Error(w, "who are you?", http.StatusUnauthorized)
		return
	}
	blob, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxUpload))
	if err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	s.mu.Lock()
	path := fmt.Sprintf("/v/blob%d", s.next())
	s.blobs[path] = blob
	s.change()
	s.mu.Unlock()
	path += "?ccb=1" // clients append to a query that they take for granted
	json.NewEncoder(w).Encode(map[string]string{"url": "https://mmg.whatsapp.net" + path, "direct_path": path, "handle": path})
}

// Downloads is how often a file was requested.
func (s *Server) Downloads() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.downloads
}

// Blobs are all files that were uploaded, as the server sees them.
func (s *Server) Blobs() [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out [][]byte
	for _, b := range s.blobs {
		out = append(out, b)
	}
	return out
}
