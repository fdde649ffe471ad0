/**
 * Tokens of native channels: `key` is the channel's 128-bit secret and the token's grant, 48 hexadecimal digits.
 */
import { DetachedError, label } from '../errors.js';
import { scratch } from '../scratch.js';
import { type TokenBody, tokenOf } from '../token.js';
import { native } from './binding.js';
import * as Code from './code.js';
import { failure } from './failure.js';
import type { NativePort } from './port.js';
import { TOKEN } from './wire.js';

const KEY = /^[0-9a-f]{48}$/;
/** Where the three 64-bit words of the key stand in a token. */
const PLACES = [8, 16, 24] as const;

/** Makes a token of the port's direction, which counts as a handle until it is first attached. */
export function writeToken(port: NativePort<unknown>): TokenBody {
  const base = scratch.begin();
  scratch.grow(base + TOKEN);
  const code = native.share(port.handle);
  if (code < 0) throw failure(code, port);
  const { view } = scratch.writer;
  const key = PLACES.map((place) =>
    view
      .getBigUint64(base + place, true)
      .toString(16)
      .padStart(16, '0'),
  ).join('');
  return tokenOf(port, key);
}

/** The number of a handle made from `body`; DetachedError if it names no living channel, or not with this key. */
export function readToken(body: TokenBody): number {
  if (!KEY.test(body.key) || !Number.isSafeInteger(body.id) || body.id < 0) throw gone(body);
  const start = scratch.begin();
  const at = scratch.writer.reserve(TOKEN);
  const { view } = scratch.writer;
  view.setBigUint64(at, BigInt(body.id), true);
  for (const [i, place] of PLACES.entries())
    view.setBigUint64(at + place, BigInt(`0x${body.key.slice(i * 16, i * 16 + 16)}`), true);
  scratch.release(start);
  const handle = native.attach(at, body.direction);
  if (handle === Code.GONE) throw gone(body);
  if (handle < 0) throw failure(handle, body);
  return handle;
}

function gone(body: TokenBody): DetachedError {
  return new DetachedError(`attach to ${label(body)}, which is gone, or of another process or copy of hchan`);
}
