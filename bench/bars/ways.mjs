/**
 * Each way of getting `count` values from a worker to the main thread: `send` runs in the worker, `receive` in the main
 * thread, and returns once it has seen and checked all of them. `send` of a port way gets a MessagePort, of a channel way
 * a Sender, which is closed after it.
 */

/** Values per call of sendMany and recvMany. */
export const BATCH = 256;
/** Elements per call with typed arrays. */
export const CHUNK = 1024;
/** Values per array in one postMessage. */
export const POSTED = 64;

const overPort = (each) => (port, payload, count) =>
  new Promise((resolve, reject) => {
    let index = 0;
    port.on('message', (message) => {
      try {
        index = each(message, index, payload);
        if (index === count) resolve();
      } catch (error) {
        reject(error);
      }
    });
  });

const post = {
  carrier: 'port',
  async send(port, count, payload) {
    for (let index = 0; index < count; index++) port.postMessage(payload.value(index));
  },
  receive: overPort((value, index, payload) => {
    payload.check(value, index);
    return index + 1;
  }),
};

const postArrays = {
  carrier: 'port',
  async send(port, count, payload) {
    for (let from = 0; from < count; from += POSTED) {
      port.postMessage(Array.from({ length: POSTED }, (_, offset) => payload.value(from + offset)));
    }
  },
  receive: overPort((values, from, payload) => {
    for (let offset = 0; offset < values.length; offset++) payload.check(values[offset], from + offset);
    return from + values.length;
  }),
};

const awaited = {
  carrier: 'channel',
  async send(sender, count, payload) {
    for (let index = 0; index < count; index++) await sender.send(payload.value(index));
  },
  async receive(receiver, payload) {
    let index = 0;
    for await (const value of receiver) payload.check(value, index++);
    return index;
  },
};

const consumed = {
  carrier: 'channel',
  async send(sender, count, payload) {
    for (let index = 0; index < count; index++) {
      const value = payload.value(index);
      if (!sender.trySend(value)) await sender.send(value);
    }
  },
  async receive(receiver, payload) {
    let index = 0;
    await receiver.consume((value) => payload.check(value, index++));
    return index;
  },
};

const batched = {
  carrier: 'channel',
  async send(sender, count, payload) {
    const batch = new Array(BATCH);
    for (let from = 0; from < count; from += BATCH) {
      for (let offset = 0; offset < BATCH; offset++) batch[offset] = payload.value(from + offset);
      await sender.sendMany(batch);
    }
  },
  async receive(receiver, payload) {
    let index = 0;
    for (;;) {
      const values = await receiver.recvMany(BATCH);
      if (values.length === 0) return index;
      for (const value of values) payload.check(value, index++);
    }
  },
};

const typed = {
  carrier: 'channel',
  async send(sender, count, payload) {
    const chunk = new payload.array(CHUNK);
    for (let from = 0; from < count; from += CHUNK) {
      for (let offset = 0; offset < CHUNK; offset++) chunk[offset] = payload.value(from + offset);
      await sender.sendMany(chunk);
    }
  },
  async receive(receiver, payload) {
    const chunk = new payload.array(CHUNK);
    let index = 0;
    for (;;) {
      const got = await receiver.recvManyInto(chunk);
      if (got === 0) return index;
      for (let offset = 0; offset < got; offset++) payload.check(chunk[offset], index++);
    }
  },
};

/** By the name the bars use. */
export const ways = { post, postArrays, awaited, consumed, batched, typed };
