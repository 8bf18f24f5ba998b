package store

import (
	"context"
	"time"
)

// fileKey is the key of a file that processes hand to each other.
func fileKey(name string) string { return redisPrefix + "file:" + name }

// KeepFile keeps a file for a while, for the other processes on the server: what one has at hand and another one sends. The
// body is sealed by the caller, and the name tells nothing. A full server refuses it.
func (s *Redis) KeepFile(ctx context.Context, name string, body []byte, keep time.Duration) error {
	_, err := s.pipe.do(ctx, plain("set", fileKey(name), body, "px", keep.Milliseconds()))
	return redisFailed("keep file", err)
}

// File returns a file that is kept, or nil.
func (s *Redis) File(ctx context.Context, name string) ([]byte, error) {
	v, err := s.pipe.do(ctx, plain("get", fileKey(name)))
	if err != nil || v == nil {
		return nil, redisFailed("file", err)
	}
	return []byte(text(v)), nil
}
