import { type Bytes, copyBytes } from './bytes.ts';
import { TlsMisuse } from './errors.ts';

/** What a secret is for. Kinds keep one secret from being used in the place of another. */
export type SecretKind =
  | 'premaster'
  | 'master'
  | 'psk'
  | 'stage'
  | 'traffic'
  | 'finished'
  | 'exporter'
  | 'key';

const brand: unique symbol = Symbol.for('tlsmith.secret') as never;

/**
 * Key bytes that do not print, serialise or compare by accident. A secret owns a private copy of its bytes.
 * Wiping is best effort: a garbage collector may have moved the bytes before.
 */
export interface Secret<out Kind extends SecretKind = SecretKind> {
  readonly [brand]: Kind;
  /** Length in bytes. */
  readonly length: number;
  /**
   * Lends the bytes to `f`, which must not keep them.
   *
   * @throws {TlsMisuse} `secret-wiped` after {@link wipe}.
   */
  use<T>(f: (bytes: Bytes) => T): T;
  /** Overwrites the bytes with zeros; a second call does nothing. */
  wipe(): void;
  /** `[secret <kind>]`, so that `JSON.stringify` shows no bytes. */
  toJSON(): string;
}

/**
 * Makes a secret of a copy of `bytes`; the caller still owns (and should overwrite) the original.
 *
 * @example
 * ```ts
 * import { secret } from '@tlsmith/types';
 * JSON.stringify(secret('traffic', new Uint8Array(32))); // '"[secret traffic]"'
 * ```
 */
export function secret<Kind extends SecretKind>(kind: Kind, bytes: Bytes): Secret<Kind> {
  return new Holder(kind, copyBytes(bytes));
}

/** Whether a value is a {@link Secret}, from any copy of this package. */
export function isSecret(value: unknown): value is Secret {
  return typeof value === 'object' && value !== null && brand in value;
}

class Holder<Kind extends SecretKind> implements Secret<Kind> {
  readonly [brand]: Kind;
  readonly #bytes: Bytes;
  #wiped = false;

  constructor(kind: Kind, bytes: Bytes) {
    this[brand] = kind;
    this.#bytes = bytes;
  }

  get length(): number {
    return this.#bytes.length;
  }

  use<T>(f: (bytes: Bytes) => T): T {
    if (this.#wiped) {
      throw new TlsMisuse(
        'secret-wiped',
        `this ${this[brand]} secret was wiped; keep a copy of your own before`,
      );
    }
    return f(this.#bytes);
  }

  wipe(): void {
    this.#bytes.fill(0);
    this.#wiped = true;
  }

  toJSON(): string {
    return `[secret ${this[brand]}]`;
  }

  toString(): string {
    return this.toJSON();
  }

  /** What Node's `util.inspect` and `console.log` call. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toJSON();
  }
}
