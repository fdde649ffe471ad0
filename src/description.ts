/**
 * Values in errors: what was given, in a few words. Nothing here throws or runs code of the value it describes.
 */

import { kindOf } from './codec/views.js';

/** What `describe` says of an object that is nothing more special. */
export const OBJECT = 'an object';

/** A value in a few words. */
export function describe(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(brief(value));
    case 'bigint':
      return `${brief(String(value))}n`;
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'object':
      return value === null ? 'null' : describeObject(value);
    case 'function':
      return 'a function';
    case 'symbol':
      return brief(value.toString());
    default:
      return String(value);
  }
}

function describeObject(value: object): string {
  try {
    if (Array.isArray(value)) return `an array of ${value.length}`;
  } catch {
    // a revoked proxy
  }
  return ArrayBuffer.isView(value) ? (kindOf(value) ?? 'DataView') : OBJECT;
}

/** `text` in one line of no great length: what others have said may be neither. */
export function oneLine(text: string): string {
  return text.slice(0, 400).replace(/\s+/g, ' ');
}

/** `text`, cut short. */
export function brief(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
