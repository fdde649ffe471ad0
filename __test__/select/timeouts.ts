/**
 * Counts the timers of this thread that are set and have not fired: Node tells only of referenced ones.
 * To be imported before anything sets one.
 */
const live = new Set<unknown>();
const { setTimeout: set, clearTimeout: clear } = globalThis;

globalThis.setTimeout = Object.assign((callback: (...given: unknown[]) => void, ms?: number, ...given: unknown[]) => {
  const timer = set(() => {
    live.delete(timer);
    callback(...given);
  }, ms);
  live.add(timer);
  return timer;
}, set) as typeof setTimeout;

globalThis.clearTimeout = (timer) => {
  live.delete(timer);
  clear(timer);
};

/** How many timers are set now. */
export const timeouts = (): number => live.size;
