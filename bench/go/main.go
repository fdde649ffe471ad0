// Go's own channels, and a slice under a sync.Mutex, under the load patterns of the benchmark.
//
//	go-rivals CONTESTANT PATTERN CAPACITY PAYLOAD
//
// Reads numbers of messages from stdin, one a line, and answers each with a line of JSON, as crates/bench does.
// `go-rivals select ready|woken CASES number` measures reflect.Select over as many channels instead.
// `go-rivals alone PATTERN CAPACITY number` measures single operations, see alone.go.
// Exit code 2: unknown names. Exit code 3: this contestant cannot run this pattern.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"time"
)

type latency struct {
	P50  int64 `json:"p50"`
	P90  int64 `json:"p90"`
	P99  int64 `json:"p99"`
	P999 int64 `json:"p999"`
	Max  int64 `json:"max"`
}

type answer struct {
	Messages    int      `json:"messages"`
	Nanoseconds int64    `json:"nanoseconds"`
	Latency     *latency `json:"latency,omitempty"`
}

func percentiles(trips []time.Duration) *latency {
	if len(trips) == 0 {
		return nil
	}
	at := func(perMille int) int64 { return trips[max(0, (len(trips)*perMille+999)/1000-1)].Nanoseconds() }
	return &latency{at(500), at(900), at(990), at(999), at(1000)}
}

func fail(code int, what string) {
	fmt.Fprintln(os.Stderr, "go-rivals: "+what)
	os.Exit(code)
}

func answerAll[P any](contestant, pattern string, capacity int, payload payload[P]) {
	open := map[string]func() carrier[P]{
		"chan":  func() carrier[P] { return make(channel[P], capacity) },
		"mutex": func() carrier[P] { return newLocked[P](capacity) },
		"ring":  func() carrier[P] { return &ring[P]{slots: make([]P, capacity)} },
	}[contestant]
	if open == nil || contestant != "chan" && capacity == 0 {
		fail(3, "it cannot run this")
	}
	answerEach(func(messages int) (run, bool, error) {
		return (&load[P]{payload: payload, open: open, messages: messages}).measure(pattern)
	})
}

// answerEach measures once for every line of stdin.
func answerEach(measure func(messages int) (measured run, known bool, err error)) {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		messages, err := strconv.Atoi(lines.Text())
		if err != nil || messages < 1 {
			fail(2, "a number of messages was expected")
		}
		measured, known, err := measure(messages)
		if !known {
			fail(3, "it cannot run this")
		}
		if err != nil {
			fail(1, err.Error())
		}
		_ = json.NewEncoder(os.Stdout).Encode(answer{messages, measured.took.Nanoseconds(), percentiles(measured.trips)})
	}
}

func main() {
	if len(os.Args) != 5 {
		fail(2, "usage: go-rivals CONTESTANT PATTERN CAPACITY PAYLOAD")
	}
	contestant, pattern, kind := os.Args[1], os.Args[2], os.Args[4]
	// Go makes all of a channel's room at once, so nothing stands for an unbounded one.
	capacity, err := strconv.Atoi(os.Args[3])
	if err != nil || capacity < 0 {
		fail(2, "a capacity was expected")
	}
	if contestant == "select" {
		if capacity < 1 || kind != "number" {
			fail(2, "select takes a number of cases, and numbers")
		}
		answerEach(func(selects int) (run, bool, error) { return measureSelect(pattern, capacity, selects) })
		return
	}
	if contestant == "alone" {
		if capacity < 1 || kind != "number" {
			fail(2, "alone takes a capacity, and numbers")
		}
		answerEach(func(messages int) (run, bool, error) { return measureAlone(pattern, capacity, messages) })
		return
	}
	switch kind {
	case "number":
		answerAll(contestant, pattern, capacity, number)
	case "string64":
		answerAll(contestant, pattern, capacity, text)
	case "bytes1k":
		answerAll(contestant, pattern, capacity, block(1024))
	case "bytes64k":
		answerAll(contestant, pattern, capacity, block(65536))
	case "object":
		answerAll(contestant, pattern, capacity, object)
	case "value1k":
		answerAll(contestant, pattern, capacity, value1k)
	case "boxed1k":
		answerAll(contestant, pattern, capacity, boxed1k)
	case "borrowed1k":
		answerAll(contestant, pattern, capacity, borrowed1k)
	default:
		fail(2, "there is no such payload")
	}
}
