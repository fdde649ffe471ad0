/**
 * When a thread dies: its lock is taken over and what it guards put in order; its operations are cancelled; messages that it was
 * handed and did not take go back to the front, newest first; its handles are given back; and everybody looks again
 * whether something was completed for them that they were not told of.
 *
 * Who died is known from Linux (a thread of the process that is not there any more), from Node (a worker that this thread
 * started has exited) or from a Web Lock that was let go; see host.ts and liveness.ts. Clearing up is done by whoever finds
 * out first, under the dead thread's BURIAL lock, and begun again if that one dies too.
 *
 * Every step of repair says the same thing again when it is repeated. Lost are only messages that the dead thread held in
 * its hands: a receive that it was just making, or a send that it had not finished.
 */
import { later } from '../clock.js';
import * as Status from '../status.js';
import type { Arena } from './arena.js';
import { putBack, recover } from './buffer.js';
import { pump } from './hchan.js';
import { tidLives } from './host.js';
import * as Chan from './layout/chan.js';
import * as Flag from './layout/flag.js';
import * as Grant from './layout/grant.js';
import * as Header from './layout/header.js';
import * as Hold from './layout/hold.js';
import * as Op from './layout/op.js';
import * as State from './layout/state.js';
import * as Sudog from './layout/sudog.js';
import * as Thread from './layout/thread.js';
import * as ThreadState from './layout/thread-state.js';
import { chain, claimedBy, doneState, HEAP, LONG, MAX_THREADS, RECORD_WORDS, THREAD_WORDS, THREADS } from './layout.js';
import { afterUncount, slots } from './lifetime.js';
import { askWebLock, holdWebLock } from './liveness.js';
import { SLEEPERS } from './lock.js';
import { broken } from './port.js';
import { append, complete, dequeueSudoG } from './waitq.js';

/** At most this often does anybody look who has died, in ms. */
const LOOK = 200;
/** How long a worker that is said to have exited is given to really do so, in ms, before it is looked for again. */
const EXITING = 10;

/** Gives `arena` its means to find and clear up after dead threads. */
export function watchOver(arena: Arena): void {
  arena.ownerIs = (mark) => judge(arena, mark - 1);
  arena.onSeized = (at, mark) => {
    if (at >= HEAP) repairChannel(arena, at, mark);
  };
  arena.beforeWait = (at) => {
    const error = at >= HEAP ? broken(arena, at) : undefined;
    if (error !== undefined) throw error;
  };
  arena.onBroken = (at) => {
    if (at < HEAP) return;
    Atomics.or(arena.i32, at + Chan.FLAGS, Flag.BROKEN);
    rouse(arena);
  };
  arena.look = () => look(arena);
  holdWebLock(arena);
}

function judge(arena: Arena, slot: number): 'alive' | 'dead' | 'unknown' {
  const m = arena.i32;
  const thread = THREADS + slot * THREAD_WORDS;
  if (slot === arena.slot) return 'alive';
  if (Atomics.load(m, thread + Thread.STATE) !== ThreadState.LIVE) return 'dead';
  const lives = tidLives(Atomics.load(m, thread + Thread.TID));
  return lives === undefined ? 'unknown' : lives ? 'alive' : 'dead';
}

/** Looks who has died, if nobody has looked lately, and clears up. */
function look(arena: Arena): void {
  const m = arena.i32;
  const last = Atomics.load(m, Header.LAST_LOOK);
  const now = Date.now() % 2 ** 30;
  if (now >= last && now - last < LOOK) return;
  if (Atomics.compareExchange(m, Header.LAST_LOOK, last, now) !== last) return;
  for (let slot = 0; slot < MAX_THREADS; slot++) {
    const thread = THREADS + slot * THREAD_WORDS;
    if (Atomics.load(m, thread + Thread.STATE) === ThreadState.FREE) continue;
    const generation = m[thread + Thread.GENERATION];
    const state = judge(arena, slot);
    if (state === 'dead') bury(arena, slot, () => tidLives(Atomics.load(m, thread + Thread.TID)) === false);
    else if (state === 'unknown')
      askWebLock(arena, slot, () => bury(arena, slot, () => m[thread + Thread.GENERATION] === generation));
  }
}

/** A worker has exited, says the host. */
export function onExit(arena: Arena, exited: number): void {
  for (let slot = 0; slot < MAX_THREADS; slot++) {
    const thread = THREADS + slot * THREAD_WORDS;
    const isIt = (): boolean => slot !== arena.slot && arena.i32[thread + Thread.THREAD_ID] === exited;
    if (!isIt()) continue;
    // Deno says so early: a thread that still runs would go on writing as if the slot were its own.
    if (tidLives(Atomics.load(arena.i32, thread + Thread.TID)) === true) later(() => onExit(arena, exited), EXITING).unref?.();
    else bury(arena, slot, isIt);
  }
}

