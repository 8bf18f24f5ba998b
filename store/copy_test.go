package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/redis/go-redis/v9"

	"llave/bot"
	"llave/store/redistest"
	"llave/store/sqlitedb"
	"llave/store/storetest"
)

func copyHour(n int) time.Time { return time.Date(2026, 11, 5, 12, 0, n, 0, time.UTC) }

// copyKey is a chat; those of one shard follow each other.
func copyKey(s bot.Shard, n byte) bot.ChatKey { return bot.ChatKey{byte(s), n, 3: 0xff, 15: n} }

// fillStore leaves something of every kind in a store.
func fillStore(t *testing.T, s bot.Store) {
	t.Helper()
	ctx := t.Context()
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	fence, err := s.AcquireShards(ctx, []bot.Shard{0, 7, 255})
	ok(err)
	id := byte(0)
	accept := func(k bot.ChatKey, body string) uint64 {
		t.Helper()
		id++
		r, err := s.Accept(ctx, bot.Arrival{Chat: k, ID: [16]byte{id, 15: 1}, At: copyHour(int(id)), Body: []byte(body)})
		ok(err)
		return r.Seq
	}
	for i, shard := range []bot.Shard{0, 7, 255} {
		a, b, c, gone := copyKey(shard, 1), copyKey(shard, 2), copyKey(shard, 3), copyKey(shard, 4)
		first := accept(a, "answered")
		accept(a, "waits")
		tried := accept(a, "waits, too")
		accept(b, "of a chat without a session")
		ok(s.BeginTurn(ctx, fence, a, tried))
		ok(s.Commit(ctx, bot.Turn{
			Chat: a, Fence: fence, Update: first, Session: []byte("session"), Replies: [][]byte{[]byte("kept"), []byte("unsent"), []byte("given up"), []byte("delivered")},
			Keep: 1, Events: [][]byte{[]byte("trimmed"), []byte("an event"), {}}, Effect: []byte("an effect"), Review: copyHour(100),
			Timers: []bot.TimerSet{{Name: "late", Due: copyHour(60), Body: []byte("timer")}, {Name: "also", Due: copyHour(30 + i)}},
		}))
		ok(s.RecordDelivery(ctx, []bot.DeliveryResult{
			{Chat: a, N: 1, Fence: fence, State: bot.Attempting, Tries: 3, Due: copyHour(44)},
			{Chat: a, N: 2, Fence: fence, State: bot.DeadLettered, Reason: "blocked", At: copyHour(45)},
			{Chat: a, N: 3, Fence: fence, State: bot.Delivered},
		}))
		ok(s.Trim(ctx, shard, 1))
		ok(s.Commit(ctx, bot.Turn{Chat: c, Fence: fence, Session: []byte{}, Effect: []byte{}, Forget: copyHour(0), Events: [][]byte{[]byte("of c")}}))
		ok(s.Commit(ctx, bot.Turn{
			Chat: c, Base: 1, Fence: fence, Session: []byte("idle"), Forget: copyHour(9000), Review: copyHour(50),
			Unreadable: []bot.Unreadable{
				{Kind: bot.DeadTimer, Name: "tick", Reason: "no key", At: copyHour(46), Body: []byte("a timer")},
				{Kind: bot.DeadSession, Reason: "no key", At: copyHour(47), Body: []byte("a session")},
			},
		}))
		ok(s.Commit(ctx, bot.Turn{Chat: gone, Fence: fence, Session: []byte("forgotten"), Forget: copyHour(1), Events: [][]byte{[]byte("forgotten")}}))
	}
	ok(s.Sweep(ctx, storetest.AllShards(), copyHour(2)))
	_, err = s.PutIfAbsent(ctx, "secret", []byte("sealed: \x00\xff"))
	ok(err)
	_, err = s.TakeNumbers(ctx, "cases", 41)
	ok(err)
}

