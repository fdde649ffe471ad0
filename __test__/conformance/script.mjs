/**
 * A small language of channel operations, so that who does what, in which thread, awaiting or blocking, is data.
 *
 * A step is `[operation, ...operands]`; handles are named. Each step gives one result; an operation that fails gives
 * `{ error: … }` as plain data, so that results can be posted. The same interpreter runs in workers and in the test's
 * own thread.
 */
import * as hchan from 'hchan';

/** Every error class by its name. */
const CLASSES = new Map(Object.entries({ ...hchan, TypeError, RangeError }).filter(([name]) => name.endsWith('Error')));

/** Words of an actor's shared memory. */
export const Word = { STEPS: 0, GATE: 1, COUNT: 2, SIZE: 8 };

/** An error as plain data. */
export function report(error) {
  if (!(error instanceof Error)) return { error: 'not an Error', value: error };
  const data = { error: error.name, code: error.code, message: error.message, genuine: false };
  const Class = CLASSES.get(error.name);
  data.genuine = typeof Class === 'function' && error instanceof Class;
  if ('value' in error) data.value = error.value;
  if ('sent' in error) data.sent = error.sent;
  if ('bytes' in error) data.bytes = error.bytes;
  return data;
}

const signalOf = (options = {}) =>
  options.abortMs === undefined ? options : { ...options, signal: AbortSignal.timeout(options.abortMs) };

async function sendAll(handle, from, count, how) {
  const numbers = Array.from({ length: count }, (_, i) => from + i);
  if (how === 'many') await handle.sendMany(numbers);
  else for (const number of numbers) await handle.send(number);
  return count;
}

function sendAllSync(handle, from, count, how) {
  const numbers = Array.from({ length: count }, (_, i) => from + i);
  if (how === 'many') handle.sendManySync(numbers);
  else for (const number of numbers) handle.sendSync(number);
  return count;
}

/** Receives `limit` values, or all until the channel is closed; `how` is one, many or iterate. */
async function drain(handle, limit = Number.POSITIVE_INFINITY, how = 'one') {
  const values = [];
  if (how === 'iterate') {
    if (limit <= 0) return values;
    for await (const value of handle) if (values.push(value) >= limit) break;
    return values;
  }
  while (values.length < limit) {
    if (how === 'many') {
      const some = await handle.recvMany(Math.min(64, limit - values.length));
      if (some.length === 0) break;
      values.push(...some);
    } else {
      const got = await handle.recv();
      if (!got.ok) break;
      values.push(got.value);
    }
  }
  return values;
}

function drainSync(handle, limit = Number.POSITIVE_INFINITY, how = 'one') {
  const values = [];
  if (how === 'iterate') {
    for (const value of handle.valuesSync()) if (values.push(value) >= limit) break;
    return values;
  }
  while (values.length < limit) {
    if (how === 'many') {
      const some = handle.recvManySync(Math.min(64, limit - values.length));
      if (some.length === 0) break;
      values.push(...some);
    } else {
      const got = handle.recvSync();
      if (!got.ok) break;
      values.push(got.value);
    }
  }
  return values;
}

/** Receives `count` values with a short timeout each time, trying again and again. */
async function retry(handle, count, ms) {
  const values = [];
  while (values.length < count) {
    try {
      const got = await handle.recv({ signal: AbortSignal.timeout(ms) });
      if (!got.ok) break;
      values.push(got.value);
    } catch (error) {
      if (error?.name !== 'TimeoutError') throw error;
    }
  }
  return values;
}

function retrySync(handle, count, ms) {
  const values = [];
  while (values.length < count) {
    try {
      const got = handle.recvSync({ timeout: ms });
      if (!got.ok) break;
      values.push(got.value);
    } catch (error) {
      if (!(error instanceof hchan.TimeoutError)) throw error;
    }
  }
  return values;
}

async function forward(from, to, count) {
  for (let i = 0; i < count; i++) {
    const got = await from.recv();
    if (!got.ok) return i;
    await to.send(got.value);
  }
  return count;
}

function forwardSync(from, to, count) {
  for (let i = 0; i < count; i++) {
    const got = from.recvSync();
    if (!got.ok) return i;
    to.sendSync(got.value);
  }
  return count;
}

