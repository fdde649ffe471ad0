// Go's own channels under the benchmark's load: one line of JSON with what one run took.
//
//	rival -capacity 1024 -messages 1000000
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime"
	"time"
)

// result is one measured run.
type result struct {
	Messages    int     `json:"messages"`
	Nanoseconds int64   `json:"nanoseconds"`
	PerMessage  float64 `json:"perMessage"`
	Version     string  `json:"version"`
}

// spsc sends `messages` numbers through a channel and checks every one.
func spsc(capacity, messages int) (time.Duration, error) {
	numbers := make(chan float64, capacity)
	start := time.Now()
	go func() {
		for i := 0; i < messages; i++ {
			numbers <- float64(i) + 0.5
		}
		close(numbers)
	}()
	index := 0
	for number := range numbers {
		if number != float64(index)+0.5 {
			return 0, fmt.Errorf("message %d arrived as %v", index, number)
		}
		index++
	}
	if index != messages {
		return 0, fmt.Errorf("%d sent, %d received", messages, index)
	}
	return time.Since(start), nil
}

func main() {
	capacity := flag.Int("capacity", 1024, "slots in the channel")
	messages := flag.Int("messages", 1_000_000, "values to send")
	flag.Parse()
	// Once to warm up, once to measure.
	if _, err := spsc(*capacity, *messages/10+1); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	took, err := spsc(*capacity, *messages)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	json.NewEncoder(os.Stdout).Encode(result{
		Messages:    *messages,
		Nanoseconds: took.Nanoseconds(),
		PerMessage:  float64(took.Nanoseconds()) / float64(*messages),
		Version:     runtime.Version(),
	})
}
