/**
 * A select's cases, described in the scratch for one native call.
 */
import { encodeTo } from '../codec/codec.js';
import type { Case } from '../engine.js';
import { scratch } from '../scratch.js';
import type { NativePort } from './port.js';
import { CASE_WORDS, Kind } from './wire.js';

/**
 * Writes what is to be sent, then the descriptions, and returns where they start; all of it is released, so it is to be
 * used before anything else touches the scratch. CodecError for a value that does not fit. `watch`: nothing is sent, and who watches is
 * told when a case may be ready.
 */
export function describe(cases: readonly Case[], watch = false): number {
  const start = scratch.begin();
  try {
    const places = cases.map((scase) => (scase.send && !watch ? message(scase) : undefined));
    const at = reserve(cases.length);
    for (let i = 0; i < cases.length; i++) {
      const { send, port } = cases[i] as Case;
      const [receives, sends] = watch ? [Kind.WATCH_RECV, Kind.WATCH_SEND] : [Kind.RECV, Kind.SEND];
      write(at, i, send ? sends : receives, port, places[i]);
    }
    return at;
  } finally {
    scratch.release(start);
  }
}

interface Place {
  readonly at: number;
  readonly length: number;
}

function message({ port, value }: Case): Place {
  const at = scratch.begin();
  encodeTo(port.codec, value, (port as NativePort).label);
  return { at, length: scratch.end(at) };
}

/** Room for `count` descriptions, aligned. */
function reserve(count: number): number {
  const { writer } = scratch;
  const padding = -writer.position & 3;
  return writer.reserve(padding + count * CASE_WORDS * 4) + padding;
}

function write(at: number, index: number, kind: number, port: Case['port'], place: Place | undefined): void {
  const { view } = scratch.writer;
  const offset = at + index * CASE_WORDS * 4;
  view.setInt32(offset, kind, true);
  view.setInt32(offset + 4, (port as NativePort).handle, true);
  view.setInt32(offset + 8, place?.at ?? 0, true);
  view.setInt32(offset + 12, place?.length ?? 0, true);
}
