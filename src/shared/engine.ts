/**
 * Engine `shared`: Go's hchan over a growable SharedArrayBuffer, the arena.
 *
 * The first channel that a thread makes lies in the arena that the thread knows already (from a token it attached, or from
 * Node's environment data), else in a new one. All channels of one arena can be selected over atomically, so each arena is an
 * engine of its own (arena-engine.ts).
 */
import { setSharedBufferHook } from '../codec/clone/clone.js';
import type { Codec } from '../codec/codec.js';
import * as Direction from '../direction.js';
import type { EngineFactory, EngineName, OpenOptions, Port } from '../engine.js';
import { DetachedError, label } from '../errors.js';
import type { TokenBody } from '../token.js';
import { Arena } from './arena.js';
import { inherited, onWorkerExit, passOn } from './host.js';
import * as Header from './layout/header.js';
import { makechan, readKey, redeem } from './lifetime.js';
import { arenaId, isArena, makeMemory } from './memory.js';
import { SharedPort } from './port.js';
import { onExit, watchOver } from './repair.js';

const arenas = new Map<string, Arena>();

/** The arena in which this thread makes its channels. */
function home(): Arena {
  const [first] = arenas.values();
  if (first !== undefined) return first;
  const given = inherited();
  if (isArena(given)) return join(given);
  const made = makeMemory();
  passOn(made);
  return join(made);
}

function join(buffer: SharedArrayBuffer): Arena {
  const known = arenas.get(arenaId(buffer));
  if (known !== undefined) return known;
  const arena = new Arena(buffer);
  watchOver(arena);
  if (arenas.size === 0) {
    onWorkerExit((threadId) => {
      for (const each of arenas.values()) onExit(each, threadId);
    });
  }
  arenas.set(arena.id, arena);
  return arena;
}

/** A token in a message on the default codec: its arena travels by number, to threads that know it. */
setSharedBufferHook({
  encode: (buffer) => (isArena(buffer) ? numberOf(join(buffer)) : undefined),
  decode(number) {
    for (const arena of arenas.values()) if (numberOf(arena) === number) return arena.buffer;
    const given = inherited();
    return isArena(given) && numberOf(join(given)) === number ? given : undefined;
  },
});

function numberOf(arena: Arena): number {
  return (arena.i32[Header.ID] as number) >>> 0;
}

/** The arena of a key, if this thread can get at it. */
function find(id: string, buffer: unknown): Arena | undefined {
  const known = arenas.get(id);
  if (known !== undefined) return known;
  for (const memory of [buffer, inherited()]) if (isArena(memory) && arenaId(memory) === id) return join(memory);
  return undefined;
}

export const sharedFactory: EngineFactory = {
  open<T>(_name: EngineName, options: OpenOptions<T>): Port<T> {
    const { capacity, codec, name } = options;
    const arena = home();
    return new SharedPort<T>(arena, makechan(arena, capacity), Direction.BOTH, codec, name);
  },

  attach<T>(body: TokenBody, codec: Codec<T>): Port<T> {
    const key = readKey(body.key);
    const arena = key && find(key.arena, body.buffer);
    if (key === undefined || arena === undefined || !redeem(arena, key, body.id, body.direction)) {
      throw new DetachedError(`attach to ${label(body)}, which is gone, or of another process`);
    }
    return new SharedPort<T>(arena, key.c, body.direction, codec, body.name);
  },
};
