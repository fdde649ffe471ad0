/**
 * Random scripts against the addon's functions, below everything that checks arguments: arbitraries for them, and a stage
 * that plays one and says what must hold after each step.
 *
 * A script is plain JSON, so that one that ended a process can be kept in `corpus/` and played again. Its steps:
 *   ['word', index, value]             a header word, mostly base and count
 *   ['fill', at, byte]                 noise from `at` to the end of the scratch
 *   ['frames', at, lengths]            frames that may lie about their lengths
 *   ['cases', at, [[kind, arg, offset, length], …]]
 *   ['token', at, slot, flipped]       a token that some thread shared, one bit of it changed unless `flipped` is -1
 *   ['written', count, at, byte]       the page says that so many messages are written, and has noise from `at` on
 *   ['scratch', bytes]                 another scratch
 *   ['call', name, args]
 * An argument is a number, `{ handle }` or `{ op }` (one that was given out in this script), or the name of an oddity.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';

const HEADER = 64;
const TOKEN = 32;
const SLOTS = 4;
const NEED_GROW = -4;
const DEAD = -10;
/** Words of the header that the addon may write. */
const WRITABLE = 11;
const PAGE_WRITTEN = 16;
const [BASE, COUNT, HANDLES, OPS] = [0, 1, 9, 10];

/** Where threads leave tokens for each other. */
export const shareTokens = () => new SharedArrayBuffer(SLOTS * TOKEN);

const ODDITIES = {
  undefined: undefined,
  null: null,
  text: 'text',
  object: {},
  bigint: 1n,
  symbol: Symbol('odd'),
  NaN: Number.NaN,
  infinite: Number.POSITIVE_INFINITY,
  buffer: new ArrayBuffer(8),
  shared: new SharedArrayBuffer(128),
  board: new Int32Array(new SharedArrayBuffer(4096)),
  page: new Int32Array(new SharedArrayBuffer(1024)),
  view: new Uint8Array(128),
};

/** Each function and its arguments; `mute`, `rest` and `stats` take no harm from anything. */
const FUNCTIONS = {
  mute: ['small'],
  rest: [],
  stats: [],
  init: ['any', 'any', 'any'],
  setScratch: ['odd'],
  open: ['flavor', 'capacity'],
  attach: ['offset', 'direction'],
  share: ['handle'],
  clone: ['handle', 'direction'],
  release: ['handle'],
  close: ['handle'],
  length: ['handle'],
  closed: ['handle'],
  lengthOf: ['small', 'small'],
  closedOf: ['small', 'small'],
  trySend: ['handle'],
  credit: ['handle', 'page', 'small'],
  trySendAhead: ['handle'],
  tryRecv: ['handle'],
  lend: ['handle', 'board'],
  tryRecvAhead: ['handle'],
  linger: ['handle', 'small', 'small'],
  lingerAny: ['offset', 'small', 'small'],
  settled: ['op', 'small'],
  fetchHeld: [],
  trySendFrames: ['handle', 'offset', 'small'],
  trySendFixed: ['handle', 'offset', 'small', 'small'],
  tryRecvFrames: ['handle', 'small'],
  tryRecvFixed: ['handle', 'small', 'small'],
  selectTry: ['offset', 'small', 'small'],
  selectPark: ['offset', 'small', 'small'],
  selectBlock: ['offset', 'small', 'small'],
  parkSend: ['handle'],
  parkRecv: ['handle'],
  cancel: ['op'],
  wait: ['op', 'short'],
  drainCompletions: [],
};
/** What is answered of any channel of the process, and of one that is gone. */
const OF_ANYBODY = new Set(['lengthOf', 'closedOf']);
const MAKE_HANDLES = new Set(['open', 'attach', 'clone']);
const MAKE_OPS = new Set(['selectPark', 'selectBlock', 'parkSend', 'parkRecv']);

