/** A select all of whose cases are ready: one value is taken, and another put back into the channel that it came from. */
import { chan, codec, select, trySelect } from 'hchan';

/** Channels of one engine and the cases over them, kept from sample to sample. */
export class Ready {
  #channels = {};
  #cases = {};
  #held = {};
  #way;
  #selects = 100;
  #sampleNs;

  constructor(engine, cases, way, sampleNs) {
    for (let index = 0; index < cases; index++) {
      const channel = chan(1, { engine, codec: codec.f64 });
      if (channel.engine !== engine) throw new Error(`engine ${engine} was asked for, ${channel.engine} came`);
      const key = `case${index}`;
      this.#held[key] = index + 0.5;
      channel.trySend(this.#held[key]);
      this.#channels[key] = channel;
      this.#cases[key] = channel.receiver();
    }
    this.#way = way;
    this.#sampleNs = sampleNs;
  }

  /** Runs until the code is optimized, and finds out how many selects make a sample. */
  async warm() {
    for (let round = 0; round < 5; round++) this.#selects = Math.ceil(this.#sampleNs / (await this.sample()));
  }

  /** ns per select. */
  async sample() {
    const start = process.hrtime.bigint();
    await (this.#way === 'select' ? this.#await() : this.#try());
    return Number(process.hrtime.bigint() - start) / this.#selects;
  }

  #try() {
    for (let left = this.#selects; left > 0; left--) this.#putBack(trySelect(this.#cases));
  }

  async #await() {
    for (let left = this.#selects; left > 0; left--) this.#putBack(await select(this.#cases));
  }

  #putBack(got) {
    const { key, value } = got;
    if (value !== this.#held[key]) throw new Error(`${key} had ${this.#held[key]} and gave ${value}`);
    this.#held[key] = value + 1;
    if (!this.#channels[key].trySend(value + 1)) throw new Error(`there is no room in ${key}`);
  }

  stop() {
    for (const key in this.#channels) {
      this.#cases[key][Symbol.dispose]();
      this.#channels[key][Symbol.dispose]();
    }
  }
}
