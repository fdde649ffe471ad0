/**
 * The bytes of `codec.structuredClone`. A value is a tag and what the table says; objects are numbered in the order in which
 * the decoder makes them, from 0, and `REF` names one that was met before, so shared references and cycles come back.
 *
 * ```
 * UNDEFINED NULL TRUE FALSE        INT     varint zigzag, 32 bits        NUMBER   f64
 * BIGINT64  i64                    BIGINT  varint bytes * 2 + negative, magnitude, most significant byte first
 * STRING    string                 REF     varint number of the object
 * OBJECT    properties             ARRAY   varint length, values         SPARSE   u32 length, properties (holes, extra keys)
 * NUMBERS   varint length, f64 each: an array of nothing but numbers
 * DATE      f64                    REGEXP  string source, string flags
 * MAP       varint count, key, value …    SET varint count, values
 * ERROR     u8 type, u8 parts (1 message, 2 stack, 4 cause), string message, string name of a DOMException, string stack, value cause
 * BUFFER    varint length, bytes   VIEW    u8 type, value buffer, varint offset, varint length in elements
 * PART      varint length, bytes: a Uint8Array with a buffer of its own
 * SHARED    varint number given by the shared buffer hook
 * BOOLEAN_OBJECT u8                NUMBER_OBJECT f64   STRING_OBJECT string   BIGINT_OBJECT value
 * properties = varint count, then key string and value each; GONE instead of a value: the property has vanished meanwhile
 * ```
 * A VIEW is numbered after its buffer, everything else before what is in it.
 */
export const UNDEFINED = 0;
export const NULL = 1;
export const TRUE = 2;
export const FALSE = 3;
export const INT = 4;
export const NUMBER = 5;
export const BIGINT64 = 6;
export const BIGINT = 7;
export const STRING = 8;
export const REF = 9;
export const OBJECT = 10;
export const ARRAY = 11;
export const SPARSE = 12;
export const DATE = 13;
export const REGEXP = 14;
export const MAP = 15;
export const SET = 16;
export const ERROR = 17;
export const BUFFER = 18;
export const VIEW = 19;
export const PART = 20;
export const SHARED = 21;
export const BOOLEAN_OBJECT = 22;
export const NUMBER_OBJECT = 23;
export const STRING_OBJECT = 24;
export const BIGINT_OBJECT = 25;
export const GONE = 26;
export const NUMBERS = 27;
