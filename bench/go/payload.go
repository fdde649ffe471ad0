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

// expected is what key adds up to over the first count values.
func (p payload[P]) expected(count int) uint64 {
	sum := uint64(0)
	for index := 0; index < count; index++ {
		sum += p.key(p.make(index))
	}
	return sum
}
