package main

import (
	"bytes"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// replicaWay is the way to a server that others and our program take. What goes to a replica arrives late: the replica is that far
// behind. When the way is closed, what was on it is lost, as when a machine vanishes.
type replicaWay struct {
	addr, to string
	behind   time.Duration

	mu       sync.Mutex
	listener net.Listener
	open     map[net.Conn]bool
}

// begin opens the way. It may be closed and opened again.
func (w *replicaWay) begin() error {
	l, err := net.Listen("tcp", w.addr)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.listener, w.open = l, map[net.Conn]bool{}
	go w.accept(l)
	return nil
}

// end closes the way at once.
func (w *replicaWay) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.listener != nil {
		w.listener.Close()
	}
	for c := range w.open {
		c.Close()
	}
	w.listener, w.open = nil, nil
}

func (w *replicaWay) accept(l net.Listener) {
	for {
		from, err := l.Accept()
		if err != nil {
			return
		}
		to, err := net.Dial("tcp", w.to)
		if err != nil || !w.keep(from, to) {
			from.Close()
			continue
		}
		go w.carry(from, to)
	}
}

// keep notes the two ends of a connection, unless the way is closed.
func (w *replicaWay) keep(from, to net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.listener == nil {
		to.Close()
		return false
	}
	w.open[from], w.open[to] = true, true
	return true
}

func (w *replicaWay) forget(from, to net.Conn) {
	from.Close()
	to.Close()
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.open, from)
	delete(w.open, to)
}

// chunk is what came from a server, and when it may go on.
type chunk struct {
	bytes []byte
	due   time.Time
}

// carry copies both directions until one end closes.
func (w *replicaWay) carry(from, to net.Conn) {
	defer w.forget(from, to)
	var replica atomic.Bool // it asked for the stream of a master
	go func() {
		defer w.forget(from, to)
		buffer := make([]byte, 32<<10)
		for {
			n, err := from.Read(buffer)
			if bytes.Contains(buffer[:n], []byte("PSYNC")) {
				replica.Store(true)
			}
			if _, failed := to.Write(buffer[:n]); err != nil || failed != nil {
				return
			}
		}
	}()
	chunks := make(chan chunk, 1<<12)
	defer close(chunks)
	go deliver(from, chunks)
	for {
		buffer := make([]byte, 32<<10)
		n, err := to.Read(buffer)
		if err != nil {
			return
		}
		c := chunk{bytes: buffer[:n]}
		if replica.Load() {
			c.due = time.Now().Add(w.behind)
		}
		chunks <- c
	}
}

// deliver writes each chunk when it is due. After an error the rest is lost.
func deliver(to net.Conn, chunks <-chan chunk) {
	for c := range chunks {
		time.Sleep(time.Until(c.due))
		to.Write(c.bytes)
	}
}
