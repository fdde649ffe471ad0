/**
 * What is said about channels, where it is said, and which measurements speak for or against it.
 *
 * A claim is a range. A figure whose median lies in it bears the claim out; one whose interval only touches it perhaps
 * does. All do: confirmed. None does, not even perhaps: refuted. Else it depends. The reason has to hold for each outcome,
 * since another machine may have another.
 */
import { BUFFERS } from './measures.mjs';

const INFINITY = Number.POSITIVE_INFINITY;

/** One duration. */
const time = (language, what, key) => ({ language, what, of: [key] });
/** How many times as long the first takes as the second. */
const times = (language, what, top, bottom) => ({ language, what, of: [top, bottom] });

const PHILPEARL = '[philpearl/benchmarks](https://github.com/philpearl/benchmarks)';
const GRIN = '[andrewwormald/grin](https://github.com/andrewwormald/grin)';
const STUDYRAID =
  '[studyraid, comparing crossbeam with std](https://app.studyraid.com/en/read/31230/1354291/comparing-crossbeam-channels-with-stdsyncmpsc)';
const PIPELINES =
  '[senior-stack, push-pull](https://senior-stack.uz/Roadmap/Programming-Languages/languages/golang/07-concurrency/05-concurrency-patterns/08-push-pull/optimize/)';
const SAID = 'said often, without a source that measured it';

