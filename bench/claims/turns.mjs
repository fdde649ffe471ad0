/** Node's own way to wake a thread, `Atomics.wait` and `notify`, as a guest of the harness: one word, one value at a time. */

const [STATE, VALUE] = [0, 1];
const [EMPTY, FULL, OVER] = [0, 1, 2];

export function open() {
  const end = new Int32Array(new SharedArrayBuffer(8));
  return { senders: [end], receivers: [end] };
}

function put(word, state) {
  Atomics.store(word, STATE, state);
  Atomics.notify(word, STATE);
}

export function sink(word) {
  const one = (value) => {
    word[VALUE] = value;
    put(word, FULL);
  };
  return { one, close: () => put(word, OVER) };
}

export function source([word]) {
  const one = () => {
    while (Atomics.load(word, STATE) === EMPTY) Atomics.wait(word, STATE, EMPTY);
    if (Atomics.load(word, STATE) === OVER) return undefined;
    const value = word[VALUE];
    Atomics.store(word, STATE, EMPTY);
    return value;
  };
  return {
    one,
    async all(see) {
      for (let value = one(); value !== undefined; value = one()) see(value);
    },
    close() {},
  };
}
