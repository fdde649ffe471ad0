package main

import "sync"

// carrier is what carries the messages.
type carrier[P any] interface {
	send(value P)
	// recv waits for a value; false says that it is closed and drained.
	recv() (P, bool)
	close()
}

// channel is Go's own.
type channel[P any] chan P

func (c channel[P]) send(value P) { c <- value }
func (c channel[P]) close()       { close(c) }
func (c channel[P]) recv() (P, bool) {
	value, ok := <-c
	return value, ok
}

// locked is what one writes oneself: a slice as a ring under a sync.Mutex, with two condition variables.
type locked[P any] struct {
	mutex        sync.Mutex
	room, values *sync.Cond
	ring         []P
	first, count int
	closed       bool
}

func newLocked[P any](capacity int) *locked[P] {
	made := &locked[P]{ring: make([]P, capacity)}
	made.room, made.values = sync.NewCond(&made.mutex), sync.NewCond(&made.mutex)
	return made
}

func (l *locked[P]) send(value P) {
	l.mutex.Lock()
	for l.count == len(l.ring) {
		l.room.Wait()
	}
	l.ring[(l.first+l.count)%len(l.ring)] = value
	l.count++
	l.mutex.Unlock()
	l.values.Signal()
}

func (l *locked[P]) recv() (P, bool) {
	l.mutex.Lock()
	for l.count == 0 && !l.closed {
		l.values.Wait()
	}
	var value P
	ok := l.count > 0
	if ok {
		value = l.ring[l.first]
		l.first = (l.first + 1) % len(l.ring)
		l.count--
	}
	l.mutex.Unlock()
	l.room.Signal()
	return value, ok
}

func (l *locked[P]) close() {
	l.mutex.Lock()
	l.closed = true
	l.mutex.Unlock()
	l.values.Broadcast()
}
