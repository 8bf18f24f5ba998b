package engine

import (
	"context"
	"time"

	"llave/bot"
)

// wakeup is what another process is told.
type wakeup struct {
	kind bot.WakeKind
	chat bot.ChatKey
}

const (
	tellRoom = 1024        // wake-ups that may wait to be told; more are lost
	tellPage = 256         // that are told at once
	tellTime = time.Second // how long telling them may take
)

// tell has other processes told of a chat. It waits for nothing and never fails: what is lost is found within a beat.
func (r *replica) tell(kind bot.WakeKind, chat bot.ChatKey) {
	if r.wakeups == nil {
		return
	}
	select {
	case r.telling <- wakeup{kind, chat}:
	default:
		r.stats.WakeFailed.Add(1)
	}
}

// tellOthers tells what tell was given, until the engine stops.
func (r *replica) tellOthers() {
	for {
		select {
		case <-r.scope.Stopping():
			r.tellAll(nil) // what was accepted last
			return
		case w := <-r.telling:
			r.tellAll([]wakeup{w})
		}
	}
}

// tellAll tells some wake-ups and those that wait behind them, each kind at once.
func (r *replica) tellAll(list []wakeup) {
	for len(list) < tellPage && len(r.telling) > 0 {
		list = append(list, <-r.telling)
	}
	byKind := map[bot.WakeKind][]bot.ChatKey{}
	for _, w := range list {
		byKind[w.kind] = append(byKind[w.kind], w.chat)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.scope.Context()), tellTime)
	defer cancel()
	for kind, chats := range byKind {
		if err := r.wakeups.Wake(ctx, kind, chats); err != nil {
			r.stats.WakeFailed.Add(int64(len(chats)))
			if !r.unwoken.Swap(true) { // once: the store may not allow it at all
				r.log.Warn("other processes are not woken", "err", err)
			}
			continue
		}
		r.stats.WakeSent.Add(int64(len(chats)))
	}
}

// listenToOthers looks at the chats of which others tell, until the engine stops.
func (r *replica) listenToOthers() {
	r.listen(r.scope.Context(), r.scope.Stopping(), bot.WakeChat, r.woken)
}

// listen receives wake-ups of one kind, and again after a beat when the store could not be listened to.
func (r *replica) listen(ctx context.Context, stop <-chan struct{}, kind bot.WakeKind, woken func(bot.ChatKey)) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	for told := false; ctx.Err() == nil; {
		if err := r.wakeups.Listen(ctx, kind, woken); err != nil && ctx.Err() == nil && !told {
			told = true
			r.log.Warn("wake-ups are not received", "err", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(r.Beat):
		}
	}
}

// woken looks at a chat for which another process has accepted an update, if its shard is held here.
func (r *replica) woken(key bot.ChatKey) {
	sh := r.shard(key)
	if sh == nil || !sh.enter() {
		return
	}
	defer sh.scope.End()
	r.stats.Woken.Add(1)
	q := sh.queues.hold(key)
	sh.queues.look(q)
	sh.queues.release(q)
}
