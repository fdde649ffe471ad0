/**
 * What a worker has taken and not yet written down, by number: every message that is gone when it dies has to be there.
 *
 * A thread is ended only where JavaScript looks whether it is to end: at the start of a function and at the end of a turn of a
 * loop, never between two statements. So where the engine takes a message, it is put into memory that outlives the worker, in a
 * straight line without a loop or a call:
 *   native   behind each call into the addon that can bring messages, read out of the scratch; behind each claim of one that
 *            lies on a board, read from there
 *   shared   where a message is copied out of shared memory, before it is gone from there
 * Holds for one operation at a time on messages of codec.u32, of which it may take up to MOST.
 *
 *   hand[0]  how many   hand[1…MOST]  which
 */
import { native } from '../../../build/native/binding.js';
import { BOARD_HEADER, Kind } from '../../../build/native/wire.js';
import * as Word from '../../../build/native/word.js';
import { scratch } from '../../../build/scratch.js';
import { Incoming } from '../../../build/shared/message.js';
import * as Status from '../../../build/status.js';

export const MOST = 7;
/** Words of one worker's hand. */
export const HAND = MOST + 1;

/** Has all that this thread takes put into `hand`, until the program sets hand[0] to 0. To be called once its engine is in use. */
export function watchHands(engine, hand) {
  if (engine === 'shared') watchCopies(hand);
  else watchCalls(hand);
}

function watchCopies(hand) {
  const { take } = Incoming.prototype;
  Incoming.prototype.take = function (m, at) {
    // What was copied of a send that was withdrawn meanwhile counts as well: more than MOST go round.
    const count = hand[0];
    hand[1 + (count % MOST)] = m[at + 1];
    hand[0] = count + 1;
    take.call(this, m, at);
  };
}

/** The words of the scratch, and where it is written next. */
function place() {
  const { words, bytes } = scratch;
  return { header: words, all: new Int32Array(bytes.buffer), at: words[Word.BASE] >> 2 };
}

function watchCalls(hand) {
  const { tryRecvFixed, drainCompletions } = native;
  for (const name of ['tryRecv', 'tryRecvAhead']) {
    const call = native[name];
    native[name] = (handle) => {
      const { all, at } = place();
      const code = call(handle);
      if (code >= 0) {
        hand[1] = all[at];
        hand[0] = 1;
      }
      return code;
    };
  }
  watchClaims(hand);
  native.tryRecvFixed = (handle, size, max) => {
    // What a recvMany has waited for is in the hand already.
    const first = hand[0];
    if (first + max > MOST) throw new Error(`${first + max} at once are not watched`);
    const { all, at } = place();
    const count = tryRecvFixed(handle, size, max);
    if (count > 0) {
      hand[first + 1] = all[at];
      hand[first + 2] = all[at + 1];
      hand[first + 3] = all[at + 2];
      hand[first + 4] = all[at + 3];
      hand[first + 5] = all[at + 4];
      hand[first + 6] = all[at + 5];
      hand[first + 7] = all[at + 6];
      hand[0] = first + count;
    }
    return count;
  };
  native.tryRecvFrames = () => {
    throw new Error('only messages of one length are watched');
  };
  const kinds = watchOutcomes(hand);
  native.drainCompletions = () => {
    const { all, at } = place();
    const count = drainCompletions();
    // op, case, status, length, message
    if (count === 1 && all[at + 2] === Status.DONE && kinds[all[at + 1]] === Kind.RECV) {
      hand[1] = all[at + 4];
      hand[0] = 1;
    }
    if (count > 1) throw new Error('only one operation at a time is watched');
    return count;
  };
}

/** Messages that lie on a board are taken by a compare-and-swap from their number to the next. */
function watchClaims(hand) {
  const { lend } = native;
  const boards = new Set();
  native.lend = (handle, board) => {
    boards.add(board);
    return lend(handle, board);
  };
  const { compareExchange } = Atomics;
  Atomics.compareExchange = (words, index, expected, replacement) => {
    const isBoard = boards.has(words);
    const found = compareExchange(words, index, expected, replacement);
    if (isBoard && found === expected) {
      hand[1] = words[BOARD_HEADER / 4 + expected];
      hand[0] = 1;
    }
    return found;
  };
}

/** The calls that may answer with an outcome in the header. Returns what the cases of the last operation do. */
function watchOutcomes(hand) {
  const kinds = [];
  const describe = (offset, count) => {
    const { view } = scratch.writer;
    for (let i = 0; i < count; i++) kinds[i] = view.getInt32(offset + i * 16, true);
  };
  const outcome = (name, settled, before) => {
    const call = native[name];
    native[name] = (...args) => {
      before(...args);
      const { header, all, at } = place();
      const code = call(...args);
      if (code === settled && header[Word.STATUS] === Status.DONE && kinds[header[Word.CASE]] === Kind.RECV) {
        hand[1] = all[at];
        hand[0] = 1;
      }
      return code;
    };
  };
  outcome('selectTry', 0, describe);
  outcome('selectPark', 0, describe);
  outcome('selectBlock', 0, describe);
  outcome('parkSend', 0, () => {
    kinds[0] = Kind.SEND;
  });
  outcome('parkRecv', 0, () => {
    kinds[0] = Kind.RECV;
  });
  outcome('wait', 1, () => {});
  outcome('settled', 1, () => {});
  return kinds;
}
