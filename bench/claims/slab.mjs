/**
 * 1 KiB by reference between Node's threads: the bytes lie in a SharedArrayBuffer that both see, and a channel carries
 * the number of the place. A place is written again only after the channel has been emptied of it: there are more places
 * than the channel and the hands at its ends can hold. As a guest of the harness (see `GuestModule`).
 */
import { attach, chan, codec } from 'hchan';

const SIZE = 1024;
/** An end may take several messages at once. */
const IN_HANDS = 512;

export function open(_sides, capacity) {
  const places = capacity + IN_HANDS;
  const slab = new SharedArrayBuffer(places * SIZE);
  const channel = chan(capacity, { codec: codec.u32 });
  const token = (handle) => {
    const shared = handle.share();
    handle[Symbol.dispose]();
    return { slab, places, token: shared };
  };
  const ends = { senders: [token(channel.sender())], receivers: [token(channel.receiver())] };
  channel[Symbol.dispose]();
  return ends;
}

export function sink({ slab, places, token }) {
  const [bytes, sender] = [new Uint8Array(slab), attach(token)];
  let next = 0;
  const one = (value) => {
    bytes.set(value, next * SIZE);
    sender.sendSync(next);
    next = (next + 1) % places;
  };
  return {
    one,
    async many(from, count, value) {
      for (let index = from; index < from + count; index++) one(value(index));
    },
    close: () => sender[Symbol.dispose](),
  };
}

export function source([{ slab, places, token }]) {
  const receiver = attach(token);
  const views = Array.from({ length: places }, (_, at) => new Uint8Array(slab, at * SIZE, SIZE));
  const take = () => {
    const got = receiver.recvSync();
    return got.ok ? views[got.value] : undefined;
  };
  return {
    one: take,
    async all(see) {
      for (let value = take(); value !== undefined; value = take()) see(value);
    },
    close: () => receiver[Symbol.dispose](),
  };
}
