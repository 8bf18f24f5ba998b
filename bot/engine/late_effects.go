package engine

import (
	"slices"
	"sync"

	"llave/bot"
)

// lateCalls are the effects of a shard whose turn has ended, by effect id: their answers come as updates of their own.
type lateEffects struct {
	mu sync.Mutex
	m  map[string]*effectCall
}

// add notes a call whose turn has ended. False: there is one already.
func (l *lateEffects) add(id string, c *effectCall) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.m[id] != nil {
		return false
	}
	l.m[id] = c
	return true
}

// get returns the call of an effect whose turn has ended; nil if none is under way.
func (l *lateEffects) get(id string) *effectCall {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.m[id]
}

func (l *lateEffects) remove(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.m, id)
}

// isAbandoned reports whether a later turn has dropped the effect: its answer is not wanted any more.
func (cs *effectCalls) isAbandoned(c *effectCall) bool {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	return c.gone
}

// abandon ends the attempts at an effect that a turn has dropped. An attempt under way is left to end.
func (cs *effectCalls) abandon(c *effectCall) {
	cs.mu.Lock()
	end := func() {}
	if c.gone = true; c.waits && !c.isOver {
		end = cs.end(c, bot.Result{Failed: true, Unknown: c.sent})
	}
	cs.mu.Unlock()
	end()
}

// forget drops the waiting calls of a shard that has ended.
func (cs *effectCalls) forget(sh *Shard) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	for c := range cs.unfinished {
		if c.sh != sh {
			continue
		}
		c.queued, c.onEnd = false, nil
		cs.stopWaiting(c)
		delete(cs.unfinished, c)
	}
	cs.queue = slices.DeleteFunc(cs.queue, func(c *effectCall) bool { return c == nil || c.sh == sh })
	cs.pump()
}
