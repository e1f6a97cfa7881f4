import type { Duplex } from 'node:stream';
import { ConnectionFailed } from '@tlsmith/types';

/** How a protocol in the clear is asked for TLS: what is said, and what the answer must be. */
export interface StartTls {
  readonly name: string;
  readonly steps: readonly Step[];
}

interface Step {
  readonly say?: string;
  /** The last line of an answer; lines before it are its beginning. */
  readonly last: RegExp;
  /** What the answer must hold for the dialogue to go on. */
  readonly good: RegExp;
}

/**
 * Has the dialogue after which both sides begin TLS. Neither this nor anything said in it is protected: the TLS
 * handshake has to prove everything anew.
 *
 * @throws {ConnectionFailed} when the server declines, or says more than it should: bytes that came in the clear must not
 *   pass for protected ones.
 */
export async function startTls({ name, steps }: StartTls, transport: Duplex): Promise<void> {
  const lines = new Lines(transport);
  try {
    for (const { say, last, good } of steps) {
      if (say !== undefined) transport.write(`${say}\r\n`);
      const answer = await lines.answer(last);
      if (!good.test(answer)) {
        throw new ConnectionFailed(
          'aborted',
          `${name} server declines TLS: ${JSON.stringify(answer.trim())}`,
        );
      }
    }
    if (lines.rest > 0) {
      throw new ConnectionFailed('aborted', `${name} server said ${lines.rest} bytes after agreeing to TLS`);
    }
  } finally {
    lines.release();
  }
}

/** Answers out of a stream, whose reader this is until it is released. */
class Lines {
  readonly #transport: Duplex;
  #text = '';
  #ended: Error | undefined;
  #wake: () => void = () => undefined;

  constructor(transport: Duplex) {
    this.#transport = transport;
    transport
      .on('data', this.#onData)
      .on('error', this.#onEnd)
      .on('close', this.#onEnd)
      .on('end', this.#onEnd);
  }

  /** Characters that nobody asked for. */
  get rest(): number {
    return this.#text.length;
  }

  /** Everything up to the end of the first line that matches `last`. */
  async answer(last: RegExp): Promise<string> {
    for (;;) {
      const end = endOfAnswer(this.#text, last);
      if (end > 0) {
        const answer = this.#text.slice(0, end);
        this.#text = this.#text.slice(end);
        return answer;
      }
      if (this.#ended !== undefined) throw this.#ended;
      if (this.#text.length > longestAnswer)
        throw new ConnectionFailed('limit', 'the answer in the clear is too long');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  release(): void {
    const transport = this.#transport;
    transport.pause();
    transport
      .off('data', this.#onData)
      .off('error', this.#onEnd)
      .off('close', this.#onEnd)
      .off('end', this.#onEnd);
  }

  readonly #onData = (bytes: Uint8Array): void => {
    this.#text += Buffer.from(bytes).toString('latin1');
    this.#wake();
  };

  readonly #onEnd = (error?: unknown): void => {
    this.#ended ??=
      error instanceof Error ? error : new ConnectionFailed('truncated', 'the server left before TLS began');
    this.#wake();
  };
}

function endOfAnswer(text: string, last: RegExp): number {
  for (let start = 0, end = text.indexOf('\n'); end >= 0; start = end + 1, end = text.indexOf('\n', start)) {
    if (last.test(text.slice(start, end))) return end + 1;
  }
  return 0;
}

const longestAnswer = 16_384;
// "250-" goes on, "250 " ends (RFC 5321 §4.2.1, RFC 959 §4.2).
const reply = /^\d{3}(?: |\r?$)/;
const tagged = /^tls /;
const anyLine = /^/;

/** The protocols, by the names that `openssl s_client -starttls` uses. */
export const startTlsProtocols: Readonly<Record<string, StartTls>> = {
  // RFC 3207
  smtp: {
    name: 'SMTP',
    steps: [
      { last: reply, good: /^220/ },
      { say: 'EHLO client.invalid', last: reply, good: /^250[ -]STARTTLS\s*$/im },
      { say: 'STARTTLS', last: reply, good: /^220/ },
    ],
  },
  // RFC 9051 §6.2.1
  imap: {
    name: 'IMAP',
    steps: [
      { last: anyLine, good: /^\* OK/i },
      { say: 'tls STARTTLS', last: tagged, good: /^tls OK/im },
    ],
  },
  // RFC 2595 §4
  pop3: {
    name: 'POP3',
    steps: [
      { last: anyLine, good: /^\+OK/ },
      { say: 'STLS', last: anyLine, good: /^\+OK/ },
    ],
  },
  // RFC 4217 §4.1
  ftp: {
    name: 'FTP',
    steps: [
      { last: reply, good: /^220/ },
      { say: 'AUTH TLS', last: reply, good: /^234/ },
    ],
  },
};
