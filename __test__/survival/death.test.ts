/** SEMANTICS 57, 58, 62 and 63: what the death of a thread leaves behind, each case in a process of its own. */
import { expect, test } from 'vitest';
import { CROSSING, forEngines } from '../conformance/engines.js';
import { outcome } from './program.js';

const RECEIVING = ['recv', 'recvMany', 'iterate', 'consume', 'select'];
const SENDING = ['send', 'sendMany', 'selectSend'];

forEngines(CROSSING, (engine) => {
  for (const end of ['terminate', 'exit', 'throw', 'return', 'idle']) {
    test(`57 58 the last handle of a direction lost with its thread, by ${end}, closes or disconnects`, async () => {
      for (const capacity of end === 'terminate' ? [0, 1, 4] : [1]) {
        expect(await outcome('last', [engine.name, end, capacity])).toEqual({ fine: true });
      }
    });
  }

  test('62 a worker terminated while it waits to receive, in any way: others unaffected, no waiter left behind', async () => {
    for (const [i, kind] of RECEIVING.entries())
      expect(await outcome('parked', [engine.name, kind, i % 2]), kind).toEqual({ fine: true });
  });

  test('62 a worker terminated while it waits to send, in any way: others unaffected, no waiter left behind', async () => {
    for (const [i, kind] of SENDING.entries()) {
      expect(await outcome('parked', [engine.name, kind, i]), kind).toEqual({ fine: true });
      expect(await outcome('parked', [engine.name, kind, 0]), kind).toEqual({ fine: true });
    }
  });

  test('62 a worker terminated from inside a handler of its own message', async () => {
    expect(await outcome('handler', [engine.name])).toEqual({ fine: true });
  });

  test('63 a worker terminated with a message handed over but not taken: another receiver gets it, in order', async () => {
    for (const capacity of [0, 1, 5])
      expect(await outcome('handed', [engine.name, capacity]), `capacity ${capacity}`).toEqual({ fine: true });
  });

  test('63 a worker terminated between two messages of many: another receiver gets the rest, in order', async () => {
    for (const taken of [40, 63, 64, 150])
      expect(await outcome('borrowed', [engine.name, taken]), `${taken} taken`).toEqual({ fine: true });
  });

  test('63 a worker terminated when it has sent many messages: all are there, in order, and so is the rest of the room', async () => {
    for (const sent of [10, 40, 200])
      expect(await outcome('written', [engine.name, sent]), `${sent} sent`).toEqual({ fine: true });
  });

  test('63 a message that reaches a blocked worker after it was told to end goes to another receiver', async () => {
    for (const [i, kind] of ['recvSync', 'recvManySync', 'selectSync', 'recvSync'].entries()) {
      expect(await outcome('late', [engine.name, kind, i % 2]), `${kind}, capacity ${i % 2}`).toEqual({ fine: true });
    }
  });
});
