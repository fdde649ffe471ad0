package main

import (
	"fmt"
	"runtime"
	"sort"
	"sync"
	"time"
)

const burst = 512

// run is what one run took; trips are the round trips of ping-pong, sorted.
type run struct {
	took  time.Duration
	trips []time.Duration
}

// load is one pattern on one kind of carrier.
type load[P any] struct {
	payload  payload[P]
	open     func() carrier[P]
	messages int

	mutex    sync.Mutex
	received int
	sum      uint64
}

func (l *load[P]) produce(to carrier[P], first, last int) {
	for index := first; index < last; index++ {
		to.send(l.payload.make(index))
	}
}

func (l *load[P]) consume(from carrier[P], each func(received int)) {
	received, sum := 0, uint64(0)
	for value, ok := from.recv(); ok; value, ok = from.recv() {
		received++
		sum += l.payload.key(value)
		if each != nil {
			each(received)
		}
	}
	l.add(received, sum)
}

func (l *load[P]) add(received int, sum uint64) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.received += received
	l.sum += sum
}

func relay[P any](from, to carrier[P]) {
	for value, ok := from.recv(); ok; value, ok = from.recv() {
		to.send(value)
	}
	to.close()
}

// together runs all of work at once and waits for them.
func together(work ...func()) {
	var group sync.WaitGroup
	for _, one := range work {
		group.Add(1)
		go func() {
			defer group.Done()
			one()
		}()
	}
	group.Wait()
}

func (l *load[P]) crowd(producers, consumers int) {
	between := l.open()
	senders, all := []func(){}, []func(){}
	for at := 0; at < producers; at++ {
		senders = append(senders, func() {
			l.produce(between, l.messages*at/producers, l.messages*(at+1)/producers)
		})
	}
	for at := 0; at < consumers; at++ {
		all = append(all, func() { l.consume(between, nil) })
	}
	together(append(all, func() {
		together(senders...)
		between.close()
	})...)
}

func (l *load[P]) pingPong() []time.Duration {
	there, back := l.open(), l.open()
	trips := make([]time.Duration, 0, l.messages)
	together(func() { relay(there, back) }, func() {
		sum := uint64(0)
		for index := 0; index < l.messages; index++ {
			start := time.Now()
			there.send(l.payload.make(index))
			value, _ := back.recv()
			trips = append(trips, time.Since(start))
			sum += l.payload.key(value)
		}
		l.add(l.messages, sum)
		there.close()
	})
	sort.Slice(trips, func(a, b int) bool { return trips[a] < trips[b] })
	return trips
}

func (l *load[P]) pipeline() {
	first, second := l.open(), l.open()
	together(func() {
		l.produce(first, 0, l.messages)
		first.close()
	}, func() { relay(first, second) }, func() { l.consume(second, nil) })
}

func (l *load[P]) bursts() {
	between, acknowledged := l.open(), make(chan struct{}, 1)
	together(func() {
		for first := 0; first < l.messages; first += burst {
			l.produce(between, first, min(l.messages, first+burst))
			<-acknowledged
		}
		between.close()
	}, func() {
		l.consume(between, func(received int) {
			if received%burst == 0 || received == l.messages {
				acknowledged <- struct{}{}
			}
		})
	})
}

// measure runs the pattern once and checks what arrived; false says that there is no such pattern.
func (l *load[P]) measure(pattern string) (run, bool, error) {
	cores := runtime.GOMAXPROCS(0)
	fan := max(2, min(4, cores))
	var trips []time.Duration
	patterns := map[string]func(){
		"spsc":           func() { l.crowd(1, 1) },
		"mpsc":           func() { l.crowd(fan, 1) },
		"spmc":           func() { l.crowd(1, fan) },
		"mpmc":           func() { l.crowd(fan, fan) },
		"oversubscribed": func() { l.crowd(2*cores, 2*cores) },
		"ping-pong":      func() { trips = l.pingPong() },
		"pipeline":       l.pipeline,
		"burst":          l.bursts,
	}
	work, known := patterns[pattern]
	if !known {
		return run{}, false, nil
	}
	start := time.Now()
	work()
	took := time.Since(start)
	if l.received != l.messages || l.sum != l.payload.expected(l.messages) {
		return run{}, true, fmt.Errorf("%d messages were sent and %d received, or they are not the same", l.messages, l.received)
	}
	return run{took, trips}, true, nil
}
