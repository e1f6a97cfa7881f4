import type { Bytes } from '@tlsmith/types';
import { explicitNonceLength, type Protection } from './protection.ts';

/**
 * Makes the nonces of one direction, in one array that every call overwrites: an AEAD does not keep it.
 *
 * One formula serves all suites: the IV, filled up with zeros on the right, XOR the sequence number, filled up with
 * zeros on the left. With a full-length IV that is RFC 9846 §5.3 and RFC 7905 §2, with a salt it is RFC 5288 §3 with
 * the sequence number as explicit part.
 */
export class RecordNonce {
  readonly #bytes: Bytes;
  readonly #view: DataView;
  readonly #at: number;
  readonly #high: number;
  readonly #low: number;

  constructor({ suite, iv }: Protection) {
    this.#bytes = new Uint8Array(iv.length + explicitNonceLength(suite));
    this.#bytes.set(iv);
    this.#view = new DataView(this.#bytes.buffer);
    this.#at = this.#bytes.length - 8;
    this.#high = this.#view.getUint32(this.#at);
    this.#low = this.#view.getUint32(this.#at + 4);
  }

  /** The nonce of the record with this sequence number. */
  of(sequence: number): Bytes {
    this.#view.setUint32(this.#at, this.#high ^ Math.floor(sequence / 2 ** 32));
    this.#view.setUint32(this.#at + 4, this.#low ^ (sequence >>> 0));
    return this.#bytes;
  }

  /** The nonce with the explicit part that a record brings; its sender need not have used the sequence number. */
  explicit(part: Bytes): Bytes {
    this.#bytes.set(part, this.#at);
    return this.#bytes;
  }
}
