import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Side } from './side.ts';

/** How `openssl s_client` connects. */
export interface Attempt {
  readonly listener?: number;
  /** The name it sends, `a.example` by default. */
  readonly serverName?: string;
  readonly version: '1.2' | '1.3' | 'both';
  /** TLS 1.2: whether it takes tickets; it does by default. */
  readonly tickets?: boolean;
  /** A session saved before, by its name. */
  readonly resume?: string;
  /** Saves the session under this name; of several TLS 1.3 tickets the last. */
  readonly save?: string;
}

/** What became of it. */
export interface Outcome {
  readonly resumed: boolean;
  /** Hexadecimal digits of the TLS 1.2 session ID. */
  readonly sessionId: string;
  /** Seconds announced with a ticket. */
  readonly hint: number | undefined;
  /** TLS 1.3: tickets that came. */
  readonly tickets: number;
  /** The first 16 bytes of the last ticket, which name its key. */
  readonly keyName: string | undefined;
  readonly ticket: string | undefined;
  /** The common name of the certificate, from the connection or the session. */
  readonly subject: string;
  /** Alerts and errors; empty in a good connection. */
  readonly trouble: string;
}

/** Connects, asks for a page, and tells how it went. */
export async function connect(side: Side, attempt: Attempt): Promise<Outcome> {
  const { listener = 0, serverName = 'a.example', version, tickets = true, resume, save } = attempt;
  const file = (name: string): string => join(side.folder, `${name}.session`);
  const options = [
    ...['s_client', '-ign_eof', '-connect', `127.0.0.1:${side.port(listener)}`, '-servername', serverName],
    ...(version === '1.2' ? ['-tls1_2'] : version === '1.3' ? ['-tls1_3'] : []),
    ...(tickets ? [] : ['-no_ticket']),
    ...(resume === undefined ? [] : ['-sess_in', file(resume)]),
    ...(save === undefined ? [] : ['-sess_out', file(save)]),
  ];
  return outcome(await run('openssl', options, `GET / HTTP/1.0\r\nHost: ${serverName}\r\n\r\n`));
}

/** `resumed` or `full`; anything else is told. */
export function kind({ resumed, trouble }: Outcome): string {
  return trouble === '' ? (resumed ? 'resumed' : 'full') : `error: ${trouble}`;
}

function outcome(output: string): Outcome {
  const all = (pattern: RegExp): readonly string[] =>
    Array.from(output.matchAll(pattern), ([, group = '']) => group);
  const dumps = output.split('TLS session ticket:').slice(1).map(dumped);
  const ticket = dumps.at(-1);
  const hint = all(/lifetime hint: (\d+)/g).at(-1);
  const isUp = /^(New|Reused), TLS/m.test(output);
  const errors = all(/(?:alert|error:\w*:[^:]*:[^:]*:)([^:\n]+)/gi).filter(
    (line) => !line.includes('self-signed'),
  );
  return {
    resumed: /^Reused, /m.test(output),
    sessionId: all(/^ {4}Session-ID: ?(\w*)$/gm)[0] ?? '',
    hint: hint === undefined ? undefined : Number(hint),
    tickets: all(/(Post-Handshake New Session Ticket arrived)/g).length,
    keyName: ticket?.slice(0, 32),
    ticket,
    subject: all(/^subject=(.*)$/gm)[0] ?? '',
    trouble: isUp && output.includes('HTTP/1') ? '' : `${errors.join('; ') || 'no page'}`,
  };
}

/** The bytes of OpenSSL's dump, `0000 - 1f 8b ...-... ....`, as digits. */
function dumped(text: string): string {
  const lines = text.split('\n').slice(1);
  const end = lines.findIndex((line) => !/^ {4}[0-9a-f]{4} - /.test(line));
  const digits = lines.slice(0, end).map((line) => line.slice(11, 58).replace(/[^0-9a-f]/g, ''));
  return digits.join('');
}

async function run(command: string, options: readonly string[], input: string): Promise<string> {
  const child = spawn(command, options, { stdio: ['pipe', 'pipe', 'pipe'] });
  const parts: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => parts.push(part));
  child.stderr.on('data', (part: Buffer) => parts.push(part));
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const timer = setTimeout(() => child.kill(), 10_000);
  await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));
  clearTimeout(timer);
  return Buffer.concat(parts).toString('latin1').replaceAll('\r', '');
}
