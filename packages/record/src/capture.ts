import {
  type Derivation,
  keyBlock,
  type KeyLogEntry,
  nextTrafficSecret,
  parseKeyLog,
} from '@tlsmith/key-schedule';
import {
  type AeadAlgorithm,
  type Bytes,
  type CipherSuite,
  type CipherSuite13,
  type Epoch,
  equal,
  type Role,
  type Secret,
  secret,
  suites,
  TlsMisuse,
  violation,
  violations,
} from '@tlsmith/types';
import { type CapturedHellos, hellosOf } from './captured-hellos.ts';
import type { ContentType } from './content-type.ts';
import { deframe, type FrameLimits, frameLimits, headerLength } from './frame.ts';
import { type Opened, Opener } from './opener.ts';
import { protect, protectTraffic } from './protection.ts';

/** A recorded connection: what each side sent, from its first byte on, and the key log that one of them wrote. */
export interface CapturedConnection {
  readonly client: Bytes;
  readonly server: Bytes;
  /** The text of the file that SSLKEYLOGFILE names (RFC 9850); lines of other connections do no harm. */
  readonly keyLog: string;
}

/** What reading a capture takes besides; a provider will do. */
export interface CaptureOptions {
  /** By the names that suites have for them. An AEAD that its suite brings along goes first. */
  readonly aeads: Readonly<Record<string, AeadAlgorithm>>;
  /** The suites to know; those of `@tlsmith/types` by default. */
  readonly suites?: readonly CipherSuite[];
}

/** One record of a capture. */
export interface CapturedRecord {
  readonly from: Role;
  /** `initial` in the clear; whatever TLS 1.2 protects is `application`. */
  readonly epoch: Epoch;
  /** Of the content, where it was protected. */
  readonly type: ContentType;
  /** Fresh where it was protected, else a view of the stream. */
  readonly content: Bytes;
}

/**
 * Decrypts a recorded connection with its key log: all records of the client, then all of the server. Knows TLS 1.3 with
 * early data and KeyUpdates, and TLS 1.2 without renegotiation. A record that the capture cuts off is left out.
 *
 * @throws {TlsMisuse} `capture-hellos` unless the streams begin with a ClientHello and a ServerHello; `capture-suite` for
 * a suite that is not among those given, or whose AEAD is not; `capture-key-log` when no line is of this connection: so
 * with encrypted ClientHello, where the random that the log has is not on the wire.
 * @throws {TlsViolation} `bad-record-mac` for a record that no key opens, and what `deframe` and {@link Opener.open} say.
 *
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { type CapturedConnection, decryptCapture } from '@tlsmith/record';
 * import { compute } from '@tlsmith/types';
 * const dataOf = (connection: CapturedConnection) =>
 *   compute(node, decryptCapture(connection, node)).filter(({ type }) => type === 'application_data');
 * ```
 */
export function* decryptCapture(
  connection: CapturedConnection,
  options: CaptureOptions,
): Derivation<readonly CapturedRecord[]> {
  const hellos = hellosOf(connection);
  const cipher = cipherOf(hellos.cipherSuite, options);
  const log = parseKeyLog(connection.keyLog).entries;
  const ours = log.filter(({ clientRandom }) => equal(clientRandom, hellos.clientRandom));
  if (ours.length === 0) {
    throw new TlsMisuse('capture-key-log', 'no line of the key log has the random of this ClientHello');
  }
  const records: CapturedRecord[] = [];
  for (const from of ['client', 'server'] as const) {
    const keys = yield* keysOf(from, cipher, { log: ours, hellos });
    for (const one of yield* opened(connection[from], cipher, keys)) records.push({ from, ...one });
  }
  return records;
}

interface Cipher {
  readonly suite: CipherSuite;
  readonly aead: AeadAlgorithm;
}

function cipherOf(cipherSuite: number, options: CaptureOptions): Cipher {
  const known = options.suites ?? Object.values<CipherSuite>(suites);
  const suite = known.find(({ code }) => code === cipherSuite);
  const aead = suite && (suite.aead.implementation ?? options.aeads[suite.aead.name]);
  if (suite !== undefined && aead !== undefined) return { suite, aead };
  throw new TlsMisuse('capture-suite', `cipher suite ${cipherSuite} or its AEAD is not among those given`);
}

