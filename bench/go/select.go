package main

import (
	"fmt"
	"reflect"
	"slices"
	"sync/atomic"
	"time"
)

const (
	// rest is how long the sender lets the other goroutine come to rest.
	rest = time.Millisecond
	// step is a prime; channels are woken in steps of it, so all get their turn.
	step = 7919
)

// measureSelect is Go's select over a number of cases that is not known when compiling, as crates/bench/src/select.rs.
func measureSelect(pattern string, cases, selects int) (run, bool, error) {
	channels := make([]chan float64, cases)
	list := make([]reflect.SelectCase, cases)
	for i := range channels {
		channels[i] = make(chan float64, 1)
		list[i] = reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(channels[i])}
	}
	var measured run
	var err error
	switch pattern {
	case "ready":
		measured, err = selectReady(channels, list, selects)
	case "woken":
		measured, err = selectWoken(channels, list, selects)
	default:
		return measured, false, nil
	}
	return measured, true, err
}

func selectReady(channels []chan float64, list []reflect.SelectCase, selects int) (run, error) {
	held := make([]float64, len(channels))
	for i, channel := range channels {
		held[i] = 0.5
		channel <- held[i]
	}
	start := time.Now()
	for range selects {
		chosen, received, _ := reflect.Select(list)
		if value := received.Float(); value != held[chosen] {
			return run{}, fmt.Errorf("case %d had %v and gave %v", chosen, held[chosen], value)
		}
		held[chosen]++
		channels[chosen] <- held[chosen]
	}
	return run{took: time.Since(start)}, nil
}

func selectWoken(channels []chan float64, list []reflect.SelectCase, selects int) (run, error) {
	ask := make(chan int, 1)
	defer close(ask)
	epoch := time.Now()
	var sent atomic.Int64
	go func() {
		value := 0.0
		for chosen := range ask {
			time.Sleep(rest)
			sent.Store(int64(time.Since(epoch)))
			channels[chosen] <- value
			value++
		}
	}()
	trips := make([]time.Duration, 0, selects)
	for index := range selects {
		wanted := index * step % len(channels)
		ask <- wanted
		chosen, received, _ := reflect.Select(list)
		end := time.Since(epoch)
		if value := received.Float(); chosen != wanted || value != float64(index) {
			return run{}, fmt.Errorf("%d was sent on %d, %v received on %d", index, wanted, value, chosen)
		}
		trips = append(trips, end-time.Duration(sent.Load()))
	}
	slices.Sort(trips)
	return run{took: time.Since(epoch), trips: trips}, nil
}
