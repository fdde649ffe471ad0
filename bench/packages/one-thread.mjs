/** What the in-thread packages have in common: ends that stay where they are, and awaiting every message. */

/** Ends over one channel; `close` is called when the last sender has left. */
export function endsOf(channel, { senders, receivers }, close) {
  let open = senders;
  const leave = () => {
    open--;
    if (open === 0) close(channel);
  };
  return {
    senders: Array.from({ length: senders }, () => ({ channel, leave })),
    receivers: Array.from({ length: receivers }, () => ({ channel })),
  };
}

/** A sending end that awaits `send` for every value. */
export const sinkOf = (send, leave) => ({
  one: send,
  async many(from, count, value) {
    for (let index = from; index < from + count; index++) await send(value(index));
  },
  close: leave,
});

/** A receiving end that awaits `receive` for every value; `undefined` is the end. */
export const sourceOf = (receive) => ({
  one: receive,
  async all(see) {
    for (let value = await receive(); value !== undefined; value = await receive()) {
      const pending = see(value);
      if (pending !== undefined) await pending;
    }
  },
  close() {},
});
