package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"llave/bot/keyring"
	"llave/store"
)

// How bad a finding is: the word that stands before it.
const (
	findingGood = "doctor.good"
	findingWarn = "doctor.warn" // it works, and something will hurt
	findingBad  = "doctor.bad"  // it does not work, or something is lost
)

// finding is one line of what llave doctor found. Its text is in the catalog.
type finding struct {
	how, key string
	data     any
}

// Line is the finding in words.
func (f finding) Line() string { return render(f.key, f.data) }

// Mark is its first word.
func (f finding) Mark() string { return render(f.how, nil) }

// doctor looks at all that the service depends on, also while it runs, and changes nothing. It fails if anything is bad.
func (p program) doctor(ctx context.Context, args []string) error {
	if err := noArguments(args); err != nil {
		return err
	}
	c, err := readConfig(p.getenv)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	found := c.examineFolder()
	found = append(found, c.examineKeys()...)
	found = append(found, c.examineStore(ctx)...)
	found = append(found, c.examineService(ctx))
	if err := write(p.stdout, "doctor", values{"At": localTime(p.now(), "02/01/2006 15:04"), "Found": found}); err != nil {
		return err
	}
	for _, f := range found {
		if f.how == findingBad {
			return refuse("doctor.failed", nil)
		}
	}
	return nil
}

// scarce is how little room on a disk is worth a word, and tight how little is bad.
const scarce, tight = 5 << 30, 200 << 20

func (c *config) examineFolder() []finding {
	info, err := os.Stat(c.Data)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return []finding{{findingWarn, "doctor.folder.none", c.Data}}
	case err != nil || !info.IsDir():
		return []finding{{findingBad, "doctor.folder.unusable", c.Data}}
	}
	var found []finding
	if info.Mode().Perm()&0o077 != 0 {
		found = append(found, finding{findingWarn, "doctor.folder.open", c.Data})
	}
	free, known := diskFree(c.Data)
	how := findingGood
	switch {
	case !known:
		return append(found, finding{findingGood, "doctor.folder.there", c.Data})
	case free < tight:
		how = findingBad
	case free < scarce:
		how = findingWarn
	}
	return append(found, finding{how, "doctor.folder.room", values{"Path": c.Data, "MiB": free >> 20}})
}

// examineKeys opens each key of the folder, as the service will.
func (c *config) examineKeys() (found []finding) {
	ring := c.outerRing()
	clear := 0
	for _, name := range dataKeys {
		text, err := os.ReadFile(c.path(name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			found = append(found, finding{findingBad, "doctor.key.unreadable", name})
			continue
		}
		switch key, err := readKeyText(ring, name, text); {
		case errors.Is(err, keyring.ErrSealed):
			found = append(found, finding{findingBad, "doctor.key.sealed", name})
		case err != nil || len(key) != keyring.KeySize:
			found = append(found, finding{findingBad, "doctor.key.shape", name})
		case !strings.HasPrefix(string(text), sealedKey):
			clear++
		}
	}
	switch _, err := os.Stat(c.path("llave.key")); {
	case ring == nil:
		found = append(found, finding{findingWarn, "doctor.key.folder", nil})
	case clear > 0:
		found = append(found, finding{findingWarn, "doctor.key.clear", clear})
	case err == nil && c.Store == sqliteStore:
		found = append(found, finding{findingWarn, "doctor.key.two", nil})
	default:
		found = append(found, finding{findingGood, "doctor.key.ring", nil})
	}
	return found
}

func (c *config) examineStore(ctx context.Context) []finding {
	if c.Store == sqliteStore {
		return []finding{c.examineFile(ctx)}
	}
	r, err := store.InspectRedis(ctx, store.RedisConfig{Address: c.Store}, time.Now)
	if err != nil {
		return []finding{{findingBad, "doctor.redis.silent", nil}}
	}
	return examineRedis(r)
}

// examineFile looks at the file of the conversations. Whether every page is whole the service finds out when it opens it.
func (c *config) examineFile(ctx context.Context) finding {
	path := c.path("llave.db")
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return finding{findingGood, "doctor.file.none", filepath.Base(path)}
	}
	if err != nil {
		return finding{findingBad, "doctor.file.unreadable", path}
	}
	defer f.Close()
	head := make([]byte, 16)
	if _, err := io.ReadFull(f, head); err != nil || string(head) != "SQLite format 3\x00" {
		return finding{findingBad, "doctor.file.foreign", path}
	}
	info, err := f.Stat()
	if err != nil {
		return finding{findingBad, "doctor.file.unreadable", path}
	}
	switch unfinished, err := store.Unfinished(ctx, path); {
	case err != nil:
		return finding{findingBad, "doctor.file.foreign", path}
	case unfinished:
		return finding{findingBad, "doctor.file.unfinished", path}
	}
	return finding{findingGood, "doctor.file.there", values{"Path": path, "MiB": info.Size() >> 20}}
}

// How far clocks may differ, and how long a call may take, before it is worth a word. Tokens end at 23:59 by our clock, and leases by
// the server's.
const clockApart, slowCall = 2 * time.Second, 5 * time.Millisecond

func examineRedis(r store.RedisReport) (found []finding) {
	add := func(bad bool, how, key string, data any) {
		if bad {
			found = append(found, finding{how, key, data})
		}
	}
	found = append(found, finding{findingGood, "doctor.redis.server", r})
	for _, refused := range r.Refused {
		found = append(found, finding{findingBad, "doctor.redis.refused", redisError(refused).Error()})
	}
	add(!r.AOF && r.Version != "", findingBad, "doctor.redis.aof", nil)
	add(r.LastWriteFailed, findingBad, "doctor.redis.write_failed", nil)
	add(r.Delayed > 0, findingWarn, "doctor.redis.delayed", r.Delayed)
	add(r.Max == 0 && r.Version != "", findingWarn, "doctor.redis.unbounded", nil)
	add(r.Max > 0 && r.Free() < 20, findingWarn, "doctor.redis.memory", r.Free())
	add(r.Max > 0 && r.Free() < 3, findingBad, "doctor.redis.full", nil)
	add(r.Replicas == 0 && r.Version != "", findingWarn, "doctor.redis.alone", nil)
	add(r.Ahead.Abs() > clockApart, findingBad, "doctor.redis.clock", r.Ahead.Round(time.Second).String())
	add(r.RoundTrip > slowCall, findingWarn, "doctor.redis.slow", r.RoundTrip.Round(time.Millisecond).String())
	add(len(r.Living) == 0 && r.Refused == nil, findingWarn, "doctor.redis.nobody", nil)
	add(len(r.Living) == 1, findingWarn, "doctor.redis.one", nil)
	add(len(r.Living) > 1, findingGood, "doctor.redis.several", len(r.Living))
	return found
}

// examineService asks the service on this machine.
func (c *config) examineService(ctx context.Context) finding {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	res, err := c.askService(ctx)
	if err != nil {
		return finding{findingWarn, "doctor.service.silent", c.ownAddr()}
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(res.Body, 4096))
	if res.StatusCode != http.StatusOK {
		return finding{findingWarn, "doctor.service.not_ready", strings.TrimSpace(string(text))}
	}
	return finding{findingGood, "doctor.service.ready", c.ownAddr()}
}
