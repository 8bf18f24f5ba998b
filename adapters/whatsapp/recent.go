package whatsapp

import "sync"

// recent remembers the last things put into it, up to a number; the oldest goes first. Safe for concurrent use.
type recent[K comparable, V any] struct {
	mu   sync.Mutex
	m    map[K]V
	ring []K
	at   int
	size int
}

func newRecent[K comparable, V any](size int) *recent[K, V] {
	return &recent[K, V]{m: map[K]V{}, size: size}
}

// change sets what is remembered for k to what f makes of it.
func (r *recent[K, V]) change(k K, f func(old V, had bool) V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	old, had := r.m[k]
	r.m[k] = f(old, had)
	switch {
	case had:
	case len(r.ring) < r.size:
		r.ring = append(r.ring, k)
	default:
		delete(r.m, r.ring[r.at])
		r.ring[r.at] = k
		r.at = (r.at + 1) % r.size
	}
}

func (r *recent[K, V]) put(k K, v V) { r.change(k, func(V, bool) V { return v }) }

func (r *recent[K, V]) get(k K) (V, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	v, ok := r.m[k]
	return v, ok
}