export const CLAIMS = [
  {
    title: 'A send that nobody contends for takes 80–150 ns',
    source: `${PHILPEARL} has 97 to 285 ns for a byte through a Go channel, with Go 1.7; the figure is passed on as that of any channel`,
    range: [80, 150],
    unit: 'ns',
    figures: [
      time('Go', '`c <- v`, room in the buffer', 'go send'),
      time('Rust', 'crossbeam `send`', 'rust send'),
      time('Rust', 'std `send`', 'rust send std'),
      time('Node', '`trySend`, engine `local`', 'node send local'),
      time('Node', '`trySend`, engine `mutex`', 'node send mutex'),
      time('Node', '`trySend`, engine `crossbeam`', 'node send crossbeam'),
      time('Node', '`trySend`, engine `shared`', 'node send shared'),
    ],
    because:
      "A send into free room is a lock or an atomic exchange and a copy of eight bytes, all in this core's cache. What makes a send cost 100 ns and more is the other thread: a cache line that comes from another core, or a receiver to be woken. Through the addon, the call out of JavaScript and the encoding come on top.",
  },
  {
    title: 'Parking a waiter and resuming it takes 1–5 µs',
    source: SAID,
    range: [1000, 5000],
    unit: 'ns',
    figures: [
      time('Go', 'goroutine to goroutine, no buffer', 'go park'),
      time('Go', 'the same, each locked to a thread', 'go park threads'),
      time('Rust', '`park` and `unpark`', 'rust park'),
      time('Node', '`Atomics.wait` and `notify`', 'node park atomics'),
      time('Node', 'blocking ends, capacity 0', 'node park blocking'),
      time('Node', 'awaiting ends, capacity 0', 'node park awaiting'),
    ],
    because:
      "What is parked decides. A goroutine is parked in user space and costs the scheduler's queue; a thread costs the kernel, twice, and more where its core has gone to sleep or must be shared; an event loop costs a turn of the loop besides. hchan's blocking ends look again for about 25 µs before they sleep.",
  },
  {
    title: 'Locking and unlocking a mutex takes 20–30 ns',
    source: `${PHILPEARL}, about 25 ns with Go 1.7`,
    range: [20, 30],
    unit: 'ns',
    figures: [
      time('Go', '`sync.Mutex`', 'go mutex'),
      time('Rust', '`std::sync::Mutex`', 'rust mutex'),
      time('Node', '`Atomics.compareExchange`, `store`, `notify`', 'node mutex'),
    ],
    because:
      'Uncontended, a mutex is one atomic exchange to lock and one to unlock, and those have become cheaper than they were when the figure was written down. In JavaScript the unlocking thread also has to ask whether somebody waits, which is a call into the engine.',
  },
  {
    title: 'A ring between two threads takes 5–15 ns a message',
    source: `${GRIN}, 8 to 13 ns`,
    range: [5, 15],
    unit: 'ns',
    figures: [
      time('Go', 'a ring with two atomics, 1024', 'go ring'),
      time('Rust', '`rtrb`, 1024', 'rust ring'),
      time('Node', '`ringbuf.js`, 1024, one at a time', 'node ring'),
      time('Node', '`ringbuf.js`, 1024, 256 at a time', 'node ring batched'),
    ],
    because:
      "A ring that keeps a copy of the other side's index, as `rtrb` does, seldom touches a cache line of the other core; one that reads it at every message pays for that line at every message. Benchmarks that push and pop in one thread show neither.",
  },
  {
    title: 'A bounded crossbeam channel takes 20–40 ns a message',
    source: SAID,
    range: [20, 40],
    unit: 'ns',
    figures: [
      time('Rust', 'one sender, one receiver, 1024', 'rust crossbeam'),
      time('Rust', 'two senders, one receiver, 1024', 'rust crossbeam mpsc'),
      time('Node', 'engine `crossbeam`, 256 at a time', 'node chan batched'),
      time('Node', 'engine `crossbeam`, one at a time, blocking', 'node chan'),
    ],
    because:
      'It depends on how far the two ends are apart: while one runs ahead of the other, each works in its own cache; when they meet, each message carries a cache line across. In Node a call per message out of JavaScript comes on top, which batches share among many.',
  },
  {
    title: 'crossbeam is 5–10 times as fast as `std::sync::mpsc`',
    source: `${STUDYRAID}, "2 to 10 times"`,
    range: [5, 10],
    unit: '×',
    figures: [
      times('Rust', 'one sender, one receiver, 1024', 'rust std', 'rust crossbeam'),
      times('Rust', 'two senders, one receiver, 1024', 'rust std mpsc', 'rust crossbeam mpsc'),
      times('Rust', 'one sender, one receiver, unbounded', 'rust std unbounded', 'rust crossbeam unbounded'),
      times('Rust', 'a send by itself', 'rust send std', 'rust send'),
    ],
    because:
      "It was so. Since Rust 1.67 `std::sync::mpsc` is crossbeam's algorithm ([rust-lang/rust #93563](https://github.com/rust-lang/rust/pull/93563)): two builds of the same queue are compared.",
  },
  {
    title: 'A ring between two threads is ten times as fast as a Go channel',
    source: `${GRIN} says up to 6 times`,
    range: [8, INFINITY],
    unit: '×',
    figures: [
      times('Go', 'a Go channel against a ring in Go', 'go chan', 'go ring'),
      times('Go, Rust', 'a Go channel against `rtrb`', 'go chan', 'rust ring'),
      times('Go, Node', 'a Go channel against `ringbuf.js`, 256 at a time', 'go chan', 'node ring batched'),
      times('Node', 'engine `crossbeam` against `ringbuf.js`, one at a time', 'node chan', 'node ring'),
    ],
    because:
      'A ring saves the lock, the queues of waiters and the handing over, but not the way between two cores, which is most of it where every message is looked at as it comes. A ring also cannot wait: here its ends spin, and a core that spins is not there for others.',
  },
  {
    title: 'A buffer of 1024 instead of 16 doubles the rate of a pipeline',
    source: SAID,
    range: [1.7, 2.5],
    unit: '×',
    figures: [
      times('Go', '16 against 1024', 'go pipeline 16', 'go pipeline 1024'),
      times('Rust', '16 against 1024, crossbeam', 'rust pipeline 16', 'rust pipeline 1024'),
      times('Node', '16 against 1024, engine `crossbeam`, blocking', 'node pipeline 16', 'node pipeline 1024'),
    ],
    because:
      'What a larger buffer saves is waking: three stages on fewer cores than stages must take turns, and each turn can do as many messages as the buffer holds. Where waking costs much against a message the gain is far more than twice, and where it costs little it is less.',
  },
  {
    title: 'A buffer of 64 is enough: beyond it there is no gain',
    source: `${PIPELINES} sees 21 million a second at 64 and at 1024`,
    range: [0, 1.1],
    unit: '×',
    figures: [
      times('Go', '64 against the best', 'go pipeline 64', 'best go pipeline'),
      times('Rust', '64 against the best, crossbeam', 'rust pipeline 64', 'best rust pipeline'),
      times('Node', '64 against the best, engine `crossbeam`, blocking', 'node pipeline 64', 'best node pipeline'),
    ],
    ladders: ['go', 'rust', 'node'].map((language) => ({
      language: { go: 'Go', rust: 'Rust', node: 'Node' }[language],
      steps: BUFFERS.map((buffer) => [buffer, `${language} pipeline ${buffer}`]),
    })),
    because:
      "The gain ends where a turn's work outweighs the waking that begins it: the dearer the waking, the larger that buffer. The table has what each step took.",
  },
  {
    title: 'A select of twenty cases costs ten times one of two',
    source: "follows from how it is done: Go's `selectgo` locks and looks at every case",
    range: [8, 12],
    unit: '×',
    figures: [
      times('Go', '`select`, all ready', 'go select 20', 'go select 2'),
      times('Go', '`reflect.Select`, all ready', 'go reflect 20', 'go reflect 2'),
      times('Rust', 'crossbeam `Select`, all ready', 'rust select 20', 'rust select 2'),
      times('Node', '`trySelect`, engine `mutex`, all ready', 'node trySelect 20', 'node trySelect 2'),
      times('Node', '`await select`, engine `mutex`, all ready', 'node select 20', 'node select 2'),
    ],
    because:
      'A part of a select is paid once whatever the number of cases, a part per case. Where the first is large (a call into the addon, a promise) twenty cases cost far less than ten times two; where every case is locked and shuffled they cost more. crossbeam shuffles its cases and takes the first that is ready, which here is the first it tries.',
  },
  {
    title: 'What is 1 KiB large goes by reference at least twice as fast as by value',
    source: SAID,
    range: [2, INFINITY],
    unit: '×',
    figures: [
      times('Go', '`[1024]byte` against a pointer to a ready one', 'go value', 'go borrowed'),
      times('Go', '`[1024]byte` against a pointer to a new one', 'go value', 'go boxed'),
      times('Rust', '`[u8; 1024]` against a reference to a ready one', 'rust value', 'rust borrowed'),
      times('Rust', '`[u8; 1024]` against a new `Box`', 'rust value', 'rust boxed'),
      times('Node', 'bytes through a channel against a place in a `SharedArrayBuffer`', 'node value', 'node borrowed'),
    ],
    because:
      'A reference saves copying a kibibyte in and out, if the bytes are there already. If each message needs a block of its own, allocating and filling it costs as much as the copies saved. In Node both must be encoded into shared memory once; what the reference saves is the second copy and the new array of the receiver.',
  },
];
