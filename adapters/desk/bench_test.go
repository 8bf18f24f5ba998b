package desk

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"syscall"
	"testing"
	"time"

	"llave/adapters/desk/archive"
	"llave/adapters/desk/desktest"
	"llave/bot"
)

// The size of the desk in the benchmarks: cases, and browsers that look.
const (
	benchOpen    = 500
	benchClosed  = 100_000
	benchScreens = 50
)

// BenchmarkList measures what the server needs for a page of the queue, beside 100,000 closed cases. The figure to reach: 30 ms.
func BenchmarkList(b *testing.B) {
	f := newFixture(b)
	f.fills(b, benchOpen, benchClosed)
	ana := f.signedIn("ana")
	for _, tab := range []archive.Tab{archive.TabFree, archive.TabMine, archive.TabAll, archive.TabClosed} {
		for name, accept := range map[string]string{"page": asPage, "json": asJSON} {
			b.Run(fmt.Sprint(tab, "-", name), func(b *testing.B) {
				r := ana.request("/mesa/casos?tab="+string(tab), accept)
				h := f.desk.Handler()
				size, before := 0, cpuTime()
				for b.Loop() {
					rw := httptest.NewRecorder()
					h.ServeHTTP(rw, r.Clone(b.Context()))
					if size = rw.Body.Len(); rw.Code != http.StatusOK {
						b.Fatal(rw.Code)
					}
				}
				b.ReportMetric(float64(size)/1000, "kB")
				reportCPU(b, before)
			})
		}
	}
}

// BenchmarkScreens measures how long it takes until the last of 50 browsers knows what an affiliate said, once it is filed.
func BenchmarkScreens(b *testing.B) {
	f := newFixture(b)
	f.fills(b, benchOpen, 0)
	h := f.desk.Handler()
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	screens, told := sync.WaitGroup{}, make(chan struct{}, benchScreens)
	last, err := f.db.LastChange(ctx)
	if err != nil {
		b.Fatal(err)
	}
	for i := range benchScreens {
		if i%4 == 0 {
			f.clock.add(10 * time.Minute) // who signs in often is slowed
		}
		r := f.signedIn([]string{"ana", "beto", "carla"}[i%3]).request(fmt.Sprint("/mesa/eventos?after=", last), "text/event-stream")
		screens.Go(func() { h.ServeHTTP(&eventCounter{head: http.Header{}, got: told}, r.Clone(ctx)) })
	}
	before := cpuTime()
	for b.Loop() {
		f.engine.Says(benchChat(0), "La farmacéutica dice que el token no es de hoy.")
		for range benchScreens {
			<-told
		}
	}
	reportCPU(b, before)
	cancel()
	screens.Wait()
}

// cpuTime is how long the process has worked so far. What the machine does besides is not in it.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func reportCPU(b *testing.B, before time.Duration) {
	b.ReportMetric(float64((cpuTime()-before).Microseconds())/1000/float64(b.N), "cpu-ms/op")
}

// eventCounter is a browser that counts the cases that it is told of.
type eventCounter struct {
	head http.Header
	got  chan<- struct{}
}

func (e *eventCounter) Header() http.Header              { return e.head }
func (e *eventCounter) WriteHeader(int)                  {}
func (e *eventCounter) Flush()                           {}
func (e *eventCounter) SetWriteDeadline(time.Time) error { return nil }
func (e *eventCounter) Write(p []byte) (int, error) {
	if text := string(p); len(text) > 3 && text[:3] == "id:" {
		e.got <- struct{}{}
	}
	return len(p), nil
}

// request is a request of the browser, for calling the handler without a network.
func (b *browser) request(path, accept string) *http.Request {
	r := httptest.NewRequest("GET", path, nil)
	r.Header.Set("Accept", accept)
	at, _ := url.Parse(b.f.url)
	for _, c := range b.Jar.Cookies(at) {
		r.AddCookie(c)
	}
	return r
}

func benchChat(i int) bot.ChatID { return bot.ChatID(fmt.Sprint("whatsapp/bot/", i)) }

// fills opens cases with 25 entries each, half of which ana has, and files closed ones.
func (f *fixture) fills(b *testing.B, open, closed int) {
	b.Helper()
	f.engine.AtOnce(func() {
		for i := range open {
			f.opensBench(b, i)
		}
	})
	var list []bot.Happened
	for i := range closed {
		at := f.clock.now().Add(-time.Duration(closed-i) * time.Minute)
		head := bot.Case{ID: uint64(1_000_000 + i), State: bot.CaseClosed, Why: bot.WhyReturned, Epoch: 3, Opened: at, Since: at, Turned: at}
		e := bot.Entry{V: bot.EntryVersion, Case: head.ID, N: 1, Head: &head, At: at, Kind: bot.EntryClosed, Channel: "Telegram", Label: "···1234", Sender: "María"}
		said := e
		said.N, said.Kind, said.Text = 2, bot.EntrySaid, "gracias"
		for _, e := range []bot.Entry{e, said} {
			list = append(list, bot.Happened{Seq: uint64(len(list) + 1), Chat: bot.ChatKey{3, byte(i), byte(i >> 8), byte(i >> 16)}, Logged: bot.Logged{Entry: &e}})
		}
	}
	for at := 0; at < len(list); at += 4096 {
		if err := f.db.Apply(b.Context(), 3, list[at:min(at+4096, len(list))]); err != nil {
			b.Fatal(err)
		}
	}
}

// opensBench opens one case with 25 entries.
func (f *fixture) opensBench(b *testing.B, i int) {
	who := desktest.Affiliate{Chat: benchChat(i), Channel: "WhatsApp", Label: "···1234", Sender: "Male"}
	id := f.engine.Opens(who, "rejected", f.mariaCard())
	if i%2 == 0 {
		take := bot.Act{ID: fmt.Sprint("take", i), Do: bot.DeedTake, Case: id, Epoch: f.engine.Case(who.Chat).Epoch, By: bot.Agent{ID: "ana", Name: "Ana", Role: bot.RoleAgent}}
		if err := f.engine.Act(b.Context(), who.Chat, take); err != nil {
			b.Fatal(err)
		}
	}
	for range 23 {
		f.engine.Says(who.Chat, "La farmacéutica dice que el token no es de hoy.")
	}
}
