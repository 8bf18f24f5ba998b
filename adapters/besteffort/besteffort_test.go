package besteffort

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

func TestCache(t *testing.T) {
	c := NewCache[int, string](3)
	for i := range 5 {
		c.Put(i, fmt.Sprint(i))
	}
	for i, want := range []bool{false, false, true, true, true} {
		if v, ok := c.Get(i); ok != want || ok && v != fmt.Sprint(i) {
			t.Errorf("%d is %q, %t", i, v, ok)
		}
	}
	if old, had := c.Put(3, "x"); !had || old != "3" {
		t.Errorf("before: %q, %t", old, had)
	}
	c.Drop(4)
	c.Put(4, "y")
	c.Change(4, func(old string, had bool) string { return fmt.Sprint(old, had) })
	c.Put(5, "z")
	if v, ok := c.Get(4); !ok || v != "ytrue" || c.Len() != 3 {
		t.Errorf("%q, %d keys", v, c.Len())
	}
	if _, ok := c.Get(2); ok {
		t.Error("the key that was not used for the longest time is still there")
	}
}

func TestQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := NewQueue(2, 3)
		var running, most, done int
		let := make(chan struct{})
		work := func(context.Context) {
			if running++; running > most {
				most = running
			}
			<-let
			running--
			done++
		}
		for n := range 5 { // two run, three wait
			if !q.Do(work) {
				t.Errorf("the function %d is left out", n)
			}
			synctest.Wait()
		}
		if q.Do(work) {
			t.Error("a full queue takes more")
		}
		for range 5 {
			let <- struct{}{}
			synctest.Wait()
		}
		if err := q.Close(t.Context()); err != nil || most != 2 || done != 5 {
			t.Errorf("%d done, %d at a time: %v", done, most, err)
		}
		if q.Do(work) {
			t.Error("a closed queue takes more")
		}
	})
}

func TestQueueIsCutShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := NewQueue(1, 10)
		done := 0
		for range 3 {
			q.Do(func(ctx context.Context) { done++; <-ctx.Done() })
		}
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := q.Close(ctx); !errors.Is(err, context.DeadlineExceeded) || done != 1 {
			t.Errorf("%d done: %v", done, err)
		}
		if err := q.Close(t.Context()); err != nil {
			t.Errorf("twice: %v", err)
		}
	})
}

func TestTyping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var shown []time.Duration
		show := func() { shown = append(shown, time.Since(began)) }
		ty := &Typing[string]{After: time.Second, Every: 4 * time.Second, Times: 2}
		for _, chat := range []string{"ana", "ana", "beto"} {
			ty.Expect(chat, show)
		}
		ty.Answered("beto")
		time.Sleep(time.Hour)
		synctest.Wait()
		if want := "[1s 5s]"; fmt.Sprint(shown) != want {
			t.Errorf("shown after %v, want %s", shown, want)
		}
		ty.Expect("ana", show)
		ty.Stop()
		ty.Expect("beto", show)
		time.Sleep(time.Hour)
		synctest.Wait()
		if len(shown) != 2 {
			t.Error("shown after the end")
		}
	})
}

func TestBackoff(t *testing.T) {
	b := Backoff{First: time.Second, Most: 5 * time.Second}
	got := fmt.Sprint(b.Next(), b.Next(), b.Next(), b.Next(), b.Next())
	if b.Reset(); got != "1s 2s 4s 5s 5s" || b.Next() != time.Second {
		t.Errorf("pauses of %s", got)
	}
	b = Backoff{First: time.Second, Most: time.Second, Jitter: true}
	for range 100 {
		if d := b.Next(); d < time.Second/2 || d >= 3*time.Second/2 {
			t.Errorf("a pause of %s", d)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if Sleep(ctx, time.Hour) || !Sleep(t.Context(), time.Nanosecond) {
		t.Error("Sleep does not say whether it slept")
	}
}

func TestTexts(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Cut("ñandú", 2), "ña"}, {Cut("ñandú", 9), "ñandú"}, {Cut("x", 0), ""},
		{Tidy(" A\u202ena\x00\n Ruiz \xff", 64), "Ana Ruiz"}, {Tidy("Ana Ruiz", 4), "Ana"}, {Tidy("👩\u200d🔧", 9), "👩\u200d🔧"},
		{FileName(`C:\a\..\b:"c*.png`), "bc.png"}, {FileName("../x/hoja.pdf"), "hoja.pdf"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}
