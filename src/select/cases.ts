/**
 * The cases of a select: what they may be, what they say about the result's type, and which of them are live.
 *
 * Order of checks: what every case is (TypeError), then its handle (DetachedError, DirectionError). Cases that can
 * never be ready are dropped here, so nothing behind this file knows them.
 */
import { show, unfit } from '../arguments.js';
import * as Direction from '../direction.js';
import type { Case } from '../engine.js';
import { type Endpoint, isHandle, LIVE, misdirected } from '../handle/endpoint.js';
import type { Receiver } from '../handle/receiving.js';
import type { Sender } from '../handle/sending.js';
import { isNever } from '../never.js';

declare const SENDS: unique symbol;

/** A case that sends; made by `send`. */
export interface SendCase {
  /** Exists in types only. */
  readonly [SENDS]: true;
}

/** What a case may be. `null`, `undefined` and `false` are never ready. */
export type SelectCase = Receiver<unknown> | SendCase | null | undefined | false;

/** The cases of a select, by key. */
export type Cases = { readonly [key: string]: SelectCase };

type Outcome<Key, One> = One extends SendCase
  ? { readonly key: Key }
  : One extends Receiver<infer T>
    ?
        | { readonly key: Key; readonly ok: true; readonly value: T }
        | { readonly key: Key; readonly ok: false; readonly value: undefined }
    : never;

/** Which case happened: a union discriminated by `key`, and within a receive by `ok`. */
export type Selected<C extends Cases> = {
  [Key in keyof C & (string | number)]: Outcome<`${Key}`, C[Key]>;
}[keyof C & (string | number)];

class Sending {
  constructor(
    readonly sender: unknown,
    readonly value: unknown,
  ) {}
}

/**
 * A case of `select` that sends `value`.
 *
 * Nothing is sent, encoded or checked before the select is called.
 * @example
 * const got = await select({ out: send(results, next), job: jobs });
 */
export function send<T>(sender: Sender<T>, value: NoInfer<T>): SendCase {
  return new Sending(sender, value) as unknown as SendCase;
}

/** A case that may become ready: what the engines see of it, its key and its handle. */
export interface LiveCase extends Case {
  readonly key: string;
  readonly endpoint: Endpoint<unknown>;
}

/** Checks `cases` and leaves out what can never be ready. Object.keys order. */
export function checkCases(cases: unknown, operation: string): readonly LiveCase[] {
  const given = checkPlain(cases, operation);
  const keys = Object.keys(given);
  // Each is read once: a getter may say something else the second time, and reading is dear where there are many.
  const ones: unknown[] = [];
  const handles: (Endpoint<unknown> | undefined)[] = [];
  for (const key of keys) {
    const one = given[key];
    ones.push(one);
    handles.push(checkCase(key, one, operation));
  }
  const live: LiveCase[] = [];
  for (let i = 0; i < keys.length; i++) {
    const endpoint = handles[i];
    if (endpoint === undefined) continue;
    const key = keys[i] as string;
    const one = ones[i];
    const send = one instanceof Sending;
    const port = endpoint[LIVE](operation);
    if (!(port.direction & (send ? Direction.SEND : Direction.RECV))) {
      throw misdirected(port, `${operation} case '${key}': ${send ? 'send' : 'receive'}`);
    }
    if (!isNever(port)) live.push({ port, send, value: send ? one.value : undefined, key, endpoint });
  }
  return live;
}

function checkPlain(cases: unknown, operation: string): Record<string, unknown> {
  if (typeof cases === 'object' && cases !== null && !Array.isArray(cases)) {
    const prototype: unknown = Object.getPrototypeOf(cases);
    if (prototype === null || Object.getPrototypeOf(prototype) === null) return cases as Record<string, unknown>;
  }
  throw unfit(`the cases of ${operation}`, 'a plain object of receivers and send(…)', cases);
}

/** The handle that a case is about; undefined for one that is never ready. */
function checkCase(key: string, one: unknown, operation: string): Endpoint<unknown> | undefined {
  if (isHandle(one)) return one;
  if (one === null || one === undefined || one === false) return undefined;
  if (!(one instanceof Sending)) {
    const signal = show(one) === 'an AbortSignal' ? ' (done(signal) is one)' : '';
    throw unfit(`${operation} case '${key}'`, `a receiver${signal}, send(…), null, undefined or false`, one);
  }
  if (isHandle(one.sender)) return one.sender;
  throw new TypeError(`${operation} case '${key}': send(…) takes a sender, not ${show(one.sender)}`);
}
