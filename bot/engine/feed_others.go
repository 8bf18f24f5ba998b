package engine

import (
	"context"
	"sync"
	"time"

	"llave/bot"
)

// Of several processes on one store one reads all logs. What others write it learns from their wake-ups and, should one be
// lost, by a look at the ends of the logs now and then.

// growEvery is how often it is looked how far the logs are that other processes write.
const growEvery = time.Second

// logged notes that the log of a chat's shard has grown, here and where the logs are read.
func (s *services) logged(key bot.ChatKey) {
	s.logs.mark(key.Shard(), s.now())
	if s.replica != nil && !s.logs.feeding.Load() {
		s.replica.tell(bot.WakeLog, key)
	}
}

// watchOthers notes which logs have grown by the hand of other processes, until ctx ends.
func (f *feeder) watchOthers(ctx context.Context) {
	var watching sync.WaitGroup
	defer watching.Wait()
	if f.replica.wakeups != nil {
		watching.Go(func() {
			f.replica.listen(ctx, ctx.Done(), bot.WakeLog, func(key bot.ChatKey) { f.logs.mark(key.Shard(), f.now()) })
		})
	}
	if ends, ok := f.store.(bot.LogEnds); ok {
		watching.Go(func() { f.watchEnds(ctx, ends) })
	}
}

func (f *feeder) watchEnds(ctx context.Context, ends bot.LogEnds) {
	var known [bot.Shards]uint64
	tick := time.NewTicker(growEvery)
	defer tick.Stop()
	for {
		last, err := ends.LastEvents(ctx)
		if err == nil {
			for i, n := range last {
				if n != known[i] {
					known[i] = n
					f.logs.mark(bot.Shard(i), f.now())
				}
			}
		} else if ctx.Err() == nil {
			f.log.Error("feed: how far the logs are", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
