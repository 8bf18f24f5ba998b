package engine

import "sync"

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
