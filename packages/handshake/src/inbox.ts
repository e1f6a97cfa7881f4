import { decodeMessage, type Message, type MessageContext } from '@tlsmith/codec';
import { copyBytes, type Bytes, concat, isDecodeError, noBytes, violation, violations } from '@tlsmith/types';
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
 * record more than one message of the limit.
 */
export class Inbox {
  readonly #limits: MessageLimits;
  #pending: Bytes = noBytes;

  constructor(limits: MessageLimits = messageLimits) {
    this.#limits = limits;
  }

  /** Whether the last message taken ended where its record ended. */
  get aligned(): boolean {
    return this.#pending.length === 0;
  }

  /** Takes the content of one handshake record; kept until its messages are taken. */
  feed(content: Bytes): void {
    this.#pending = this.#pending.length === 0 ? content : concat(this.#pending, content);
  }

  /**
   * The next whole message, if there is one.
   *
   * @throws {TlsViolation} `message-too-long` as soon as the header says so; `malformed-message` and its kin (decode_error,
   * illegal_parameter) when the body does not fit.
   */
  take(context: MessageContext): Message | undefined {
    const pending = this.#pending;
    if (pending.length < 4) return undefined;
    const length = ((pending[1] as number) << 16) | ((pending[2] as number) << 8) | (pending[3] as number);
    const limit = largeTypes.has(pending[0] as number) ? this.#limits.certificate : this.#limits.other;
    if (length > limit) throw violation(violations.messageTooLong, { type: pending[0], length, limit });
    if (pending.length < 4 + length) return undefined;
    this.#pending = pending.length === 4 + length ? noBytes : pending.subarray(4 + length);
    try {
      return decodeMessage(copyBytes(pending.subarray(0, 4 + length)), context);
    } catch (error) {
      throw isDecodeError(error) ? decodeViolation(error) : error;
    }
  }
}
