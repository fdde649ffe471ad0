package main

import (
	"runtime"
	"sync/atomic"
)

// ring is a ring between exactly two goroutines, which spin and yield where the others sleep.
type ring[P any] struct {
	slots  []P
	_      [64]byte
	sent   atomic.Uint64
	_      [56]byte
	taken  atomic.Uint64
	_      [56]byte
	closed atomic.Bool
}

const spins = 128

func pause(tries *int) {
	*tries++
	if *tries >= spins {
		runtime.Gosched()
	}
}

func (r *ring[P]) send(value P) {
	at := r.sent.Load()
	for tries := 0; at-r.taken.Load() == uint64(len(r.slots)); {
		pause(&tries)
	}
	r.slots[at%uint64(len(r.slots))] = value
	r.sent.Store(at + 1)
}

func (r *ring[P]) recv() (P, bool) {
	at := r.taken.Load()
	for tries := 0; ; pause(&tries) {
		// Whether it is closed is asked first: what was sent before is then seen.
		closed := r.closed.Load()
		if r.sent.Load() != at {
			break
		}
		if closed {
			var none P
			return none, false
		}
	}
	value := r.slots[at%uint64(len(r.slots))]
	r.taken.Store(at + 1)
	return value, true
}

func (r *ring[P]) close() { r.closed.Store(true) }
