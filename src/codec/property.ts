/**
 * Properties by names that come from elsewhere. `__proto__`, `constructor` and their like are data here: they are read only
 * where the object itself has them, and writing one defines it.
 */

/** Whether every object has a property of this name, so that reading it says nothing. */
export function isInherited(name: string): boolean {
  return name in Object.prototype;
}

/** The object's own property, or undefined. */
export function own(value: object, name: string): unknown {
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

/** As `value[name]`, except for names that every object has. */
export function read(value: object, name: string): unknown {
  return isInherited(name) ? own(value, name) : (value as Record<string, unknown>)[name];
}

/** Whether `read` finds the property. */
export function has(value: object, name: string): boolean {
  return isInherited(name) ? Object.hasOwn(value, name) : name in value;
}

/** Defines an ordinary property, whatever its name. */
export function put(target: object, name: string, value: unknown): void {
  hide(target, name, value, true);
}

/** Likewise one that is not enumerable. */
export function hide(target: object, name: PropertyKey, value: unknown, enumerable = false): void {
  Object.defineProperty(target, name, { value, enumerable, writable: true, configurable: true });
}
