package telegram

import "sync"

// lru remembers the last things put into it, up to a number; the oldest goes first. Safe for concurrent use.
type lru[K comparable, V any] struct {
	mu   sync.Mutex
	m    map[K]entry[V]
	ring []K // in the order in which they were put
	at   int
}

type entry[V any] struct {
	value V
	slot  int
}

func newLRU[K comparable, V any](size int) *lru[K, V] {
	return &lru[K, V]{m: map[K]entry[V]{}, ring: make([]K, 0, min(size, 64)), at: -size}
}

// put remembers v for k and returns what was remembered before.
func (l *lru[K, V]) put(k K, v V) (old V, had bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e, ok := l.m[k]; ok {
		l.m[k] = entry[V]{v, e.slot}
		return e.value, true
	}
	if l.at < 0 {
		l.ring = append(l.ring, k)
		l.m[k] = entry[V]{v, len(l.ring) - 1}
		l.at++
		return old, false
	}
	if e, ok := l.m[l.ring[l.at]]; ok && e.slot == l.at {
		delete(l.m, l.ring[l.at])
	}
	l.ring[l.at] = k
	l.m[k] = entry[V]{v, l.at}
	l.at = (l.at + 1) % len(l.ring)
	return old, false
}

func (l *lru[K, V]) get(k K) (V, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e, ok := l.m[k]
	return e.value, ok
}

func (l *lru[K, V]) drop(k K) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.m, k)
}