const edge = fc.constantFrom(-1, 0, 1, 2 ** 31 - 1, -(2 ** 31), 2 ** 32, 2 ** 53, 1.5, 0x200000, 0x200001, 0x400000);
const odd = fc.constantFrom(...Object.keys(ODDITIES));
const any = fc.oneof(fc.integer(), edge, odd);
const offset = fc.oneof({ weight: 8, arbitrary: fc.integer({ min: HEADER - 4, max: 1024 }) }, { weight: 1, arbitrary: any });
const mostly = (arbitrary) => fc.oneof({ weight: 12, arbitrary }, { weight: 1, arbitrary: any });
const ARGUMENTS = {
  any,
  odd,
  board: mostly(fc.constant('board')),
  page: mostly(fc.constant('page')),
  offset,
  small: mostly(fc.integer({ min: -4, max: 40 })),
  short: mostly(fc.integer({ min: 0, max: 1 })),
  flavor: mostly(fc.integer({ min: 0, max: 2 })),
  direction: mostly(fc.integer({ min: 1, max: 3 })),
  capacity: mostly(fc.oneof(fc.integer({ min: -1, max: 5 }), fc.constant(70_000))),
  handle: mostly(fc.record({ handle: fc.nat(7) })),
  op: mostly(fc.record({ op: fc.nat(7) })),
};

const call = fc
  .constantFrom(...Object.keys(FUNCTIONS), ...['open', 'open', 'share', 'parkRecv', 'parkSend'])
  .chain((name) => fc.tuple(fc.constant('call'), fc.constant(name), fc.tuple(...FUNCTIONS[name].map((kind) => ARGUMENTS[kind]))));
const word = fc.oneof(fc.integer({ min: 0, max: 300 }), edge);
const scase = fc.tuple(mostly(fc.integer({ min: 0, max: 3 })), ARGUMENTS.handle, offset, fc.oneof(fc.nat(80), edge));
const texts = fc.nat(20).map((count) => count - 2 ** 31);
const frames = fc.array(fc.oneof(fc.nat(60), texts, edge), { maxLength: 8 });
const cases = fc.array(scase, { minLength: 1, maxLength: 6 });
const flipped = fc.oneof({ weight: 3, arbitrary: fc.constant(-1) }, { weight: 1, arbitrary: fc.nat(255) });
const steps = fc.oneof(
  { weight: 12, arbitrary: call.map((step) => [step]) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('word'), fc.constantFrom(BASE, COUNT), word).map((step) => [step]) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('fill'), fc.nat(1024), fc.nat(255)).map((step) => [step]) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constant('written'), word, fc.integer({ min: 128, max: 1023 }), fc.nat(255)).map((step) => [step]),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constant('scratch'), fc.constantFrom(64, 65, 96, 200, 1024, 4096)).map((step) => [step]) },
  { weight: 1, arbitrary: fc.constant([['word', BASE, HEADER]]) },
  // What a call reads, and then that call.
  {
    weight: 2,
    arbitrary: fc.tuple(fc.nat(60), ARGUMENTS.handle).map(([n, to]) => [
      ['word', COUNT, n],
      ['call', 'trySend', [to]],
    ]),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(offset, fc.nat(SLOTS - 1), flipped, ARGUMENTS.direction).map(([at, slot, bit, direction]) => [
      ['token', at, slot, bit],
      ['call', 'attach', [at, direction]],
    ]),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(offset, frames, ARGUMENTS.handle, ARGUMENTS.small).map(([at, lengths, to, count]) => [
      ['frames', at, lengths],
      ['call', 'trySendFrames', [to, at, count]],
    ]),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(offset, cases, fc.constantFrom('selectTry', 'selectPark', 'selectBlock', 'lingerAny'), fc.nat(1))
      .map(([at, list, name, biased]) => [
        ['cases', at, list],
        ['call', name, [at, list.length, biased]],
      ]),
  },
);

/** Scripts. */
export const script = fc.array(steps, { minLength: 1, maxLength: 80, size: 'max' }).map((parts) => parts.flat());

/** Plays scripts against one thread's addon; `tokens` is shared with other stages. */
export class Stage {
  calls = 0;
  #native;
  #tokens;
  #bytes;
  #words;
  #handles;
  #ops;
  #shared = 0;

  /** `native` may be uninitialised: then `live` is false and nothing but codes may come back. */
  constructor(native, tokens, live = true) {
    this.#native = native;
    this.#tokens = new Uint8Array(tokens);
    this.live = live;
    this.#useScratch(4096);
  }