// storeView is what the ports show of a store that fillStore has filled.
func storeView(t *testing.T, s bot.Store) (v map[string]any) {
	t.Helper()
	ctx := t.Context()
	v = map[string]any{}
	keep := func(name string, value any, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		v[name] = value
	}
	for _, shard := range []bot.Shard{0, 7, 255} {
		for n := range byte(5) {
			k := copyKey(shard, n)
			c, err := s.Load(ctx, k)
			for i := range c.Waiting {
				c.Waiting[i].Seq = 0
			}
			keep(fmt.Sprint("chat ", k), c, err)
			out, err := s.Messages(ctx, k, 0, 100)
			keep(fmt.Sprint("outbox ", k), out, err)
		}
		pending, err := s.PendingChats(ctx, shard, bot.ChatKey{}, 100)
		keep(fmt.Sprint("pending ", shard), pending, err)
		events, err := s.Events(ctx, shard, 0, 100)
		keep(fmt.Sprint("events ", shard), events, err)
	}
	due, err := s.Due(ctx, storetest.AllShards(), copyHour(9999), bot.TimerDue{}, 100)
	keep("due", due, err)
	idle, err := s.Idle(ctx, copyHour(9999), 0, 100)
	slices.SortFunc(idle, func(a, b bot.ChatKey) int { return bytes.Compare(a[:], b[:]) })
	keep("idle", idle, err)
	dead, err := s.Dead(ctx, 100)
	slices.SortFunc(dead, func(a, b bot.DeadLetter) int {
		return strings.Compare(fmt.Sprint(a.Chat, a.Kind), fmt.Sprint(b.Chat, b.Kind))
	})
	keep("dead", dead, err)
	secret, err := s.PutIfAbsent(ctx, "secret", nil)
	keep("secret", secret, err)
	return v
}

func viewDiff(got, want map[string]any) string {
	return cmp.Diff(got, want, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(bot.DeadLetter{}, "ID"))
}

