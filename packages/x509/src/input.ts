import { type Bytes, TlsMisuse } from '@tlsmith/types';

/**
 * What a caller hands in, held against what it should be: types are not checked where JavaScript calls, and a NaN or a
 * misspelt word must not switch a check off. Each returns its argument or throws TlsMisuse.
 */

/** Bytes; a Buffer is some too. Text is none: PEM has a function of its own. */
export function bytesOf(value: Bytes, what: string): Bytes {
  if (value instanceof Uint8Array || isForeignBytes(value)) return value;
  const hint = typeof value === 'string' ? '; certificatesFromPem makes such of PEM text' : '';
  throw new TlsMisuse('not-bytes', `${what} is a Uint8Array, not ${named(value)}${hint}`);
}

/** Text. */
export function textOf(value: string, what: string): string {
  if (typeof value === 'string') return value;
  throw new TlsMisuse('not-text', `${what} is a string, not ${named(value)}`);
}

/** A list, each of whose items is checked as well. */
export function listOf<T>(
  value: readonly T[],
  what: string,
  item: (value: T, what: string) => T,
): readonly T[] {
  if (!Array.isArray(value)) throw new TlsMisuse('not-a-list', `${what} is an array, not ${named(value)}`);
  return (value as readonly T[]).map((one, index) => item(one, `${what}[${index}]`));
}

/** A plain object. */
export function objectOf<T extends object>(value: T, what: string): T {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new TlsMisuse('not-an-object', `${what} is an object, not ${named(value)}`);
}

/** A number that is not negative; infinity is one, NaN is none. */
export function amountOf(value: number, what: string): number {
  if (typeof value === 'number' && value >= 0) return value;
  throw new TlsMisuse('not-an-amount', `${what} is a number from 0 up, not ${named(value)}`);
}

/** A moment, in milliseconds since 1970-01-01T00:00:00Z. */
export function momentOf(value: number, what: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new TlsMisuse('not-a-time', `${what} is a number of milliseconds, not ${named(value)}`);
}

/** One of some words. */
export function wordOf<T extends string>(value: T, what: string, words: readonly T[]): T {
  if (words.includes(value)) return value;
  const all = words.map((word) => `'${word}'`).join(', ');
  throw new TlsMisuse('not-a-choice', `${what} is one of ${all}, not ${named(value)}`);
}

/** A function. */
export function functionOf<T extends (...args: never[]) => unknown>(value: T, what: string): T {
  if (typeof value === 'function') return value;
  throw new TlsMisuse('not-a-function', `${what} is a function, not ${named(value)}`);
}

// Bytes of another realm, such as a worker's or a test runner's, are instances of another constructor.
function isForeignBytes(value: unknown): boolean {
  return ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === '[object Uint8Array]';
}

function named(value: unknown): string {
  if (typeof value === 'string') return `'${value.slice(0, 40)}'`;
  if (typeof value === 'number' || value === null || value === undefined) return String(value);
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}
