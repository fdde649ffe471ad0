/**
 * JSON, and a Standard Schema to check what arrives. Wire: the text, as `string`.
 *
 * What `JSON.stringify` drops or converts (undefined fields, NaN, Date, toJSON) it drops or converts here too. The schema
 * does not change the bytes, so codecs with and without one have the same id, and each end checks by its own.
 */

import { unfit } from '../arguments.js';
import { describe } from '../description.js';
import { BuiltIn, type Codec } from './builtin.js';
import type { Reader, Writer } from './bytes.js';
import { fault, misfit, reason, undecodable } from './fault.js';

/** The part of https://standardschema.dev, version 1, that validators (zod, valibot, arktype, …) implement and this uses. */
export interface StandardSchemaV1<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** What a validator answers. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** One thing that a validator found wrong. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

function encode(value: unknown, to: Writer): void {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw misfit(PARTS.id, value, PARTS.allowed);
  to.string(text);
}

function decode(from: Reader): unknown {
  const text = from.string();
  try {
    return JSON.parse(text);
  } catch (error) {
    throw undecodable(`not JSON: ${reason(error)}`, { cause: error });
  }
}

const PARTS = { id: 'json', spec: 'json', minimum: 1, allowed: 'a JSON value', encode, decode };
const plain = new BuiltIn<unknown>(PARTS);

/**
 * JSON text. With a schema, what arrives is validated, and what the validator returns is what is received; its complaints
 * are the `issues` of a CodecError. The validator must be synchronous.
 */
export function json<T = unknown>(schema?: StandardSchemaV1<unknown, T>): Codec<T> {
  if (schema === undefined) return plain as BuiltIn<unknown> as BuiltIn<T>;
  const standard = (schema as Partial<StandardSchemaV1> | null)?.['~standard'];
  if (standard?.version !== 1 || typeof standard.validate !== 'function') {
    throw unfit('schema', `a Standard Schema of version 1 ('~standard')`, schema);
  }
  return new BuiltIn<T>({ ...PARTS, spec: undefined, fallible: true, decode: (from) => validated(schema, decode(from)) });
}

function validated<T>(schema: StandardSchemaV1<unknown, T>, value: unknown): T {
  const result = schema['~standard'].validate(value) as SchemaResult<T> | PromiseLike<SchemaResult<T>> | null;
  if (typeof result !== 'object' || result === null) throw fault(`schema answered ${describe(result)}, not a result`);
  if ('then' in result && typeof result.then === 'function') {
    result.then(undefined, () => {}); // its rejection is not lost: the receive fails in its stead
    throw fault('schema answered with a promise: a validator on receive must be synchronous');
  }
  const outcome = result as SchemaResult<T>;
  if (outcome.issues === undefined) return outcome.value;
  throw fault(`message does not fit the schema: ${summary(outcome.issues)}`, { issues: outcome.issues });
}

/** The first complaint, and how many more. */
function summary(issues: readonly SchemaIssue[]): string {
  const first = issues[0];
  if (first === undefined) return 'no reason given';
  const path = (first.path ?? []).map((step) => String(typeof step === 'object' ? step.key : step)).join('.');
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  return `${path === '' ? '' : `${path}: `}${first.message}${more}`;
}