// sqliteRows are the rows of all tables, in the words of SQLite, without the numbers that differ between stores.
func sqliteRows(t *testing.T, path string) (rows []string) {
	t.Helper()
	db, err := sqlitedb.Peek(path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, columns := range []string{
		"key, version, session, effect, forget, review FROM chat", "chat, id, at FROM seen", "chat, at, tries, body FROM waiting",
		"chat, n, tries, due, body, keep FROM letter", "chat, name, due, body FROM timer", "id, chat, body FROM event",
		"chat, kind, name, n, reason, at, body FROM dead_letter", "id, fence, event FROM shard", "name, value FROM once", "fence FROM meta",
		"name, last FROM sequence",
	} {
		names, from, _ := strings.Cut(columns, " FROM ")
		query := "SELECT concat_ws('|', quote(" + strings.ReplaceAll(names, ", ", "), quote(") + ")) FROM " + from + " ORDER BY 1"
		if from == "event" || from == "waiting" || from == "dead_letter" { // their order is part of what is kept
			query = strings.Replace(query, "ORDER BY 1", "ORDER BY chat, rowid", 1)
		}
		r, err := db.QueryContext(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		for r.Next() {
			var row string
			if err := r.Scan(&row); err != nil {
				t.Fatal(err)
			}
			rows = append(rows, from+": "+row)
		}
		if err := errors.Join(r.Err(), r.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return rows
}

func quiet(Copied) {}

// copyTo copies and wants it to succeed.
func copyTo(t *testing.T, from, to Place) Copied {
	t.Helper()
	done, err := Copy(t.Context(), from, to, quiet)
	if err != nil {
		t.Fatalf("copy: %v", err)
	}
	return done
}

func redisPlace(address string) Place { return Place{Redis: RedisConfig{Address: address}} }

// wantCopyError copies and wants it to be refused.
func wantCopyError(t *testing.T, from, to Place, want CopyRefusal) {
	t.Helper()
	_, err := Copy(t.Context(), from, to, quiet)
	var e *CopyError
	if !errors.As(err, &e) || e.Refusal != want {
		t.Errorf("copy: %v, want %q", err, want)
	}
}

// A store that was copied to Redis and back shows the same through every port, gives no number again, knows its duplicates, and
// refuses the holders of before.
func TestCopy(t *testing.T) {
	t.Parallel()
	server := redistest.New(t)
	testCopy(t, server.Address())
}

func testCopy(t *testing.T, address string) {
	dir := t.TempDir()
	first, second, there := Place{File: filepath.Join(dir, "a.db")}, Place{File: filepath.Join(dir, "b.db")}, redisPlace(address)
	longUsed(t, first.File)
	s, err := OpenSQLite(first.File)
	if err != nil {
		t.Fatal(err)
	}
	fillStore(t, s)
	want := storeView(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	counts := Copied{Chats: 6, IDs: 12, Updates: 9, Messages: 6, Timers: 6, DeadLetters: 9, Events: 12, Values: 2, Percent: 100}
	if done := copyTo(t, first, there); done != counts {
		t.Errorf("to Redis: %+v, want %+v", done, counts)
	}
	if done := copyTo(t, there, second); done != counts {
		t.Errorf("back: %+v, want %+v", done, counts)
	}
	if d := cmp.Diff(sqliteRows(t, second.File), sqliteRows(t, first.File)); d != "" {
		t.Errorf("it came back differently (-got +want):\n%s", d)
	}
	for name, s := range map[string]bot.Store{"redis": openRedis(t, address), "sqlite": openSQLite(t, second.File)} {
		if d := viewDiff(storeView(t, s), want); d != "" {
			t.Errorf("%s differs (-got +want):\n%s", name, d)
		}
		goesOn(t, name, s)
	}
}

// givenBefore is the number that an old store has given last, to an update and to a dead letter.
const givenBefore = 70_000

// longUsed makes a file that has given many numbers.
func longUsed(t *testing.T, path string) {
	t.Helper()
	s, err := OpenSQLite(path)
	if err != nil {
		t.Fatal(err)
	}
	err = s.write(t.Context(), "test", func(l *conn) error {
		_, err := l.Exec(`INSERT INTO sqlite_sequence VALUES ('waiting', ?1), ('dead_letter', ?1)`, givenBefore)
		return err
	})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
}

// goesOn wants of a copy what was promised of the numbers that were given before.
func goesOn(t *testing.T, name string, s bot.Store) {
	t.Helper()
	ctx := t.Context()
	a := copyKey(7, 1)
	if r, err := s.Accept(ctx, bot.Arrival{Chat: a, ID: [16]byte{6, 15: 1}, At: copyHour(0)}); err != nil || r.Seq != 0 {
		t.Errorf("%s: a duplicate is accepted: %+v, %v", name, r, err)
	}
	c, err := s.Load(ctx, a)
	whole := func(seq uint64) uint64 { return seq }
	if name == "redis" {
		whole = func(seq uint64) uint64 { return deadID(7, seq) }
	}
	if first := whole(c.Waiting[0].Seq); first <= givenBefore+9 {
		t.Errorf("%s: an update has the number %d, which another one had", name, first)
	}
	r, accepted := s.Accept(ctx, bot.Arrival{Chat: a, ID: [16]byte{99}, At: copyHour(0)})
	if err != nil || accepted != nil || len(c.Waiting) != 2 || r.Seq <= c.Waiting[1].Seq || c.Waiting[0].Seq >= c.Waiting[1].Seq {
		t.Errorf("%s: number %d after %v, %v, %v", name, r.Seq, c.Waiting, err, accepted)
	}
	if n, err := s.TakeNumbers(ctx, "cases", 1); err != nil || n != 42 {
		t.Errorf("%s: case number %d, %v", name, n, err)
	}
	fence, err := s.AcquireShards(ctx, []bot.Shard{7})
	if err != nil || fence < 2 {
		t.Errorf("%s: fence %d, %v", name, fence, err)
	}
	err = s.Commit(ctx, bot.Turn{Chat: a, Base: 1, Fence: fence, Update: c.Waiting[0].Seq, Purge: true, Session: []byte("on"), Events: [][]byte{[]byte("next")}})
	if err != nil {
		t.Errorf("%s: commit: %v", name, err)
	}
	out, err := s.Messages(ctx, a, 0, 9)
	if err != nil || len(out) != 1 || string(out[0].Body) != "kept" {
		t.Errorf("%s: after a purge the outbox has %v, %v", name, out, err)
	}
	events, err := s.Events(ctx, 7, 5, 9)
	if err != nil || len(events) != 1 || events[0].Seq != 6 || string(events[0].Body) != "next" {
		t.Errorf("%s: the log goes on with %v, %v", name, events, err)
	}
	was, err := s.Dead(ctx, 100)
	byID := func(a, b bot.DeadLetter) int { return int(a.ID) - int(b.ID) }
	last := slices.MaxFunc(was, byID).ID
	if first := slices.MinFunc(was, byID).ID; first <= givenBefore {
		t.Errorf("%s: a dead letter has the number %d, which another one had", name, first)
	}
	k := copyKey(7, 3)
	if err := errors.Join(err, s.Commit(ctx, bot.Turn{Chat: k, Base: 2, Fence: fence, Forget: copyHour(9000), Unreadable: []bot.Unreadable{{Kind: bot.DeadEffect, At: copyHour(99)}}})); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	if dead, err := s.Dead(ctx, 1); err != nil || dead[0].ID <= last {
		t.Errorf("%s: dead letter %v after number %d, %v", name, dead, last, err)
	}
	err = s.Sweep(ctx, storetest.AllShards(), copyHour(0).Add(bot.DedupWindow+90*24*time.Hour))
	if want := (bot.Swept{IDs: 13, DeadLetters: 10, Chats: 3}); err != nil || s.Swept() != want {
		t.Errorf("%s: swept %+v, want %+v, %v", name, s.Swept(), want, err)
	}
}

// A copy that was interrupted is recognised by who opens it, and by the next copy, which begins anew.
func TestCopyInterrupted(t *testing.T) {
	t.Parallel()
	server := redistest.New(t)
	dir := t.TempDir()
	first, second, there := Place{File: filepath.Join(dir, "a.db")}, Place{File: filepath.Join(dir, "b.db")}, redisPlace(server.Address())
	s, err := OpenSQLite(first.File)
	if err != nil {
		t.Fatal(err)
	}
	fillStore(t, s)
	s.Close()
	interrupted := func(from, to Place) {
		t.Helper()
		ctx, cancel := context.WithCancel(t.Context())
		if _, err := Copy(ctx, from, to, func(Copied) { cancel() }); !errors.Is(err, context.Canceled) {
			t.Errorf("a copy that was interrupted: %v", err)
		}
	}
	interrupted(first, there)
	refusedServer(t, there.Redis.Address, RedisUnfinished)
	if r, err := InspectRedis(t.Context(), there.Redis, time.Now); err != nil || len(r.Refused) != 1 || r.Refused[0].Refusal != RedisUnfinished {
		t.Errorf("inspect: %+v, %v", r.Refused, err)
	}
	if _, err := Copy(t.Context(), there, second, quiet); err == nil {
		t.Error("half a store was copied")
	}
	o, _ := ParseRedisAddress(there.Redis.Address)
	left := redis.NewUniversalClient(o)
	defer left.Close()
	left.Set(t.Context(), onceKey+"of the first attempt", "x", 0)
	whole := copyTo(t, first, there)

	interrupted(there, second)
	var refused *sqlitedb.OpenError
	if _, err := OpenSQLite(second.File); !errors.As(err, &refused) || refused.Kind != sqlitedb.Unfinished {
		t.Errorf("half a file: %v", err)
	}
	if again := copyTo(t, there, second); again != whole {
		t.Errorf("begun again: %+v, want %+v", again, whole)
	}
	if d := cmp.Diff(sqliteRows(t, second.File), sqliteRows(t, first.File)); d != "" {
		t.Errorf("after an interruption (-got +want):\n%s", d)
	}
	openSQLite(t, second.File)
}

// A target that holds something, and a store that a service uses, are left as they are.
func TestCopyRefused(t *testing.T) {
	t.Parallel()
	server := redistest.New(t)
	dir := t.TempDir()
	file, there := Place{File: filepath.Join(dir, "a.db")}, redisPlace(server.Address())
	wantCopyError(t, file, there, CopyNoSource)
	wantCopyError(t, there, there, CopySame)
	s, err := OpenSQLite(file.File)
	if err != nil {
		t.Fatal(err)
	}
	fillStore(t, s)
	var inUse *sqlitedb.OpenError
	if _, err := Copy(t.Context(), file, there, quiet); !errors.As(err, &inUse) || inUse.Kind != sqlitedb.InUse {
		t.Errorf("a file in use: %v", err)
	}
	s.Close()
	copyTo(t, file, there)
	wantCopyError(t, file, there, CopyHolds)
	wantCopyError(t, there, file, CopyHolds)

	service := openRedis(t, there.Redis.Address)
	beat := func() {
		t.Helper()
		if live, err := service.Heartbeat(t.Context(), bot.Replica{ID: "0service"}, time.Minute); err != nil || len(live) != 1 {
			t.Fatalf("heartbeat: %v, %v", live, err)
		}
	}
	beat()
	wantCopyError(t, there, Place{File: filepath.Join(dir, "b.db")}, CopySource)
	wantCopyError(t, file, there, CopyHolds)
	beat() // the copy has not been seen
	empty := redisPlace(server.Address())
	service = openRedis(t, empty.Redis.Address)
	wantCopyError(t, empty, Place{File: filepath.Join(dir, "b.db")}, CopyNoSource)
	if done := copyTo(t, file, empty); done.Chats == 0 {
		t.Error("a database that was opened and never used is not taken")
	}
	theirs := redisPlace(server.Address())
	o, _ := ParseRedisAddress(theirs.Redis.Address)
	client := redis.NewUniversalClient(o)
	defer client.Close()
	client.Set(t.Context(), "theirs", "x", 0)
	var foreign *RedisError
	if _, err := Copy(t.Context(), file, theirs, quiet); !errors.As(err, &foreign) || foreign.Refusal != RedisForeign || client.DBSize(t.Context()).Val() != 1 {
		t.Errorf("somebody else's database: %v", err)
	}
}

// While a copy goes on, a service that begins on the source sees that it does not belong there.
func TestCopyKeepsServicesAway(t *testing.T) {
	t.Parallel()
	server := redistest.New(t)
	s := openRedis(t, server.Address())
	ctx, cancel := context.WithCancelCause(t.Context())
	h, err := s.keepAway(ctx, cancel, CopySource)
	if err != nil {
		t.Fatal(err)
	}
	live, err := s.Heartbeat(t.Context(), bot.Replica{ID: fmt.Sprintf("%020d", 1)}, time.Second)
	if err != nil || len(live) != 2 || live[0].Same["LLAVE_AUTOGESTION_URL"] != Copying {
		t.Errorf("a service sees %+v, %v", live, err)
	}
	if err := h.release(); err != nil {
		t.Error(err)
	}
	if live, err := s.Heartbeat(t.Context(), bot.Replica{ID: "b"}, time.Second); err != nil || live[0].ID == h.id {
		t.Errorf("afterwards it sees %+v, %v", live, err)
	}
}

// A number that is missing in a log stays a number, and what is too short to be read is counted.
func TestCopyOfADamagedStore(t *testing.T) {
	t.Parallel()
	server := redistest.New(t)
	dir := t.TempDir()
	file, there := Place{File: filepath.Join(dir, "a.db")}, redisPlace(server.Address())
	s, err := OpenSQLite(file.File)
	if err != nil {
		t.Fatal(err)
	}
	fillStore(t, s)
	s.Close()
	db, err := sql.Open("sqlite", file.File)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`DELETE FROM event WHERE id IN (3, 5)`); err != nil {
		t.Fatal(err)
	}
	db.Close()
	copyTo(t, file, there)
	r := openRedis(t, there.Redis.Address)
	events, err := r.Events(t.Context(), 0, 0, 100)
	if err != nil || len(events) != 4 || events[0].Seq != 2 || string(events[2].Body) != "of c" || events[2].Seq != 4 || events[3].Seq != 5 {
		t.Errorf("the log: %v, %v", events, err)
	}
	of := redisKeysOf(copyKey(7, 1))
	for _, o := range []*redisOp{plain("rpush", of.of("w"), "x"), plain("rpush", of.of("l"), "x"), plain("hset", of.of("d"), "mx", "x"), plain("hset", of.of("b"), "t", "x")} {
		if _, err := r.pipe.do(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	if done := copyTo(t, there, Place{File: filepath.Join(dir, "b.db")}); done.Damaged != 4 || done.Updates != 9 {
		t.Errorf("of a damaged store: %+v", done)
	}
}
