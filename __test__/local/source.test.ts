/** Channels that a timer or a signal fills: nothing runs while nobody waits. */
import { expect, it } from 'vitest';
import { type Case, CLOSED, EMPTY, type Port } from '../../build/engine.js';
import { local } from '../../build/local/engine.js';
import { openSource } from '../../build/local/source.js';
import * as Status from '../../build/status.js';

const recv = (port: Port): Case => ({ port, send: false, value: undefined });
const deaf = { settle() {}, fail() {} };

it('polls before it looks, and drops a push that finds the buffer full', () => {
  let due = false;
  const made = openSource<number>({ poll: () => void (due && made.push(1)) });
  expect(made.port.tryRecv()).toBe(EMPTY);
  due = true;
  expect(made.port.length()).toBe(1);
  expect(made.push(2)).toBe(false);
  due = false;
  expect([made.port.tryRecv(), made.port.tryRecv()]).toEqual([1, EMPTY]);
  made.push(3);
  made.drain();
  expect(made.port.tryRecv()).toBe(EMPTY);
});

it('says when the first operation parks and when the last one leaves', () => {
  const said: boolean[] = [];
  const made = openSource<number>({ onWaiters: (waiting) => void said.push(waiting) });
  const first = local.park([recv(made.port)], false, deaf);
  local.park([recv(made.port)], false, deaf);
  expect([said, made.waiting()]).toEqual([[true], true]);
  first?.cancel();
  expect(said).toEqual([true]);
  expect(made.push(1)).toBe(true);
  expect([said, made.waiting()]).toEqual([[true, false], false]);
});

it('closes for its receivers and says when the last one is gone', () => {
  let gone = 0;
  const made = openSource<number>({ onGone: () => void gone++ });
  const got: unknown[] = [];
  local.park([recv(made.port)], false, { settle: (_, status) => got.push(status), fail() {} });
  made.close();
  made.close();
  expect([got, made.port.tryRecv()]).toEqual([[Status.CLOSED], CLOSED]);
  made.port.dispose();
  expect(gone).toBe(1);
});

it('lets a blocked thread sleep until a timer is due, without the event loop', () => {
  const start = performance.now();
  const due = (): number => start + 30 - performance.now();
  const made = openSource<number>({ poll: () => void (due() <= 0 && made.push(7)), due });
  const got: unknown[] = [];
  expect(
    local.block([recv(made.port)], false, Infinity, { settle: (_, status, value) => got.push(status, value), fail() {} }),
  ).toBe(true);
  expect(got).toEqual([Status.DONE, 7]);
  expect(performance.now() - start).toBeGreaterThanOrEqual(30);
});
