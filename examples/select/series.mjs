#!/usr/bin/env node
/**
 * Power series as streams of coefficients that are computed when asked for (after Doug McIlroy's "Squinting at Power
 * Series"): exp and tan are defined by differential equations in terms of themselves.
 *
 * A series is a pair of channels: one `ask` is answered by one coefficient in `give`, the constant one first. Nothing
 * is computed that nobody asked for, so a series may be part of its own definition.
 */
import { fileURLToPath } from 'node:url';
import { chan, codec, select, send } from 'hchan';
import { background, withCancel } from 'hchan/context';

const gcd = (a, b) => (b === 0n ? (a < 0n ? -a : a) : gcd(b, a % b));
const ratio = (n, d) => {
  const by = gcd(n, d) * (d < 0n ? -1n : 1n);
  return [n / by, d / by];
};
const plus = ([a, b], [c, d]) => ratio(a * d + c * b, b * d);
const times = ([a, b], [c, d]) => ratio(a * c, b * d);
export const show = ([n, d]) => (d === 1n ? `${n}` : `${n}/${d}`);

const ZERO = [0n, 1n];
const ONE = [1n, 1n];

/** Series whose stages run until `ctx` ends. */
class Algebra {
  #ctx;
  #options;
  running = [];

  constructor(ctx, options) {
    this.#ctx = ctx;
    this.#options = options;
  }

  /** A series, and a stage that computes it: `stage(answer)` calls `answer` once for each coefficient in turn. */
  #series(stage) {
    const made = {
      ask: chan(0, { ...this.#options, codec: codec.void }),
      give: chan(0, { ...this.#options, codec: codec.tuple(codec.i64, codec.i64) }),
    };
    const { signal } = this.#ctx;
    const answer = async (coefficient) => {
      await made.ask.recv({ signal });
      await made.give.send(await coefficient(), { signal });
    };
    this.#go(() => stage(answer, made));
    return made;
  }

  #go(stage) {
    const ended = (error) => {
      if (error !== this.#ctx.err()) throw error;
    };
    this.running.push(stage().catch(ended));
  }

  async next(series) {
    const { signal } = this.#ctx;
    await series.ask.send(undefined, { signal });
    return (await series.give.recv({ signal })).value;
  }

  async take(series, many) {
    const taken = [];
    while (taken.length < many) taken.push(await this.next(series));
    return taken;
  }

  /** A constant, then zeros for ever. */
  constant(c) {
    return this.#series(async (answer) => {
      await answer(() => c);
      for (;;) await answer(() => ZERO);
    });
  }

  add(f, g) {
    return this.#series(async (answer) => {
      for (;;) await answer(async () => plus(await this.next(f), await this.next(g)));
    });
  }

  scale(c, f) {
    return this.#series(async (answer) => {
      for (;;) await answer(async () => times(c, await this.next(f)));
    });
  }

  /** x·f. */
  shift(f) {
    return this.#series(async (answer) => {
      await answer(() => ZERO);
      for (;;) await answer(() => this.next(f));
    });
  }

  /** With f = a + x·f' and g = b + x·g': f·g = a·b + x·(a·g' + b·f' + x·f'·g'). */
  multiply(f, g) {
    return this.#series(async (answer) => {
      let [a, b] = [ZERO, ZERO];
      await answer(async () => {
        a = await this.next(f);
        b = await this.next(g);
        return times(a, b);
      });
      const [f1, f2] = this.split(f);
      const [g1, g2] = this.split(g);
      const rest = this.add(this.add(this.scale(a, g1), this.scale(b, f1)), this.shift(this.multiply(f2, g2)));
      for (;;) await answer(() => this.next(rest));
    });
  }

  /** c + ∫f. */
  integrate(c, f) {
    return this.#series(async (answer) => {
      await answer(() => c);
      for (let n = 1n; ; n++) await answer(async () => times([1n, n], await this.next(f)));
    });
  }

  /** Two readers of one series, each at its own pace; `f` is asked when the faster one wants more. */
  split(f) {
    const sides = [0, 1].map(() => ({ queue: [], wants: false, series: this.#series(async () => {}) }));
    this.#go(async () => {
      let asked = false;
      for (;;) {
        const [left, right] = sides;
        const starving = sides.some(({ wants, queue }) => wants && queue.length === 0);
        const got = await select(
          {
            left: !left.wants && left.series.ask,
            right: !right.wants && right.series.ask,
            more: starving && !asked && send(f.ask, undefined),
            coefficient: asked && f.give,
          },
          { signal: this.#ctx.signal },
        );
        if (got.key === 'left') left.wants = true;
        else if (got.key === 'right') right.wants = true;
        else if (got.key === 'more') asked = true;
        else {
          asked = false;
          for (const { queue } of sides) queue.push(got.value);
        }
        for (const side of sides) {
          if (!side.wants || side.queue.length === 0) continue;
          await side.series.give.send(side.queue.shift(), { signal: this.#ctx.signal });
          side.wants = false;
        }
      }
    });
    return sides.map(({ series }) => series);
  }

  /** A series by an equation: `define` is given the series itself. */
  fix(define) {
    const later = {
      ask: chan(0, { ...this.#options, codec: codec.void }),
      give: chan(0, { ...this.#options, codec: codec.tuple(codec.i64, codec.i64) }),
    };
    const [own, result] = this.split(later);
    const defined = define(own);
    this.#go(async () => {
      const { signal } = this.#ctx;
      for (;;) {
        await later.ask.recv({ signal });
        await later.give.send(await this.next(defined), { signal });
      }
    });
    return result;
  }

  /** y' = y, y(0) = 1. */
  exp() {
    return this.fix((y) => this.integrate(ONE, y));
  }

  /** y' = 1 + y², y(0) = 0. */
  tan() {
    return this.fix((y) => {
      const [one, other] = this.split(y);
      return this.integrate(ZERO, this.add(this.constant(ONE), this.multiply(one, other)));
    });
  }
}

/** The first `many` coefficients of 'exp' or 'tan', as [numerator, denominator]. */
export async function coefficients(name, many, options) {
  const { ctx, cancel } = withCancel(background());
  const algebra = new Algebra(ctx, options);
  const taken = await algebra.take(algebra[name](), many);
  cancel();
  await Promise.all(algebra.running);
  return taken;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const name of ['exp', 'tan']) console.log(name, (await coefficients(name, 10)).map(show).join(' '));
}
