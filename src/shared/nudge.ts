/**
 * Waking threads of hosts without `Atomics.waitAsync`: a broadcast that names the slot.
 *
 * Slower than a bell, so only used for threads that say they need it (Thread.NUDGE).
 */

import { waitAsync } from './host.js';

interface Channel {
  onmessage: ((event: { data: unknown }) => void) | null;
  postMessage(data: unknown): void;
  unref?(): void;
}
type ChannelConstructor = new (name: string) => Channel;

export class Nudges {
  /** Whether this thread has to be nudged. */
  readonly needed: boolean = waitAsync === undefined;
  readonly #name: string;
  #channel: Channel | undefined;

  constructor(arena: string, slot: number, onNudge: () => void) {
    this.#name = `hchan-${arena}`;
    if (!this.needed) return;
    this.#open().onmessage = ({ data }) => {
      if (data === slot) onNudge();
    };
  }

  /** Nudges the thread in `slot`. */
  nudge(slot: number): void {
    this.#open().postMessage(slot);
  }

  #open(): Channel {
    if (this.#channel === undefined) {
      const { BroadcastChannel } = globalThis as unknown as { BroadcastChannel: ChannelConstructor };
      this.#channel = new BroadcastChannel(this.#name);
      this.#channel.unref?.();
    }
    return this.#channel;
  }
}
