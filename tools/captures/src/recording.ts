import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pki } from './pki.ts';
import type { Chunk } from './tap.ts';

/** Keying material that a peer exported (RFC 5705; RFC 9846 §7.5), as that peer printed it. */
export interface Exported {
  readonly label: string;
  /** Hexadecimal; null where no context was given, which TLS 1.2 tells from an empty one. */
  readonly context: string | null;
  readonly value: string;
}

/** What one capture file holds; `flow` is the whole byte stream of one TCP connection. */
export interface Recording {
  readonly name: string;
  readonly peers: { readonly client: string; readonly server: string };
  readonly what: string;
  /** The capture whose session this one resumes. */
  readonly resumes?: string;
  /** PKCS #8 of the server's key, hexadecimal, where RSA key exchange makes it useful. */
  readonly serverKey?: string;
  /** External pre-shared key, hexadecimal, and its identity. */
  readonly preSharedKey?: { readonly identity: string; readonly key: string };
  /** Pre-shared key of the resumed TLS 1.3 session, hexadecimal, where the client prints it. */
  readonly resumptionKey?: string;
  /** ECHConfig of the server and the X25519 private key to it, hexadecimal (RFC 9849 §4). */
  readonly encryptedClientHello?: { readonly config: string; readonly privateKey: string };
  readonly exporters?: readonly Exported[];
  readonly keylog: readonly string[];
  readonly flow: readonly Chunk[];
}

/** Where a run writes, and what its scenarios share. */
export interface Studio {
  readonly pki: Pki;
  /** A directory for what peers need to write; gone after the run. */
  readonly scratch: string;
  save(recording: Recording): void;
}

const largest = 60_000;

/** Writes `<directory>/<name>.json`; refuses what is empty, too large, or would name a path of this machine. */
export function saveTo(directory: string, recording: Recording): void {
  const { name, peers, what, keylog, flow, ...more } = recording;
  const stored = {
    name,
    peers,
    date: new Date().toISOString().slice(0, 10),
    what,
    ...more,
    keylog,
    flow: flow.map(({ from, bytes }) => ({ from, bytes: bytes.toString('hex') })),
  };
  const text = `${JSON.stringify(stored, null, 1)}\n`;
  for (const from of ['client', 'server']) {
    if (!flow.some((chunk) => chunk.from === from)) throw new Error(`${name}: nothing from the ${from}`);
  }
  if (text.length > largest) throw new Error(`${name}: ${text.length} characters`);
  if (/\/(tmp|home|root|work|usr)\//.test(text)) throw new Error(`${name}: names a path`);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, `${name}.json`), text);
  console.log(`${name}: ${flow.length} chunks, ${keylog.length} secrets, ${text.length} characters`);
}

/**
 * The key log of a connection. Some peers write none for a resumed TLS 1.2 session: its master secret is that of
 * the session (RFC 5246 §7.3), so the line is made of that secret and the new client random.
 */
export function keylogOf(file: string, flow: readonly Chunk[], resumed: readonly string[]): string[] {
  const lines = readKeylog(file, flow);
  const [, , master] = resumed.find((line) => line.startsWith('CLIENT_RANDOM '))?.split(' ') ?? [];
  return lines.length > 0 || master === undefined ? lines : [`CLIENT_RANDOM ${clientRandom(flow)} ${master}`];
}

/** The lines of an NSS key log file, without comments; only those of one ClientHello where its flow is given. */
export function readKeylog(file: string, flow?: readonly Chunk[]): string[] {
  if (!existsSync(file)) return [];
  const random = flow === undefined ? '' : clientRandom(flow);
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => /^[A-Z0-9_]+ [0-9a-f]+ [0-9a-f]+$/i.test(line) && line.includes(random));
}

/** The random of the first hello: record header 5, handshake header 4, version 2, then 32 octets. */
function clientRandom(flow: readonly Chunk[]): string {
  return flow.find(({ from }) => from === 'client')?.bytes.toString('hex', 11, 43) ?? '';
}
