/**
 * Channels come and go: slots, handle counts, tokens.
 *
 * A channel's SENDERS and RECEIVERS count handles of all threads and tokens that nobody has attached yet. Each thread also
 * keeps its own share in a hold, so that a thread that dies gives back what it had (repair.ts). Channel slots are only ever used
 * for channels, so a pointer to a channel that is gone finds another channel or an empty slot, never something else: the ID
 * and the secret of a token tell.
 *
 * Locks: a channel's, then SLOTS_LOCK, then the allocator's.
 */
import * as Direction from '../direction.js';
import { ChannelError } from '../errors.js';
import type { Arena } from './arena.js';
import { release } from './buffer.js';
import { closechan, disconnect } from './hchan.js';
import * as Chan from './layout/chan.js';
import * as Flag from './layout/flag.js';
import * as Grant from './layout/grant.js';
import * as Header from './layout/header.js';
import * as Hold from './layout/hold.js';
import { CHANNEL_WORDS, CHUNK_CHANNELS, FIRST_SEGMENT_CLASS, MAX_CHUNKS, NO_LIMIT, SMALL_CLASS } from './layout.js';
import { dequeueSudoG } from './waitq.js';

/** Makes a channel, counted once in both directions. */
export function makechan(arena: Arena, capacity: number): number {
  const c = arena.locked(Header.SLOTS_LOCK, () => {
    if (arena.i32[Header.SLOTS_FREE] === 0) addSlots(arena);
    const m = arena.i32;
    const c = m[Header.SLOTS_FREE] as number;
    m[Header.SLOTS_FREE] = m[c + Chan.NEXT_FREE] as number;
    for (let field = 1; field < CHANNEL_WORDS; field++) m[c + field] = 0;
    const unbounded = capacity === Infinity;
    m[c + Chan.CAP] = unbounded ? NO_LIMIT : capacity;
    m[c + Chan.UNBOUNDED] = unbounded ? 1 : 0;
    m[c + Chan.SEGMENT_CLASS] = FIRST_SEGMENT_CLASS;
    const secret = crypto.getRandomValues(new Int32Array(4));
    for (let i = 0; i < 4; i++) m[c + Chan.SECRET + i] = secret[i] as number;
    const id = (m[Header.LAST_CHANNEL_ID] as number) + 1;
    m[Header.LAST_CHANNEL_ID] = id;
    Atomics.store(m, c + Chan.ID, id);
    return c;
  });
  countHandle(arena, c, Direction.BOTH);
  return c;
}

function addSlots(arena: Arena): void {
  const count = arena.i32[Header.CHUNK_COUNT] as number;
  if (count === MAX_CHUNKS) throw new ChannelError(`more than ${MAX_CHUNKS * CHUNK_CHANNELS} shared channels are open`);
  const block = arena.alloc(CHUNK_CHANNELS * CHANNEL_WORDS + CHANNEL_WORDS);
  const m = arena.i32;
  // On cache lines of their own.
  const first = Math.ceil(block / 16) * 16;
  m.fill(0, first, first + CHUNK_CHANNELS * CHANNEL_WORDS);
  const last = first + (CHUNK_CHANNELS - 1) * CHANNEL_WORDS;
  for (let c = first; c < last; c += CHANNEL_WORDS) m[c + Chan.NEXT_FREE] = c + CHANNEL_WORDS;
  m[last + Chan.NEXT_FREE] = m[Header.SLOTS_FREE] as number;
  m[Header.CHUNKS + count] = first;
  Atomics.store(m, Header.CHUNK_COUNT, count + 1);
  m[Header.SLOTS_FREE] = first;
}

/** Every channel slot, in use or not. */
export function* slots(arena: Arena): Generator<number> {
  const chunks = Atomics.load(arena.i32, Header.CHUNK_COUNT);
  arena.catchUp();
  for (let i = 0; i < chunks; i++) {
    const first = arena.i32[Header.CHUNKS + i] as number;
    for (let k = 0; k < CHUNK_CHANNELS; k++) yield first + k * CHANNEL_WORDS;
  }
}

/** How many channels there are. */
export function channelCount(arena: Arena): number {
  let count = 0;
  for (const c of slots(arena)) if (arena.i32[c + Chan.ID] !== 0) count++;
  return count;
}

/** One more handle of this thread. */
export function countHandle(arena: Arena, c: number, direction: Direction.Direction): void {
  const hold = arena.hold(c);
  arena.locked(c, () => addHandle(arena.i32, c, hold, direction, 1));
}

function addHandle(m: Int32Array, c: number, hold: number, direction: Direction.Direction, by: number): void {
  add(m, c + Chan.SENDERS, direction, by);
  add(m, hold + Hold.SENDERS, direction, by);
}

/** Counts `by` more of `direction` at `senders`, where senders are counted, and in the word behind it, where receivers are. */
function add(m: Int32Array, senders: number, direction: number, by: number): void {
  if (direction & Direction.SEND) m[senders] = (m[senders] as number) + by;
  if (direction & Direction.RECV) m[senders + 1] = (m[senders + 1] as number) + by;
}

/** One handle of this thread fewer. The last sender closes, the last receiver disconnects, the last of all frees the channel. */
export function uncountHandle(arena: Arena, c: number, direction: Direction.Direction): void {
  const hold = arena.hold(c);
  arena.locked(c, () => {
    addHandle(arena.i32, c, hold, direction, -1);
    afterUncount(arena, c);
  });
  arena.dropHold(c, hold);
}

