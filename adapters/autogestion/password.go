package autogestion

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"llave/adapters/autogestion/form"

	"golang.org/x/crypto/argon2"
)

// Cost of hashing a password.
type Cost struct {
	MemoryKiB uint32
	Time      uint32
	Threads   uint8
}

// DefaultCost is OWASP's second choice for argon2id: 19 MiB, two passes. About 20 ms.
var DefaultCost = Cost{MemoryKiB: 19 * 1024, Time: 2, Threads: 1}

const (
	saltLen = 16
	hashLen = 32
)

// hashPassword returns a PHC string. It carries its own cost, so that another default keeps the stored ones valid.
func hashPassword(password string, salt []byte, c Cost) string {
	return phc(salt, argon2.IDKey([]byte(password), salt, c.Time, c.MemoryKiB, c.Threads, hashLen), c)
}

func phc(salt, sum []byte, c Cost) string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.MemoryKiB, c.Time, c.Threads, b64(salt), b64(sum))
}

// checkPassword reports whether a password is the one of a PHC string.
func checkPassword(password, phc string) bool {
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return false
	}
	var c Cost
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.MemoryKiB, &c.Time, &c.Threads); err != nil {
		return false
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	// The bound is for a damaged file: 1 GiB of memory would take the process down.
	if err1 != nil || err2 != nil || len(want) != hashLen || c.MemoryKiB > 1<<18 || c.Time == 0 || c.Time > 16 || c.Threads == 0 {
		return false
	}
	got := argon2.IDKey([]byte(password), salt, c.Time, c.MemoryKiB, c.Threads, hashLen)
	return subtle.ConstantTimeCompare(got, want) == 1
}

// verify checks a password in its turn. An empty phc belongs to no account: it takes as long and is never right.
func (s *Service) verify(ctx context.Context, password, phc string) (bool, error) {
	if err := s.acquireHashing(ctx); err != nil {
		return false, err
	}
	defer func() { <-s.hashing }()
	if len(password) > form.PasswordMax {
		password, phc = "", ""
	}
	if phc == "" {
		checkPassword(password, s.dummy)
		return false, nil
	}
	return checkPassword(password, phc), nil
}

func (s *Service) newPassword(ctx context.Context, password string) (string, error) {
	salt, err := s.keys.random(saltLen)
	if err != nil {
		return "", err
	}
	if err := s.acquireHashing(ctx); err != nil {
		return "", err
	}
	defer func() { <-s.hashing }()
	return hashPassword(password, salt, s.opt.Cost), nil
}

func (s *Service) acquireHashing(ctx context.Context) error {
	select {
	case s.hashing <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
