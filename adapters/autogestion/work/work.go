// Package work asks a browser for a proof of work: what makes many attempts dear and one attempt cheap, so that nobody has to
// be locked out. The form is that of ALTCHA, version 2 (PBKDF2, fixed counter): the server draws a counter below a bound and
// shows half of the key that follows from it; the browser tries the counters one after the other. So the time has a bound.
//
// A browser without scripts proves nothing: it waits as long, which is its caller's to see to.
//
// Reading order: work.go.
package work

import (
	"bytes"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

// Level is how dear a proof is. Zero: none is needed.
type Level int

// MaxLevel is the dearest level: two seconds of a cheap phone.
const MaxLevel Level = 4

// waits and counters of the levels. A cheap phone derives some 70 keys a second.
var (
	waits    = [MaxLevel + 1]time.Duration{0, 250 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second}
	counters = [MaxLevel + 1]int64{0, 18, 35, 70, 140}
)

// Wait returns how long a browser waits that proves nothing.
func (l Level) Wait() time.Duration { return waits[l.bounded()] }

func (l Level) bounded() Level { return max(0, min(l, MaxLevel)) }

const (
	algorithm = "PBKDF2/SHA-256"
	cost      = 5000 // iterations for one key: about a millisecond here
	keyLen    = 32
	prefixLen = keyLen / 2
	saltLen   = 16

	lasts   = 10 * time.Minute
	usedMax = 50_000 // proofs that are remembered as used
	// payloadMax is far above the length of a payload.
	payloadMax = 4096
)

// parameters of a challenge, in the order of their names: this is the JSON that is signed.
type parameters struct {
	Algorithm    string `json:"algorithm"`
	Cost         int    `json:"cost"`
	Data         data   `json:"data"`
	ExpiresAt    int64  `json:"expiresAt"`
	KeyLength    int    `json:"keyLength"`
	KeyPrefix    string `json:"keyPrefix"`
	KeySignature string `json:"keySignature"`
	Nonce        string `json:"nonce"`
	Salt         string `json:"salt"`
}

type data struct {
	Level Level `json:"level"`
}

// Challenge is what a browser has to solve.
type Challenge struct {
	Parameters parameters `json:"parameters"`
	Signature  string     `json:"signature"`
}

// payload is a solved challenge, as a form carries it: JSON in base64.
type payload struct {
	Challenge Challenge `json:"challenge"`
	Solution  struct {
		Counter    int64  `json:"counter"`
		DerivedKey string `json:"derivedKey"`
	} `json:"solution"`
}

// Issuer makes challenges and checks proofs. It forgets both when the process ends. It is safe for concurrent use.
type Issuer struct {
	secret, keySecret []byte
	now               func() time.Time
	used              *lru.Cache[string, struct{}]
}

// NewIssuer makes an issuer with secrets of its own.
func NewIssuer(now func() time.Time) (*Issuer, error) {
	used, err := lru.New[string, struct{}](usedMax)
	if err != nil {
		return nil, fmt.Errorf("work: %w", err)
	}
	i := &Issuer{secret: make([]byte, 32), keySecret: make([]byte, 32), now: now, used: used}
	rand.Read(i.secret)
	rand.Read(i.keySecret)
	return i, nil
}

// Challenge makes a challenge of a level, at least of the first.
func (i *Issuer) Challenge(l Level) (Challenge, error) {
	l = max(1, l.bounded())
	counter, err := rand.Int(rand.Reader, big.NewInt(counters[l]))
	if err != nil {
		return Challenge{}, fmt.Errorf("work: %w", err)
	}
	nonce, salt := make([]byte, saltLen), make([]byte, saltLen)
	rand.Read(nonce)
	rand.Read(salt)
	key, err := derive(nonce, salt, counter.Int64())
	if err != nil {
		return Challenge{}, fmt.Errorf("work: %w", err)
	}
	p := parameters{Algorithm: algorithm, Cost: cost, Data: data{l}, ExpiresAt: i.now().Add(lasts).Unix(), KeyLength: keyLen,
		KeyPrefix: hex.EncodeToString(key[:prefixLen]), KeySignature: sign(i.keySecret, key), Nonce: hex.EncodeToString(nonce), Salt: hex.EncodeToString(salt)}
	return Challenge{Parameters: p, Signature: sign(i.secret, p.json())}, nil
}

// derive returns the key of a counter.
func derive(nonce, salt []byte, counter int64) ([]byte, error) {
	password := binary.BigEndian.AppendUint32(bytes.Clone(nonce), uint32(counter))
	return pbkdf2.Key(sha256.New, string(password), salt, cost, keyLen)
}

func sign(secret, text []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write(text)
	return hex.EncodeToString(mac.Sum(nil))
}

// json is the canonical form: the names in order, no spaces. The texts are hexadecimal, so nothing is escaped.
func (p parameters) json() []byte {
	b, err := json.Marshal(p)
	if err != nil {
		panic(err) // a struct of texts and numbers
	}
	return b
}

// Check returns the level of a proof, 0 for what is none: malformed, expired, of another issuer, or used before. It counts as
// used from now on.
func (i *Issuer) Check(proof string) Level {
	p, ok := read(proof)
	if !ok {
		return 0
	}
	c := p.Challenge
	if !hmac.Equal([]byte(c.Signature), []byte(sign(i.secret, c.Parameters.json()))) || i.now().Unix() > c.Parameters.ExpiresAt {
		return 0
	}
	key, err := hex.DecodeString(p.Solution.DerivedKey)
	if err != nil || !hmac.Equal([]byte(c.Parameters.KeySignature), []byte(sign(i.keySecret, key))) {
		return 0
	}
	if before, _ := i.used.ContainsOrAdd(c.Signature, struct{}{}); before {
		return 0
	}
	return c.Parameters.Data.Level
}

func read(proof string) (p payload, ok bool) {
	if len(proof) > payloadMax {
		return p, false
	}
	text, err := base64.StdEncoding.DecodeString(proof)
	if err != nil {
		return p, false
	}
	return p, json.Unmarshal(text, &p) == nil
}

// Solve solves a challenge as a browser does, for tests and programs. It returns the proof, "" if the challenge has none.
func Solve(c Challenge) string {
	nonce, err1 := hex.DecodeString(c.Parameters.Nonce)
	salt, err2 := hex.DecodeString(c.Parameters.Salt)
	prefix, err3 := hex.DecodeString(c.Parameters.KeyPrefix)
	if err1 != nil || err2 != nil || err3 != nil {
		return ""
	}
	for counter := range counters[MaxLevel] {
		key, err := derive(nonce, salt, counter)
		if err != nil {
			return ""
		}
		if bytes.HasPrefix(key, prefix) {
			p := payload{Challenge: c}
			p.Solution.Counter, p.Solution.DerivedKey = counter, hex.EncodeToString(key)
			text, err := json.Marshal(p)
			if err != nil {
				return ""
			}
			return base64.StdEncoding.EncodeToString(text)
		}
	}
	return ""
}
