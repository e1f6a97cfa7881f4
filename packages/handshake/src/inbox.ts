import { decodeMessage, type Message, type MessageContext } from '@tlsmith/codec';
import { type Bytes, copyBytes, isDecodeError, noBytes, violation, violations } from '@tlsmith/types';
import { decodeViolation } from './decode-violation.ts';

/** Largest accepted handshake messages in bytes, header excluded. */
export interface MessageLimits {
  /** Certificate and CertificateStatus. */
  readonly certificate: number;
  /** Every other message. */
  readonly other: number;
}

/** Defaults that real chains and tickets stay well under. */
export const messageLimits: MessageLimits = { certificate: 128 * 1024, other: 64 * 1024 };

const largeTypes: ReadonlySet<number> = new Set([11, 22, 25]);

/**
 * Handshake bytes in, whole messages out. Knows where messages end and nothing of what they mean; holds at most one
 * record more than one message of the limit, in at most twice that space however small its pieces come.
 */
export class Inbox {
  readonly #limits: MessageLimits;
  /** Pending bytes stand from `#from` to `#to`; the array is a record's content, or our own with room to grow. */
  #bytes: Bytes = noBytes;
  #from = 0;
  #to = 0;
  #own = false;

  constructor(limits: MessageLimits = messageLimits) {
    this.#limits = limits;
  }

  /** Whether the last message taken ended where its record ended. */
  get aligned(): boolean {
    return this.#from === this.#to;
  }

  /** Takes the content of one handshake record; kept until its messages are taken. */
  feed(content: Bytes): void {
    const pending = this.#bytes.subarray(this.#from, this.#to);
    if (pending.length === 0) {
      this.#bytes = content;
      this.#from = 0;
      this.#to = content.length;
      this.#own = false;
      return;
    }
    if (!this.#own || this.#bytes.length - this.#to < content.length) {
      this.#bytes = new Uint8Array(2 * (pending.length + content.length));
      this.#bytes.set(pending);
      this.#from = 0;
      this.#to = pending.length;
      this.#own = true;
    }
    this.#bytes.set(content, this.#to);
    this.#to += content.length;
  }

  /**
   * The next whole message, if there is one.
   *
   * @throws {TlsViolation} `message-too-long` as soon as the header says so; `malformed-message` and its kin (decode_error,
   * illegal_parameter) when the body does not fit.
   */
  take(context: MessageContext): Message | undefined {
    const pending = this.#bytes.subarray(this.#from, this.#to);
    if (pending.length < 4) return undefined;
    const length = ((pending[1] as number) << 16) | ((pending[2] as number) << 8) | (pending[3] as number);
    const limit = largeTypes.has(pending[0] as number) ? this.#limits.certificate : this.#limits.other;
    if (length > limit) throw violation(violations.messageTooLong, { type: pending[0], length, limit });
    if (pending.length < 4 + length) return undefined;
    this.#from += 4 + length;
    // An idle connection holds no record.
    if (this.aligned) this.#bytes = noBytes;
    try {
      return decodeMessage(copyBytes(pending.subarray(0, 4 + length)), context);
    } catch (error) {
      throw isDecodeError(error) ? decodeViolation(error) : error;
    }
  }
}
