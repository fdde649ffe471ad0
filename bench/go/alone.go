package main

import (
	"fmt"
	"runtime"
	"sync"
	"time"
)

// measureAlone is what one operation costs by itself, as crates/bench/src/alone.rs; park-threads has each goroutine on a
// thread of its own, select-static is a select statement over `capacity` channels, all of them ready.
func measureAlone(pattern string, capacity, messages int) (run, bool, error) {
	switch pattern {
	case "send":
		took, err := fill(make(chan int, capacity), messages)
		return run{took: took}, true, err
	case "mutex":
		return run{took: lockAndAdd(messages)}, true, nil
	case "park":
		return run{took: handOver(messages, func() {})}, true, nil
	case "park-threads":
		return run{took: handOver(messages, runtime.LockOSThread)}, true, nil
	case "select-static":
		took, err := selectStatic(capacity, messages)
		return run{took: took}, true, err
	}
	return run{}, false, nil
}

func fill(channel chan int, messages int) (time.Duration, error) {
	took := time.Duration(0)
	for first := 0; first < messages; first += cap(channel) {
		last := min(messages, first+cap(channel))
		start := time.Now()
		for index := first; index < last; index++ {
			channel <- index
		}
		took += time.Since(start)
		for index := first; index < last; index++ {
			if got := <-channel; got != index {
				return 0, fmt.Errorf("%d was sent and %d received", index, got)
			}
		}
	}
	return took, nil
}

func lockAndAdd(messages int) time.Duration {
	var mutex sync.Mutex
	count := 0
	start := time.Now()
	for range messages {
		mutex.Lock()
		count++
		mutex.Unlock()
	}
	return time.Since(start)
}

// handOver has two goroutines wake each other in turn over channels without a buffer.
func handOver(messages int, begin func()) time.Duration {
	there, back := make(chan int), make(chan int)
	go func() {
		begin()
		for value := range there {
			back <- value
		}
		close(back)
	}()
	ended := make(chan time.Duration)
	go func() {
		begin()
		start := time.Now()
		for turn := 0; turn < messages; turn += 2 {
			there <- turn
			<-back
		}
		ended <- time.Since(start)
		close(there)
	}()
	return <-ended
}

func selectStatic(cases, selects int) (time.Duration, error) {
	var c [20]chan int
	for i := range c {
		c[i] = make(chan int, 1)
		c[i] <- i
	}
	choose := map[int]func() (int, int){2: func() (int, int) { return selectTwo(&c) }, 20: func() (int, int) { return selectTwenty(&c) }}[cases]
	if choose == nil {
		return 0, fmt.Errorf("there is a select of 2 and one of 20 cases")
	}
	start := time.Now()
	for range selects {
		chosen, value := choose()
		if chosen != value {
			return 0, fmt.Errorf("%d was in case %d", value, chosen)
		}
		c[chosen] <- value
	}
	return time.Since(start), nil
}

func selectTwo(c *[20]chan int) (int, int) {
	select {
	case value := <-c[0]:
		return 0, value
	case value := <-c[1]:
		return 1, value
	}
}

func selectTwenty(c *[20]chan int) (int, int) {
	select {
	case value := <-c[0]:
		return 0, value
	case value := <-c[1]:
		return 1, value
	case value := <-c[2]:
		return 2, value
	case value := <-c[3]:
		return 3, value
	case value := <-c[4]:
		return 4, value
	case value := <-c[5]:
		return 5, value
	case value := <-c[6]:
		return 6, value
	case value := <-c[7]:
		return 7, value
	case value := <-c[8]:
		return 8, value
	case value := <-c[9]:
		return 9, value
	case value := <-c[10]:
		return 10, value
	case value := <-c[11]:
		return 11, value
	case value := <-c[12]:
		return 12, value
	case value := <-c[13]:
		return 13, value
	case value := <-c[14]:
		return 14, value
	case value := <-c[15]:
		return 15, value
	case value := <-c[16]:
		return 16, value
	case value := <-c[17]:
		return 17, value
	case value := <-c[18]:
		return 18, value
	case value := <-c[19]:
		return 19, value
	}
}
