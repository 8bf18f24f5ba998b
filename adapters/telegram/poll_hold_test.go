package telegram

import (
	"context"
	"testing"
	"time"
)

// Where several processes have the same bot each is introduced, one fetches, and the fetching goes away and comes back.
func TestThePollGoesAndComesBack(t *testing.T) {
	var turns chan context.Context
	bubble(t, func(t *testing.T, r *harness) {
		ana := r.ana()
		r.run()
		fetched := func() int {
			time.Sleep(2 * pollTime)
			return len(r.srv.Calls("getUpdates"))
		}
		if n := fetched(); n != 0 || len(r.srv.Calls("getMe")) == 0 {
			t.Errorf("before its turn it fetched %d times, and asked for its name %d times", n, len(r.srv.Calls("getMe")))
		}
		for range 2 {
			held, lose := context.WithCancel(t.Context())
			turns <- held
			ana.Says("hola")
			r.receives()
			lose()
			n := fetched()
			if again := fetched(); again != n {
				t.Errorf("it fetched %d times when the turn was over", again-n)
			}
		}
		turns <- t.Context() // it stops while it fetches
		if err := r.halt(); err != nil {
			t.Error(err)
		}
	}, func(o *Options) {
		turns = make(chan context.Context)
		o.Hold = func(ctx context.Context) (context.Context, error) {
			select {
			case held := <-turns:
				held, cancel := context.WithCancel(held)
				context.AfterFunc(ctx, cancel)
				return held, nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
	})
}