/** Operations with an awaiting and a blocking form. The first operand is a handle. */
const FORMS = {
  send: [(h, value, options) => h.send(value, signalOf(options)), (h, value, options) => h.sendSync(value, options)],
  recv: [(h, options) => h.recv(signalOf(options)), (h, options) => h.recvSync(options)],
  sendMany: [
    (h, values, options) => h.sendMany(values, signalOf(options)),
    (h, values, options) => h.sendManySync(values, options),
  ],
  recvMany: [(h, max, options) => h.recvMany(max, signalOf(options)), (h, max, options) => h.recvManySync(max, options)],
  produce: [sendAll, sendAllSync],
  drain: [drain, drainSync],
  retry: [retry, retrySync],
};

/** Operations with one form. */
const PLAIN = {
  trySend: (h, value) => h.trySend(value),
  tryRecv: (h) => h.tryRecv(),
  trySendMany: (h, values) => h.trySendMany(values),
  tryRecvMany: (h, max) => h.tryRecvMany(max),
  close: (h) => h.close(),
  dispose: (h) => h[Symbol.dispose](),
  length: (h) => h.length,
  closed: (h) => h.closed,
  describe: (h) => ({ id: h.id, name: h.name, engine: h.engine, capacity: h.capacity }),
};

/** Runs steps for one thread and knows its handles by name. */
export class Actor {
  #handles = new Map();
  #begun = new Map();
  #words;

  constructor(words) {
    this.#words = words;
  }

  /** Names a handle; the one that had the name before is disposed if this actor attached it. */
  give(name, handle, owned = false) {
    const before = this.#handles.get(name);
    if (before?.owned) before.handle[Symbol.dispose]();
    this.#handles.set(name, { handle, owned });
  }

  /** Disposes everything this actor attached. */
  drop() {
    for (const { handle, owned } of this.#handles.values()) if (owned) handle[Symbol.dispose]();
    this.#handles.clear();
    this.#begun.clear();
  }

  handle(name) {
    const found = this.#handles.get(name);
    if (found === undefined) throw new Error(`the script names no handle '${name}'`);
    return found.handle;
  }

  async run(steps, mode) {
    const results = [];
    for (const step of steps) {
      Atomics.add(this.#words, Word.STEPS, 1);
      try {
        results.push(await this.#step(step, mode));
      } catch (error) {
        results.push(report(error));
      }
    }
    return results;
  }

  #step([operation, ...operands], mode) {
    const blocking = mode === 'blocking';
    if (operation in FORMS) return FORMS[operation][blocking ? 1 : 0](this.handle(operands[0]), ...operands.slice(1));
    if (operation in PLAIN) return PLAIN[operation](this.handle(operands[0]), ...operands.slice(1));
    if (operation === 'forward')
      return (blocking ? forwardSync : forward)(this.handle(operands[0]), this.handle(operands[1]), operands[2]);
    if (operation === 'select') return this.#select(operands[0], operands[1], blocking);
    if (operation === 'trySelect') return hchan.trySelect(this.#cases(operands[0]), operands[1]);
    if (operation === 'begin') return this.#begin(operands[0], operands[1]);
    if (operation === 'end') return this.#begun.get(operands[0]);
    if (operation === 'share') return this.handle(operands[0]).share();
    if (operation === 'attach') return void this.give(operands[0], hchan.attach(operands[1]), true);
    if (operation === 'make') return void this.give(operands[0], hchan.chan(operands[1], { engine: operands[2] }), true);
    if (operation === 'narrow') return void this.give(operands[0], this.handle(operands[1])[operands[2]](), true);
    if (operation === 'spin') return this.#spin();
    throw new Error(`no operation '${operation}'`);
  }

  /** Starts an awaiting operation now and lets the script go on; `end` gives its result. */
  #begin(label, step) {
    const running = Promise.resolve(this.#step(step, 'loop')).catch(report);
    this.#begun.set(label, running);
    return 'begun';
  }

  /** Keeps this thread busy, its event loop standing still, until the gate opens. */
  #spin() {
    while (Atomics.load(this.#words, Word.GATE) === 0);
    Atomics.store(this.#words, Word.GATE, 0);
  }

  #cases(plain) {
    const cases = {};
    for (const [key, entry] of Object.entries(plain)) cases[key] = this.#case(entry);
    return cases;
  }

  #case(entry) {
    if (!Array.isArray(entry)) return entry;
    const [kind, operand, value] = entry;
    if (kind === 'recv') return this.handle(operand);
    if (kind === 'send') return hchan.send(this.handle(operand), value);
    if (kind === 'after') return hchan.after(operand);
    if (kind === 'never') return hchan.never();
    throw new Error(`no case '${kind}'`);
  }

  #select(plain, options, blocking) {
    return blocking ? hchan.selectSync(this.#cases(plain), options) : hchan.select(this.#cases(plain), signalOf(options));
  }
}