/** Keys of one direction. */
interface Keys {
  readonly epoch: Epoch;
  readonly opener: Opener;
  /** What they and the next ones are derived from; undefined in TLS 1.2. */
  readonly traffic?: Secret<'traffic'>;
}

interface Known {
  readonly log: readonly KeyLogEntry[];
  readonly hellos: CapturedHellos;
}

/** All keys of a side that the log has, in the order in which they come into force. */
function* keysOf(side: Role, cipher: Cipher, { log, hellos }: Known): Derivation<readonly Keys[]> {
  const { suite, aead } = cipher;
  const keys: Keys[] = [];
  if (suite.version === 'tls12') {
    for (const { secret: master } of log.filter(({ label }) => label === 'CLIENT_RANDOM')) {
      const { clientRandom, serverRandom } = hellos;
      const block = yield* keyBlock(suite, secret('master', master), clientRandom, serverRandom);
      const { key, iv } = block[side];
      keys.push({ epoch: 'application', opener: new Opener(protect(suite, aead, key, iv)) });
    }
    return keys;
  }
  for (const [epoch, name] of labels13) {
    const entry = log.find(({ label }) => label === `${side.toUpperCase()}_${name}`);
    if (entry !== undefined) keys.push(yield* keysUnder(cipher, epoch, secret('traffic', entry.secret)));
  }
  return keys;
}

const labels13: readonly (readonly [Epoch, string])[] = [
  ['early', 'EARLY_TRAFFIC_SECRET'],
  ['handshake', 'HANDSHAKE_TRAFFIC_SECRET'],
  ['application', 'TRAFFIC_SECRET_0'],
];

function* keysUnder(cipher: Cipher, epoch: Epoch, traffic: Secret<'traffic'>): Derivation<Keys> {
  const protection = yield* protectTraffic(cipher.suite as CipherSuite13, cipher.aead, traffic);
  return { epoch, opener: new Opener(protection), traffic };
}

/** The keys after a KeyUpdate, which nothing in the clear announces. */
function* updated(cipher: Cipher, last: Keys | undefined): Derivation<readonly Keys[]> {
  if (last?.traffic === undefined) return [];
  const traffic = yield* nextTrafficSecret(cipher.suite.hash, last.traffic);
  return [yield* keysUnder(cipher, last.epoch, traffic)];
}

/** The records of one direction. */
function* opened(
  stream: Bytes,
  cipher: Cipher,
  all: readonly Keys[],
): Derivation<readonly Omit<CapturedRecord, 'from'>[]> {
  const records: Omit<CapturedRecord, 'from'>[] = [];
  let keys = all;
  let changed = false;
  for (let at = 0; ; ) {
    const frame = deframe(stream, at, anyFrame);
    if (frame === 'incomplete') return records;
    at = frame.end;
    const record = stream.subarray(frame.start, frame.end);
    const { type } = frame;
    if (cipher.suite.version === 'tls13' ? type !== 'application_data' : !changed) {
      changed = type === 'change_cipher_spec';
      records.push({ epoch: 'initial', type, content: record.subarray(headerLength) });
      continue;
    }
    const found = tried(keys, record) ?? tried(yield* updated(cipher, keys.at(-1)), record);
    if (found === undefined) throw violation(violations.badRecordMac, { at: frame.start });
    keys = found.keys;
    records.push({ epoch: found.epoch, type: found.type, content: found.content });
  }
}

/** What the first of the keys that fits makes of a record, with those that may open the next. */
function tried(
  keys: readonly Keys[],
  record: Bytes,
): (Opened & { readonly epoch: Epoch; readonly keys: readonly Keys[] }) | undefined {
  for (const [index, { epoch, opener }] of keys.entries()) {
    const found = opener.tryOpen(record);
    if (found !== undefined) return { ...found, epoch, keys: keys.slice(index) };
  }
  return undefined;
}

const anyFrame: FrameLimits = { fragment: frameLimits.tls12.fragment };
