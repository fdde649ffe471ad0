/** Words of the scratch's header, by index (wire.ts). Twin of `word` in `crates/node/src/wire.rs`. */
export const BASE = 0;
export const COUNT = 1;
export const CASE = 2;
export const STATUS = 3;
export const FLAVOR = 4;
export const ID_LOW = 5;
export const ID_HIGH = 6;
export const CAPACITY = 7;
export const CHANNELS = 8;
export const HANDLES = 9;
export const OPS = 10;