  /** Plays one and checks that afterwards this thread holds nothing. */
  play(steps) {
    this.#handles = [];
    this.#ops = [];
    this.#useScratch(4096);
    this.#words[BASE] = HEADER;
    const before = this.#held();
    try {
      for (const [kind, ...rest] of steps) this[kind](...rest);
    } finally {
      this.#clear();
    }
    // Without a scratch nothing is counted, and what the script wrote there is no count.
    if (this.live) assert.deepEqual(this.#held(), before);
  }

  /** How many handles and operations this thread has. */
  #held() {
    this.#native.stats();
    return { handles: this.#words[HANDLES], ops: this.#words[OPS] };
  }

  word(index, value) {
    this.#words[index] = value;
  }

  fill(at, byte) {
    this.#bytes.fill(byte, HEADER + at);
  }

  written(count, at, byte) {
    const { page } = ODDITIES;
    page[PAGE_WRITTEN] = count;
    new Uint8Array(page.buffer).fill(byte, at);
  }

  frames(at, lengths) {
    let next = Number(at);
    for (const length of lengths) {
      this.#put(next, [length]);
      next += 4 + Math.max(0, Math.min(length, 1024));
    }
  }

  cases(at, cases) {
    for (const [i, fields] of cases.entries())
      this.#put(
        Number(at) + i * 16,
        fields.map((field) => this.#argument(field)),
      );
  }

  token(at, slot, flipped) {
    const bytes = this.#tokens.slice(slot * TOKEN, (slot + 1) * TOKEN);
    if (flipped >= 0) bytes[(flipped >> 3) % TOKEN] ^= 1 << (flipped & 7);
    for (const [i, byte] of bytes.entries()) this.#bytes[Number(at) + i] = byte;
  }

  scratch(length) {
    this.#useScratch(length);
  }

  call(name, args) {
    const given = args.map((argument) => this.#argument(argument));
    const before = this.#bytes.slice();
    const base = this.#words[BASE];
    const code = this.#native[name](...given);
    this.calls += 1;
    const what = () => `${name}(${given.map(String).join(', ')}) with base ${base} answered ${code}`;
    assert.ok(Number.isInteger(code) && code >= DEAD, what());
    this.#untouched(before, base, what);
    if (!this.live && !OF_ANYBODY.has(name)) assert.ok(code <= 0, what());
    if (code <= 0) return;
    if (MAKE_HANDLES.has(name)) this.#handles.push(code);
    if (MAKE_OPS.has(name)) this.#ops.push(code);
    if (name === 'share') this.#tokens.set(this.#bytes.subarray(base, base + TOKEN), (this.#shared++ % SLOTS) * TOKEN);
  }

  /** The addon writes its header words and from base on, nothing else. */
  #untouched(before, base, what) {
    const from = WRITABLE * 4;
    const to = base >= HEADER && base <= before.length ? base : before.length;
    assert.ok(Buffer.compare(this.#bytes.subarray(from, to), before.subarray(from, to)) === 0, `${what()} and wrote elsewhere`);
    assert.equal(this.#words[BASE], base, `${what()} and moved base`);
  }

  #put(at, words) {
    const view = new DataView(this.#bytes.buffer);
    for (const [i, value] of words.entries()) {
      const place = at + i * 4;
      if (Number.isInteger(place) && place >= HEADER && place + 4 <= view.byteLength) view.setInt32(place, Number(value), true);
    }
  }

  #argument(argument) {
    if (typeof argument === 'string') return typeof ODDITIES[argument] === 'symbol' ? Number.NaN : ODDITIES[argument];
    if (typeof argument === 'number') return argument;
    const list = 'handle' in argument ? this.#handles : this.#ops;
    return list[(argument.handle ?? argument.op) % list.length] ?? 0;
  }

  #useScratch(length) {
    const buffer = new ArrayBuffer(length);
    new Uint8Array(buffer).set(this.#bytes?.subarray(0, length) ?? []);
    if (this.live || this.#bytes === undefined) assert.equal(this.#native.setScratch(buffer), 0);
    this.#bytes = new Uint8Array(buffer);
    this.#words = new Int32Array(buffer, 0, HEADER / 4);
  }

  /** Withdraws and gives back everything; nothing may be left in the tables. */
  #clear() {
    this.#useScratch(1 << 20);
    this.#words[BASE] = HEADER;
    for (const op of this.#ops) this.#native.cancel(op);
    // Numbers return for another operation, so each is asked for until it is not known.
    for (const op of this.#ops) this.#native.wait(op, 0);
    while (this.#native.drainCompletions() === NEED_GROW) this.#useScratch(this.#bytes.length * 2);
    for (const handle of this.#handles) this.#native.release(handle);
  }
}
