import { once } from 'node:events';
import { duplexPair } from './duplex-pair.test-support.ts';
import { isConnectionFailed } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { startTls, startTlsProtocols } from './starttls.ts';

/** A server that says each line after the client has said its own; `>` marks what the client must say. */
async function dialogue(protocol: string, script: readonly string[]): Promise<string> {
  const [near, far] = duplexPair();
  const said: string[] = [];
  far.on('data', (bytes: Buffer) => said.push(bytes.toString()));
  const done = startTls(startTlsProtocols[protocol] as never, near).then(
    () => 'agreed',
    (error: unknown) => (isConnectionFailed(error) ? error.message : String(error)),
  );
  for (const line of script) {
    if (line.startsWith('>')) {
      while (!said.join('').includes(`${line.slice(1)}\r\n`)) await once(far, 'data');
    } else if (line === 'END') far.end();
    else far.write(line);
  }
  return await done;
}

const agreeing: Readonly<Record<string, readonly string[]>> = {
  smtp: [
    '220-mail.example\r\n220 ESMTP\r\n',
    '>EHLO client.invalid',
    '250-mail.example\r\n250-SIZE 1\r\n250 STARTTLS\r\n',
    '>STARTTLS',
    '220 go\r\n',
  ],
  imap: ['* OK ready\r\n', '>tls STARTTLS', '* 1 EXISTS\r\ntls OK begin\r\n'],
  pop3: ['+OK ready\r\n', '>STLS', '+OK begin\r\n'],
  ftp: ['220-welcome\r\n to all\r\n220 ready\r\n', '>AUTH TLS', '234 go\r\n'],
};

test.each(Object.keys(startTlsProtocols))('%s agrees to TLS', async (protocol) => {
  expect(await dialogue(protocol, agreeing[protocol] as readonly string[])).toBe('agreed');
});

test('answers may come in pieces', async () => {
  expect(
    await dialogue('smtp', [
      '22',
      '0 hello\r',
      '\n',
      '>EHLO client.invalid',
      '250-STARTTLS\r\n25',
      '0 X\r\n',
      '>STARTTLS',
      '220 ',
      'go\r\n',
    ]),
  ).toBe('agreed');
});

const declining = [
  ['smtp', ['554 not today\r\n'], 'SMTP server declines TLS: "554 not today"'],
  ['smtp', ['220 a\r\n', '>EHLO client.invalid', '250 SIZE 1\r\n'], 'SMTP server declines TLS: "250 SIZE 1"'],
  ['imap', ['* OK\r\n', '>tls STARTTLS', 'tls NO\r\n'], 'IMAP server declines TLS: "tls NO"'],
  ['pop3', ['+OK\r\n', '>STLS', '-ERR no\r\n'], 'POP3 server declines TLS: "-ERR no"'],
  ['ftp', ['220 a\r\n', '>AUTH TLS', '534 no\r\n'], 'FTP server declines TLS: "534 no"'],
] as const;

test.each(declining)('%s server that says %j', async (protocol, script, message) => {
  expect(await dialogue(protocol, script)).toBe(message);
});

test('what a server says in the clear after it has agreed is refused, not taken for protected data', async () => {
  const script = ['+OK\r\n', '>STLS', '+OK\r\n+OK injected\r\n'];
  expect(await dialogue('pop3', script)).toBe('POP3 server said 14 bytes after agreeing to TLS');
});

test('a server that leaves, or never ends its line, is given up', async () => {
  expect(await dialogue('smtp', ['220', 'END'])).toBe('the server left before TLS began');
  expect(await dialogue('smtp', ['x'.repeat(20_000)])).toBe('the answer in the clear is too long');
});
