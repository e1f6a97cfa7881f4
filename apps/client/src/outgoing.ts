import { Transform, type TransformCallback } from 'node:stream';

/** What the user types, on its way to the peer: counted, and with CR LF line ends where they are wanted. */
export class Outgoing extends Transform {
  /** Bytes that went through. */
  bytes = 0;
  readonly #lineEnds: 'as-is' | 'crlf';
  #lastIsReturn = false;

  constructor(lineEnds: 'as-is' | 'crlf') {
    super();
    this.#lineEnds = lineEnds;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const bytes = this.#lineEnds === 'crlf' ? this.#withReturns(chunk) : chunk;
    this.bytes += bytes.length;
    done(null, bytes);
  }

  #withReturns(chunk: Buffer): Buffer {
    const returned: number[] = [];
    for (const byte of chunk) {
      if (byte === lineFeed && !this.#lastIsReturn) returned.push(carriageReturn);
      returned.push(byte);
      this.#lastIsReturn = byte === carriageReturn;
    }
    return Buffer.from(returned);
  }
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
