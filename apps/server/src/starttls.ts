import type { Duplex } from 'node:stream';
import { ConnectionFailed } from '@tlsmith/types';

/** How a protocol in the clear lets its clients ask for TLS. */
export interface StartTls {
  readonly name: string;
  readonly greeting: string;
  /** The answer to a line from the client. */
  answer(line: string): Answer;
}

interface Answer {
  readonly text: string;
  /** What comes after the answer. */
  readonly next: 'read' | 'begin-tls' | 'close';
}

/**
 * Has the dialogue at whose end the client asks for TLS.
 *
 * @throws {ConnectionFailed} when the client leaves or sends anything after its request: bytes that came in the clear
 *   must not pass for protected ones (RFC 3207 §6).
 */
export function startTls(protocol: StartTls, transport: Duplex): Promise<void> {
  return new Promise((resolve, reject) => {
    let pending = '';
    const onData = (bytes: Uint8Array): void => {
      pending += Buffer.from(bytes).toString('latin1');
      for (let end = pending.indexOf('\n'); end >= 0; end = pending.indexOf('\n')) {
        const { text, next } = protocol.answer(pending.slice(0, end).trim());
        pending = pending.slice(end + 1);
        if (next === 'begin-tls' && pending.length > 0) return leave(intruder(pending.length));
        transport.write(`${text}\r\n`);
        if (next === 'begin-tls') return leave();
        if (next === 'close') return leave(new ConnectionFailed('aborted', 'the client left without TLS'));
      }
      if (pending.length > longestLine)
        leave(new ConnectionFailed('limit', 'a line in the clear is too long'));
    };
    const onEnd = (error?: Error): void =>
      leave(error ?? new ConnectionFailed('truncated', 'the client left before TLS began'));
    const leave = (error?: Error): void => {
      transport.pause();
      transport.off('data', onData).off('end', onEnd).off('error', onEnd).off('close', onEnd);
      if (error === undefined) resolve();
      else reject(error);
    };
    transport.on('data', onData).on('end', onEnd).on('error', onEnd).on('close', onEnd);
    transport.write(`${protocol.greeting}\r\n`);
  });
}

const intruder = (length: number): ConnectionFailed =>
  new ConnectionFailed('aborted', `the client sent ${length} bytes after asking for TLS, in the clear`);

/** The most that RFC 5321 §4.5.3.1 lets a command be, and more than the others need. */
const longestLine = 1024;

const read = (text: string): Answer => ({ text, next: 'read' });
const begin = (text: string): Answer => ({ text, next: 'begin-tls' });
const close = (text: string): Answer => ({ text, next: 'close' });

/** The protocols, by the names that `openssl s_client -starttls` uses. */
export const startTlsProtocols: Readonly<Record<string, StartTls>> = {
  // RFC 3207
  smtp: {
    name: 'SMTP',
    greeting: '220 localhost ESMTP',
    answer: (line) => {
      const command = line.slice(0, 8).toUpperCase();
      if (command === 'STARTTLS') return begin('220 go ahead');
      if (command.startsWith('EHLO')) return read('250-localhost\r\n250 STARTTLS');
      if (/^(?:HELO|NOOP|RSET)/.test(command)) return read('250 OK');
      return command.startsWith('QUIT') ? close('221 bye') : read('530 STARTTLS first');
    },
  },
  // RFC 9051 §6.2.1
  imap: {
    name: 'IMAP',
    greeting: '* OK [CAPABILITY IMAP4rev2 STARTTLS LOGINDISABLED] ready',
    answer: (line) => {
      const [tag = '*', command = ''] = line.split(' ');
      switch (command.toUpperCase()) {
        case 'STARTTLS':
          return begin(`${tag} OK begin TLS`);
        case 'CAPABILITY':
          return read(`* CAPABILITY IMAP4rev2 STARTTLS LOGINDISABLED\r\n${tag} OK done`);
        case 'NOOP':
          return read(`${tag} OK done`);
        case 'LOGOUT':
          return close(`* BYE\r\n${tag} OK bye`);
        default:
          return read(`${tag} BAD STARTTLS first`);
      }
    },
  },
  // RFC 2595 §4
  pop3: {
    name: 'POP3',
    greeting: '+OK ready',
    answer: (line) => {
      switch (line.toUpperCase()) {
        case 'STLS':
          return begin('+OK begin TLS');
        case 'CAPA':
          return read('+OK\r\nSTLS\r\n.');
        case 'QUIT':
          return close('+OK bye');
        default:
          return read('-ERR STLS first');
      }
    },
  },
};
