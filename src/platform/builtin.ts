/** Node's own modules for what loads everywhere: no import asks for them. */

interface Host {
  getBuiltinModule?(name: string): unknown;
}

/** The module `node:name`; undefined where the host has none, or does not give it. */
export function builtin(name: string): unknown {
  try {
    return (globalThis as { process?: Host }).process?.getBuiltinModule?.(`node:${name}`);
  } catch {
    return undefined;
  }
}
