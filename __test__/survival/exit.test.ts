/** SEMANTICS 61, 65 and 66: ways a process ends, what keeps it from ending, and that nothing stays behind. */
import { expect, test } from 'vitest';
import { CROSSING, ENGINES, forEngines, scaled } from '../conformance/engines.js';
import { outcome, runProgram } from './program.js';

forEngines(ENGINES, (engine) => {
  test('61 create, share, attach, send, receive and dispose, round after round: heap and rss stay flat', async () => {
    const result = await outcome('rounds', [engine.name, scaled(2000, 1000)]);
    expect(result['heap']).toBeLessThan(2 * 1024 * 1024);
    expect(result['rss']).toBeLessThan(40 * 1024 * 1024);
  });
});

forEngines(CROSSING, (engine) => {
  for (const how of ['exit', 'consume', 'recv']) {
    test(`65 exit handlers use channels while everything is pending: process.exit by ${how}`, async () => {
      const ended = await runProgram('exits', [engine.name, how]);
      expect(ended, ended.stderr).toMatchObject({ code: 5, signal: null, hung: false, stderr: '' });
      expect(ended.said.at(-1)?.['handled']).toBeGreaterThan(0);
    });
  }

  for (const how of ['throw', 'reject']) {
    test(`65 exit handlers use channels while everything is pending: an uncaught error by ${how}`, async () => {
      const ended = await runProgram('exits', [engine.name, how]);
      expect(ended, ended.stderr).toMatchObject({ code: 1, signal: null, hung: false });
      expect(ended.stderr).toContain(how === 'throw' ? 'on purpose' : 'nobody catches this');
      expect(ended.said.at(-1)?.['handled']).toBeGreaterThan(0);
    });
  }

  for (const how of ['worker-exit', 'worker-throw', 'worker-consume', 'worker-recv', 'worker-handles']) {
    test(`65 workers end by ${how} with everything pending, and their exit handlers use channels`, async () => {
      const ended = await runProgram('exits', [engine.name, how]);
      expect(ended, ended.stderr).toMatchObject({ code: 5, signal: null, hung: false });
      expect(ended.said.at(-1)?.['handled']).toBeGreaterThan(0);
    });
  }

  test('65 only workers load the package, alone and together', async () => {
    expect(await outcome('alone', [engine.name, 5])).toEqual({ got: 'from the maker' });
  });
});

forEngines(ENGINES, (engine) => {
  for (const kind of ['ref', 'reref', 'others']) {
    test(`66 an idle pending recv keeps the process alive (${kind})`, async () => {
      expect(await outcome('keepalive', [engine.name, kind])).toEqual({ received: 'late' });
    });
  }

  for (const kind of ['unref', 'late', 'disposed', 'aborted']) {
    test(`66 a process with nothing else to do ends: pending recv ${kind}`, async () => {
      expect(await outcome('keepalive', [engine.name, kind])).toEqual({ waiting: true });
    });
  }
});