/**
 * Clears up after the thread in `slot` if it is dead, which `isDead` says: it is asked again under the lock without which no slot
 * becomes free, because meanwhile somebody else may have cleared up, and a new thread live there.
 */
export function bury(arena: Arena, slot: number, isDead: () => boolean): void {
  const thread = THREADS + slot * THREAD_WORDS;
  const done = arena.locked(thread + Thread.BURIAL, () => {
    if (isDead()) Atomics.compareExchange(arena.i32, thread + Thread.STATE, ThreadState.LIVE, ThreadState.DEAD);
    if (Atomics.load(arena.i32, thread + Thread.STATE) !== ThreadState.DEAD) return false;
    takeOverLocks(arena, slot + 1);
    endOperations(arena, thread);
    giveBackHandles(arena, thread);
    const m = arena.i32;
    Atomics.store(m, thread + Thread.TID, 0);
    m[thread + Thread.THREAD_ID] = Thread.NOBODY;
    m[thread + Thread.WEB_LOCK] = 0;
    m[thread + Thread.GENERATION] = ((m[thread + Thread.GENERATION] as number) + 1) | 0;
    Atomics.store(m, thread + Thread.STATE, ThreadState.FREE);
    return true;
  });
  if (done) rouse(arena);
}

/** Every thread looks again whether an operation of it has been completed. */
function rouse(arena: Arena): void {
  const m = arena.i32;
  for (let slot = 0; slot < MAX_THREADS; slot++) {
    const thread = THREADS + slot * THREAD_WORDS;
    if (Atomics.load(m, thread + Thread.STATE) !== ThreadState.LIVE) continue;
    Atomics.store(m, thread + Thread.RESCAN, 1);
    arena.ring(thread);
  }
}

function takeOverLocks(arena: Arena, mark: number): void {
  const held = (at: number): boolean => (Atomics.load(arena.i32, at) & ~SLEEPERS) === mark;
  const through = (at: number): void => {
    if (held(at)) arena.locked(at, () => {});
  };
  through(Header.ALLOC_LOCK);
  through(Header.SLOTS_LOCK);
  for (let slot = 0; slot < MAX_THREADS; slot++) through(THREADS + slot * THREAD_WORDS + Thread.BURIAL);
  for (const c of slots(arena)) through(c);
}

/** All records of a thread. */
function* records(arena: Arena, thread: number): Generator<number> {
  arena.catchUp();
  for (const block of chain(arena.i32, thread + Thread.RECORDS)) {
    const end = arena.endOf(block);
    for (let at = block + 1; at + RECORD_WORDS <= end; at += RECORD_WORDS) yield at;
  }
}

/** Cancels what waits, and puts back what was handed over and not taken. */
function endOperations(arena: Arena, thread: number): void {
  const handed: number[] = [];
  for (const record of records(arena, thread)) {
    Atomics.compareExchange(arena.i32, record + Op.STATE, State.WAITING, State.CANCELLED);
  }
  for (const sg of records(arena, thread)) {
    const op = arena.i32[sg + Sudog.OP] as number;
    if (op === 0) continue;
    leaveQueue(arena, sg);
    const m = arena.i32;
    const state = Atomics.load(m, op + Op.STATE);
    if (m[sg + Sudog.SENDS] === 0 && state === doneState(Status.DONE, m[sg + Sudog.CASE] as number)) handed.push(sg);
    else if (m[sg + Sudog.SENDS] === 1 && state === State.CANCELLED && m[sg + Sudog.FRAME] === LONG)
      arena.free(m[sg + Sudog.FRAME + 2] as number);
  }
  const m = arena.i32;
  handed.sort((a, b) => ((m[b + Sudog.COMMIT] as number) - (m[a + Sudog.COMMIT] as number)) | 0);
  for (const c of new Set(handed.map((sg) => m[sg + Sudog.CHAN] as number))) {
    returnMessages(
      arena,
      c,
      handed.filter((sg) => m[sg + Sudog.CHAN] === c),
    );
  }
  for (const record of records(arena, thread)) {
    arena.i32[record + Sudog.OP] = 0;
    Atomics.store(arena.i32, record + Op.STATE, State.FREE);
  }
}

/** Under the channel's lock, so that no peer has the sudog in its hands after this. */
function leaveQueue(arena: Arena, sg: number): void {
  const m = arena.i32;
  const c = m[sg + Sudog.CHAN] as number;
  arena.lock(c);
  dequeueSudoG(m, sg);
  arena.unlock(c);
}

