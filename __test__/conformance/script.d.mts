/** Types of script.mjs, for the tests written in TypeScript. */
export declare const Word: { readonly STEPS: 0; readonly GATE: 1; readonly COUNT: 2; readonly SIZE: 8 };
export declare function report(error: unknown): Record<string, unknown>;
export declare class Actor {
  constructor(words: Int32Array);
  give(name: string, handle: unknown, owned?: boolean): void;
  drop(): void;
  // biome-ignore lint/suspicious/noExplicitAny: results are what a script's author knows them to be
  run(steps: readonly (readonly [string, ...unknown[]])[], mode: 'loop' | 'blocking'): Promise<any[]>;
}
