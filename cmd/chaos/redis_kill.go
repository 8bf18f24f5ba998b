package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"llave/adapters/telegram/telegramtest"
	"llave/bot/enginetest"
)

// redisSightings is how long it took after the Redis was back, or a replica had its place: until updates were accepted again, and until
// all that people had said meanwhile was answered.
type redisSightings struct{ Accepted, Answered []time.Duration }

// missed is an error if updates were refused for longer than the aim. Zero is no aim.
func (s redisSightings) missed(aim time.Duration) error {
	for _, took := range s.Accepted {
		if aim > 0 && took > aim {
			return fmt.Errorf("updates were accepted again after %s, and have to be after %s", took.Round(time.Millisecond), aim)
		}
	}
	return nil
}

func (s redisSightings) String() string {
	if len(s.Accepted) == 0 {
		return ""
	}
	return fmt.Sprintf(" redis_kills=%d accepted_again: %s; all_answered: %s", len(s.Accepted), quantiles(s.Accepted), quantiles(s.Answered))
}

// killedRedis is a program whose Redis is killed, and people who ask for tokens meanwhile.
type killedRedis struct {
	*service
	kind   string // what happens: kill, sentinel or cluster
	people []*telegramUser
	update int64 // the id of the last update that was posted here
	sum    redisSightings
}

// onKilledRedis kills the Redis so often, or a master of several. Each time everybody asks for another token meanwhile.
func onKilledRedis(ctx context.Context, h *enginetest.History, kills int, seed uint64, binary, kind string) (sum sightings, err error) {
	dir, binary, remove, err := prepare(ctx, binary)
	if err != nil {
		return sum, err
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("%w (log in %s)", err, dir)
		} else {
			remove()
		}
	}()
	srv, err := telegramtest.New(telegramtest.Options{Seed: seed, Now: clock.now})
	if err != nil {
		return sum, err
	}
	defer srv.Close()
	k := &killedRedis{kind: kind, service: &service{ctx: ctx, srv: srv, binary: binary, data: filepath.Join(dir, "redis"), webhook: true, history: h, name: "redis", rng: rand.New(rand.NewPCG(seed, 97))}}
	if k.log, err = os.Create(filepath.Join(dir, "log")); err != nil {
		return sum, err
	}
	if err := k.start(); err != nil {
		return sum, err
	}
	defer k.kill()
	for i := range userCount {
		c := person(ctx, h, srv.User(int64(5000+i), "Mari", ""))
		if err := k.link(c.User); err != nil {
			return sum, fmt.Errorf("linking: %w", err)
		}
		k.people = append(k.people, c)
	}
	for i := range probeChats {
		srv.User(firstProbe+int64(i), "Mari", "")
	}
	h.Add(enginetest.Record{What: enginetest.Begun})
	if err := k.people[0].ask("token", enginetest.Token); err != nil { // the one that the first "otro token" replaces
		return sum, err
	}
	for range kills {
		if err := k.once(); err != nil {
			return sum, err
		}
	}
	for _, c := range k.people {
		sum.add(c.sightings)
	}
	sum.Kills, sum.Redis = len(k.sum.Accepted), k.sum
	taken(h, srv)
	k.kill()
	tokens, _, err := readBooks(ctx, h, k.data)
	sum.Tokens = tokens - 1
	return sum, errors.Join(err, k.sum.missed(backAfter[k.kind]))
}

// backAfter is after how long updates have to be accepted again, by what happens to the Redis.
var backAfter = map[string]time.Duration{"kill": 500 * time.Millisecond, "sentinel": 5 * time.Second, "cluster": 5 * time.Second}

// downAtMost is how long the Redis is down at most. Telegram repeats what was not taken ever more seldom: the longer it is down, the
// longer the wait afterwards is Telegram's own.
const downAtMost = 400 * time.Millisecond

// once kills the Redis while everybody asks, starts it again, and measures.
func (k *killedRedis) once() error {
	time.Sleep(unhurried) // nobody writes too fast, and what was shown before is not asked for again
	errs := make([]error, len(k.people))
	var asking sync.WaitGroup
	for i, c := range k.people {
		wait := time.Duration(k.rng.Int64N(int64(300 * time.Millisecond)))
		asking.Go(func() {
			time.Sleep(wait)
			errs[i] = c.conversation()
			c.Conversations++
		})
	}
	time.Sleep(time.Duration(k.rng.Int64N(int64(300 * time.Millisecond))))
	k.records(enginetest.Kill)
	back, err := k.away()
	if err != nil {
		return err
	}
	accepted := k.accept(back)
	asking.Wait()
	k.sum.Answered = append(k.sum.Answered, time.Since(back))
	k.sum.Accepted = append(k.sum.Accepted, <-accepted)
	if g := conversationsIn.group; g != nil {
		errs = append(errs, g.restore())
	}
	return errors.Join(errs...)
}

// away kills the Redis, or a master. It returns when there is one again.
func (k *killedRedis) away() (back time.Time, err error) {
	if g := conversationsIn.group; g != nil {
		return g.failover(k.rng.IntN(len(g.nodes)))
	}
	err = conversationsIn.restart(time.Duration(k.rng.Int64N(int64(downAtMost))))
	return time.Now(), err
}

// The updates that are posted here, and not by the Bot API server: in so many chats that each master of a cluster has some.
const (
	firstProbe  = 5900
	probeChats  = 12
	firstPosted = 1_000_000
)

// accept posts an update in each of some chats until all are accepted, and tells how long that took.
func (k *killedRedis) accept(since time.Time) <-chan time.Duration {
	took := make(chan time.Duration, 1)
	url, secret := k.srv.Webhook()
	var posting sync.WaitGroup
	for i := range probeChats {
		k.update++
		body := postedUpdate(firstPosted+k.update, firstProbe+int64(i), "menú")
		posting.Go(func() {
			for !k.posted(url, secret, body) && k.ctx.Err() == nil {
				time.Sleep(10 * time.Millisecond)
			}
		})
	}
	go func() {
		posting.Wait()
		took <- time.Since(since)
	}()
	return took
}

// postedUpdate is a message of a chat, as Telegram writes it.
func postedUpdate(id, chat int64, text string) []byte {
	return fmt.Appendf(nil, `{"update_id":%[1]d,"message":{"message_id":%[1]d,"date":%[2]d,"chat":{"id":%[3]d,"type":"private"},"from":{"id":%[3]d,"first_name":"Mari"},"text":%[4]q}}`,
		id, clock.now().Unix(), chat, text)
}

// posted pushes an update to the program, as Telegram does.
func (k *killedRedis) posted(url, secret string, body []byte) bool {
	req, err := http.NewRequestWithContext(k.ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return false
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Telegram-Bot-Api-Secret-Token", secret)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	res.Body.Close()
	return res.StatusCode == http.StatusOK
}