/** Puts back the messages of these sudogs, which come newest first, and then matches their channel again. */
function returnMessages(arena: Arena, c: number, handed: readonly number[]): void {
  arena.locked(c, () => {
    for (const sg of handed) {
      const m = arena.i32;
      // At most once: should this thread die now, the message is lost rather than doubled.
      m[sg + Sudog.OP] = 0;
      const open = m[c + Chan.ID] === m[sg + Sudog.CHAN_ID] && ((m[c + Chan.FLAGS] as number) & Flag.DISCONNECTED) === 0;
      if (open) putBack(arena, c, sg + Sudog.FRAME);
      else if (m[sg + Sudog.FRAME] === LONG) arena.free(m[sg + Sudog.FRAME + 2] as number);
    }
    if (arena.i32[c + Chan.ID] !== 0) pump(arena, arena.wakes, c);
  });
}

function giveBackHandles(arena: Arena, thread: number): void {
  for (const hold of chain(arena.i32, thread + Thread.HOLDS)) {
    const m = arena.i32;
    const c = m[hold + Hold.CHAN] as number;
    if (c === 0) continue;
    arena.locked(c, () => {
      const [senders, receivers] = [m[hold + Hold.SENDERS] as number, m[hold + Hold.RECEIVERS] as number];
      m[hold + Hold.SENDERS] = 0;
      m[hold + Hold.RECEIVERS] = 0;
      m[c + Chan.SENDERS] = (m[c + Chan.SENDERS] as number) - senders;
      m[c + Chan.RECEIVERS] = (m[c + Chan.RECEIVERS] as number) - receivers;
      m[hold + Hold.CHAN] = 0;
      if (senders + receivers > 0) afterUncount(arena, c);
    });
  }
}

/** Puts a channel in order whose lock was taken from the dead thread with `mark`. */
function repairChannel(arena: Arena, c: number, mark: number): void {
  arena.catchUp();
  const m = arena.i32;
  if (m[c + Chan.ID] === 0) return;
  finishMove(arena, c, mark);
  recover(arena, c);
  rebuildQueues(arena, c);
  recountHandles(arena, c);
  pump(arena, arena.wakes, c);
  afterUncount(arena, c);
}

/** A waiting sender's message was on its way into the buffer: the frame was written, so it goes all the way. */
function finishMove(arena: Arena, c: number, mark: number): void {
  const m = arena.i32;
  const sg = m[c + Chan.MOVE_FROM] as number;
  if (sg === 0) return;
  const op = m[sg + Sudog.OP] as number;
  const claimed = claimedBy(mark);
  if (op !== 0 && Atomics.load(m, op + Op.STATE) === claimed) {
    m[c + Chan.WRITE] = m[c + Chan.MOVE_TO] as number;
    complete(arena, arena.wakes, sg, Status.DONE, claimed);
  }
  m[c + Chan.MOVE_FROM] = 0;
}

/** The queues, from the sudogs of all threads: whoever waits, by ticket. */
function rebuildQueues(arena: Arena, c: number): void {
  const [receivers, senders]: [number[], number[]] = [[], []];
  for (let slot = 0; slot < MAX_THREADS; slot++) {
    const thread = THREADS + slot * THREAD_WORDS;
    for (const sg of records(arena, thread)) {
      const m = arena.i32;
      const op = m[sg + Sudog.OP] as number;
      if (op === 0 || m[sg + Sudog.CHAN] !== c || m[sg + Sudog.CHAN_ID] !== m[c + Chan.ID]) continue;
      const waits =
        Atomics.load(m, op + Op.STATE) === State.WAITING && Atomics.load(m, thread + Thread.STATE) === ThreadState.LIVE;
      if (waits) (m[sg + Sudog.SENDS] === 1 ? senders : receivers).push(sg);
      else m[sg + Sudog.QUEUED] = 0;
    }
  }
  const m = arena.i32;
  const byTicket = (a: number, b: number): number => ((m[a + Sudog.TICKET] as number) - (m[b + Sudog.TICKET] as number)) | 0;
  relink(m, c + Chan.RECV_FIRST, receivers.sort(byTicket));
  relink(m, c + Chan.SEND_FIRST, senders.sort(byTicket));
}

function relink(m: Int32Array, first: number, waiting: readonly number[]): void {
  m[first] = 0;
  m[first + 2] = 0;
  for (const sg of waiting) append(m, first, sg);
}

function recountHandles(arena: Arena, c: number): void {
  let [senders, receivers] = [0, 0];
  const m = arena.i32;
  for (let slot = 0; slot < MAX_THREADS; slot++) {
    const thread = THREADS + slot * THREAD_WORDS;
    for (const hold of chain(m, thread + Thread.HOLDS)) {
      if (m[hold + Hold.CHAN] !== c) continue;
      senders += m[hold + Hold.SENDERS] as number;
      receivers += m[hold + Hold.RECEIVERS] as number;
    }
  }
  for (const grant of chain(m, c + Chan.GRANTS)) {
    senders += (m[grant + Grant.DIRECTION] as number) & 1;
    receivers += (m[grant + Grant.DIRECTION] as number) >> 1;
  }
  m[c + Chan.SENDERS] = senders;
  m[c + Chan.RECEIVERS] = receivers;
}