/** What the counts of a channel, which is locked, ask for. */
export function afterUncount(arena: Arena, c: number): void {
  const m = arena.i32;
  if (m[c + Chan.SENDERS] === 0 && ((m[c + Chan.FLAGS] as number) & Flag.CLOSED) === 0) {
    m[c + Chan.CLOSED_ITSELF] = 1;
    closechan(arena, arena.wakes, c);
  }
  if (m[c + Chan.RECEIVERS] === 0 && ((m[c + Chan.FLAGS] as number) & Flag.DISCONNECTED) === 0) {
    disconnect(arena, arena.wakes, c);
    // What nobody can receive is let go.
    release(arena, c);
  }
  if (m[c + Chan.SENDERS] === 0 && m[c + Chan.RECEIVERS] === 0) freechan(arena, c);
}

function freechan(arena: Arena, c: number): void {
  const m = arena.i32;
  if (m[c + Chan.ID] === 0) return;
  Atomics.store(m, c + Chan.ID, 0);
  // Losing cases of selects that are over may still stand in the queues.
  for (const first of [Chan.RECV_FIRST, Chan.SEND_FIRST]) {
    for (let sg = m[c + first] as number; sg !== 0; sg = m[c + first] as number) dequeueSudoG(m, sg);
  }
  arena.lock(Header.SLOTS_LOCK);
  m[c + Chan.NEXT_FREE] = m[Header.SLOTS_FREE] as number;
  m[Header.SLOTS_FREE] = c;
  arena.unlock(Header.SLOTS_LOCK);
}

/** Makes a token of a channel: counts as a handle until it is attached. Returns its key. */
export function grantToken(arena: Arena, c: number, direction: Direction.Direction): string {
  const grant = arena.allocClass(SMALL_CLASS);
  arena.lock(c);
  const m = arena.i32;
  const number = (m[c + Chan.LAST_GRANT] as number) + 1;
  m[c + Chan.LAST_GRANT] = number;
  m[grant + Grant.NUMBER] = number;
  m[grant + Grant.DIRECTION] = direction;
  m[grant + Grant.NEXT] = m[c + Chan.GRANTS] as number;
  m[c + Chan.GRANTS] = grant;
  add(m, c + Chan.SENDERS, direction, 1);
  arena.unlock(c);
  const secret = Array.from(m.slice(c + Chan.SECRET, c + Chan.SECRET + 4), (word) => (word >>> 0).toString(36));
  return [arena.id, c, number, direction, ...secret].join(' ');
}

/** What a token's key says; undefined if it is none. */
export interface Key {
  readonly arena: string;
  readonly c: number;
  readonly number: number;
  readonly direction: number;
  readonly secret: readonly string[];
}

/** Reads a key. Nothing in it is trusted yet. */
export function readKey(key: string): Key | undefined {
  const [arena, c, number, direction, ...secret] = key.split(' ');
  if (arena === undefined || secret.length !== 4) return undefined;
  return { arena, c: Number(c), number: Number(number), direction: Number(direction), secret };
}

/** Counts a handle for a token; false: its channel is gone or the token's side of it is, or it was never made. */
export function redeem(arena: Arena, key: Key, id: number, direction: Direction.Direction): boolean {
  const { c } = key;
  if ((key.direction & direction) !== direction || !isSlot(arena, c)) return false;
  const hold = arena.hold(c);
  arena.lock(c);
  const m = arena.i32;
  let known = m[c + Chan.ID] === id && id !== 0;
  for (let i = 0; i < 4; i++) known &&= ((m[c + Chan.SECRET + i] as number) >>> 0).toString(36) === key.secret[i];
  if (known && alive(m, c, direction)) {
    addHandle(m, c, hold, direction, 1);
    takeGrant(arena, c, key.number);
  } else known = false;
  arena.unlock(c);
  arena.dropHold(c, hold);
  return known;
}

/** Whether a handle of the direction makes sense: its side has not ended by itself. After `close`, there is one more of a closed channel. */
function alive(m: Int32Array, c: number, direction: Direction.Direction): boolean {
  const ended =
    ((direction & Direction.SEND) !== 0 && m[c + Chan.SENDERS] === 0) ||
    ((direction & Direction.RECV) !== 0 && m[c + Chan.RECEIVERS] === 0);
  return !ended || (((m[c + Chan.FLAGS] as number) & Flag.CLOSED) !== 0 && m[c + Chan.CLOSED_ITSELF] === 0);
}

function isSlot(arena: Arena, c: number): boolean {
  const chunks = Atomics.load(arena.i32, Header.CHUNK_COUNT);
  arena.catchUp();
  for (let i = 0; i < chunks; i++) {
    const at = c - (arena.i32[Header.CHUNKS + i] as number);
    if (at >= 0 && at < CHUNK_CHANNELS * CHANNEL_WORDS) return at % CHANNEL_WORDS === 0;
  }
  return false;
}

/** The first attachment of a token takes over its count. */
function takeGrant(arena: Arena, c: number, number: number): void {
  const m = arena.i32;
  for (let prev = c + Chan.GRANTS, grant = m[prev] as number; grant !== 0; prev = grant, grant = m[grant] as number) {
    if (m[grant + Grant.NUMBER] !== number) continue;
    m[prev] = m[grant + Grant.NEXT] as number;
    add(m, c + Chan.SENDERS, m[grant + Grant.DIRECTION] as number, -1);
    arena.free(grant);
    return;
  }
}
