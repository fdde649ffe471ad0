package main

import "fmt"

// payload is something to send: how the value of a message is made, and the number to check it by. The kinds are those
// of src/bench/payload.ts.
type payload[P any] struct {
	make func(index int) P
	key  func(value P) uint64
}

type person struct {
	id   uint32
	name string
	tags [3]string
}

func block(size int) payload[[]byte] {
	return payload[[]byte]{
		make: func(index int) []byte {
			made := make([]byte, size)
			for at := range made {
				made[at] = byte(index)
			}
			return made
		},
		key: func(value []byte) uint64 { return uint64(len(value)) + uint64(value[0]) + uint64(value[len(value)-1]) },
	}
}

var (
	number = payload[float64]{
		make: func(index int) float64 { return float64(index) },
		key:  func(value float64) uint64 { return uint64(value) },
	}
	text = payload[string]{
		make: func(index int) string { return fmt.Sprintf("%-64d", index&1023) },
		key:  func(value string) uint64 { return uint64(len(value)) + uint64(value[0]) },
	}
	object = payload[person]{
		make: func(index int) person {
			id := uint32(index & 1023)
			return person{id, fmt.Sprintf("customer %d", id), [3]string{"new", fmt.Sprintf("area %d", id%50), "mail"}}
		},
		key: func(value person) uint64 { return uint64(value.id) + uint64(len(value.tags)) },
	}
)

type kibibyte [1024]byte

// blocks are ready, so that what is measured is the way of each, not its making.
var blocks = func() (made [256]kibibyte) {
	for index := range made {
		for at := range made[index] {
			made[index][at] = byte(index)
		}
	}
	return made
}()

func (k *kibibyte) key() uint64 { return uint64(k[0]) + uint64(k[1023]) }

var (
	value1k = payload[kibibyte]{
		make: func(index int) kibibyte { return blocks[index&255] },
		key:  func(value kibibyte) uint64 { return value.key() },
	}
	boxed1k = payload[*kibibyte]{
		make: func(index int) *kibibyte {
			made := new(kibibyte)
			*made = blocks[index&255]
			return made
		},
		key: (*kibibyte).key,
	}
	borrowed1k = payload[*kibibyte]{
		make: func(index int) *kibibyte { return &blocks[index&255] },
		key:  (*kibibyte).key,
	}
)

// expected is what key adds up to over the first count values.
func (p payload[P]) expected(count int) uint64 {
	sum := uint64(0)
	for index := 0; index < count; index++ {
		sum += p.key(p.make(index))
	}
	return sum
}
