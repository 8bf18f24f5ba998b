package besteffort

import (
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// Cache remembers the values of the keys that were used last, up to a number. It is safe for concurrent use.
type Cache[K comparable, V any] struct {
	mu  sync.Mutex
	lru *simplelru.LRU[K, V]
}

// NewCache makes a cache for the given number of keys. It panics if that is not positive.
func NewCache[K comparable, V any](size int) *Cache[K, V] {
	lru, err := simplelru.NewLRU[K, V](size, nil)
	if err != nil {
		panic("besteffort: " + err.Error())
	}
	return &Cache[K, V]{lru: lru}
}

// Get returns the value of a key.
func (c *Cache[K, V]) Get(k K) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lru.Get(k)
}

// Put remembers a value and returns the one before.
func (c *Cache[K, V]) Put(k K, v V) (old V, had bool) {
	return c.Change(k, func(V, bool) V { return v })
}

// Change replaces the value of a key by what f makes of it, and returns the one before.
func (c *Cache[K, V]) Change(k K, f func(old V, had bool) V) (old V, had bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	old, had = c.lru.Peek(k)
	c.lru.Add(k, f(old, had))
	return old, had
}

// Drop forgets a key.
func (c *Cache[K, V]) Drop(k K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lru.Remove(k)
}

// Len is how many keys are remembered.
func (c *Cache[K, V]) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lru.Len()
}
