import { constants, createDecipheriv, privateDecrypt } from 'node:crypto';
import { node } from '@tlsmith/crypto/node';
import {
  type AeadInfo,
  aes128Gcm,
  aes256Gcm,
  type Bytes,
  type CipherSuite12,
  chacha20Poly1305,
  compute,
  concat,
  equal,
  fromHex,
  type HashInfo,
  noBytes,
  type Role,
  type Secret,
  secret,
  sha256,
  sha384,
  suites,
  toHex,
  uint,
} from '@tlsmith/types';
import { afterAll, expect, test } from 'vitest';
import { type Capture, type CaptureName, capture, captureNames, stream } from '@tlsmith/testkit/node';
import * as schedule from './index.ts';

// Connections between programs that are not ours. Their key logs give the secrets; their Finished messages, exported
// bytes, binders and records say whether what we derive is right. Of the package under test only public functions run.

const tally = { captures: 0, finished: 0, records: 0, exporters: 0, keyUpdates: 0, binders: 0, masters: 0 };
const leftOut: string[] = [];

afterAll(() => {
  const counts = Object.entries(tally).map(([name, count]) => `${name} ${count}`);
  console.log(`Compared with other implementations: ${counts.join(', ')}`);
  console.log(`Left out: ${leftOut.join('; ')}`);
});

/** Captures that say nothing to a key schedule, and why. */
const excluded: { readonly [name in CaptureName]?: string } = {
  'go-13-encrypted-client-hello': 'the inner ClientHello is sealed with HPKE',
  'openssl-12-cbc-encrypt-then-mac': 'CBC',
  'openssl-12-cbc-mac-then-encrypt': 'CBC',
  'openssl-12-client-13-server': 'no handshake',
  'openssl-13-no-common-cipher-suite': 'no handshake',
};

test.each(captureNames)('%s: both Finished and all that was exported are ours', (name) => {
  const one = capture(name);
  const reason = excluded[name];
  if (reason !== undefined) {
    leftOut.push(`${name} (${reason})`);
    expect(one.keylog.length === 0 || reason !== 'no handshake').toBe(true);
    return;
  }
  const connection = open(one);
  const onRecord = connection.version === 'tls13' ? onRecord13 : onRecord12;
  for (const record of recordsInOrder(one)) onRecord(connection, record);
  const expected = name === 'openssl-13-post-handshake-authentication' ? 3 : 2;
  expect(connection.verified.length).toBe(expected);
  expect(new Set(connection.verified)).toEqual(new Set(['client', 'server']));
  checkExporters(one, connection);
  tally.captures++;
});

test('the captures hold every thing that is compared', () => {
  expect(tally.keyUpdates).toBeGreaterThanOrEqual(2);
  expect(tally.exporters).toBeGreaterThanOrEqual(10);
  expect(tally.masters).toBeGreaterThanOrEqual(3);
  expect(tally.binders).toBeGreaterThanOrEqual(1);
  expect(tally.finished).toBeGreaterThanOrEqual(2 * tally.captures);
});

interface Suite {
  readonly hash: HashInfo;
  readonly aead: AeadInfo;
  /** The name of the cipher in node:crypto. */
  readonly cipher: 'aes-128-gcm' | 'aes-256-gcm' | 'chacha20-poly1305' | 'aes-128-ccm';
  readonly tls12?: CipherSuite12;
}

/** What was seen and derived of one connection. */
interface Connection {
  readonly capture: Capture;
  readonly version: 'tls12' | 'tls13';
  readonly suite: Suite;
  readonly secrets: readonly schedule.KeyLogEntry[];
  readonly randoms: { client: Bytes; server: Bytes };
  readonly pending: { client: Bytes; server: Bytes };
  readonly epochs: { client: Epoch[]; server: Epoch[] };
  readonly verified: Role[];
  log: schedule.Transcript;
  /** The transcript of the main handshake, under which later authentication stands (RFC 9846 §4.1). */
  main: schedule.Transcript | undefined;
}

interface Epoch {
  readonly traffic?: Secret<'traffic'>;
  readonly keys: schedule.DirectionKeys;
  sequence: number;
}

interface CapturedRecord {
  readonly from: Role;
  readonly type: number;
  readonly header: Bytes;
  readonly fragment: Bytes;
}

function open(one: Capture): Connection {
  const hello = stream(one, 'server').subarray(5);
  const client = stream(one, 'client').subarray(11, 43);
  const code = uint16(hello, 39 + (hello[38] as number));
  const suite = suiteOf(code);
  const version = code >> 8 === 0x13 ? 'tls13' : 'tls12';
  const { entries } = schedule.parseKeyLog(one.keylog.join('\n'));
  const secrets = entries.filter((entry) => equal(entry.clientRandom, client));
  const connection: Connection = {
    capture: one,
    version,
    suite,
    secrets,
    randoms: { client, server: noBytes },
    pending: { client: noBytes, server: noBytes },
    epochs: { client: [], server: [] },
    verified: [],
    log: [],
    main: undefined,
  };
  if (version === 'tls13') {
    const epochs = (labels: readonly schedule.KeyLogLabel[]): Epoch[] =>
      labels
        .filter((label) => secrets.some((one) => one.label === label))
        .map((label) => epoch13(connection, label));
    connection.epochs.client.push(
      ...epochs([
        'CLIENT_EARLY_TRAFFIC_SECRET',
        'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
        'CLIENT_TRAFFIC_SECRET_0',
      ]),
    );
    connection.epochs.server.push(...epochs(['SERVER_HANDSHAKE_TRAFFIC_SECRET', 'SERVER_TRAFFIC_SECRET_0']));
  }
  return connection;
}

function onRecord13(connection: Connection, record: CapturedRecord): void {
  if (record.type === 22) return onFragment(connection, record.from, record.fragment, onMessage13);
  if (record.type !== 23) return;
  const inner = open13(connection, record);
  const end = inner.findLastIndex((byte) => byte !== 0);
  if (inner[end] === 22) onFragment(connection, record.from, inner.subarray(0, end), onMessage13);
}

/** Opens with the current epoch or a later one: key changes are not announced in the clear. */
function open13({ epochs, suite }: Connection, record: CapturedRecord): Bytes {
  const candidates = epochs[record.from];
  while (candidates.length > 0) {
    const [{ keys, sequence }] = candidates as [Epoch];
    const nonce = xorSequence(keys.iv, sequence);
    const opened = decrypt(suite, keys.key, { nonce, additional: record.header, sealed: record.fragment });
    if (opened !== undefined) {
      (candidates[0] as Epoch).sequence++;
      tally.records++;
      return opened;
    }
    candidates.shift();
  }
  throw new Error('a record opens with no key of the log');
}

function onMessage13(connection: Connection, from: Role, raw: Bytes): void {
  const { suite, capture: one } = connection;
  const type = raw[0] as number;
  if (type === 24) return onKeyUpdate(connection, from);
  // Tickets are no part of any transcript (RFC 9846 §4.1).
  if (type === 4) return;
  if (type === 1 && one.preSharedKey !== undefined) checkBinder(suite.hash, one.preSharedKey.key, raw);
  if (type === 20) {
    const late = connection.main !== undefined;
    const base = late ? connection.epochs[from][0]?.traffic : baseKey(connection, from);
    const covered = compute(node, schedule.transcriptHash(suite.hash, connection.log));
    const ours = compute(node, schedule.finishedVerifyData13(suite.hash, base as Secret<'traffic'>, covered));
    checkFinished(connection, from, raw, ours);
  }
  connection.log = schedule.append(connection.log, labelOf(type, from, raw), raw);
  if (isRetry(raw)) connection.log = compute(node, schedule.retryTranscript(suite.hash, connection.log));
  if (type === 20 && new Set(connection.verified).size === 2) {
    connection.main ??= connection.log;
    connection.log = connection.main;
  }
}

function onKeyUpdate(connection: Connection, from: Role): void {
  const { hash } = connection.suite;
  const [old] = connection.epochs[from];
  const traffic = compute(node, schedule.nextTrafficSecret(hash, old?.traffic as Secret<'traffic'>));
  // OpenSSL logs the first secret after an update under a label of its own.
  const logged = connection.secrets.find((one) => one.label === `${from.toUpperCase()}_TRAFFIC_SECRET_N`);
  if (logged !== undefined) expect(traffic.use(toHex)).toBe(toHex(logged.secret));
  connection.epochs[from] = [
    { traffic, keys: compute(node, schedule.trafficKeys(connection.suite, traffic)), sequence: 0 },
  ];
  tally.keyUpdates++;
}

/** The binder of an external PSK, the only one offered, ends the ClientHello. */
function checkBinder(hash: HashInfo, key: Bytes, hello: Bytes): void {
  const early = compute(node, schedule.earlySecret(hash, secret('psk', key)));
  const prefix = schedule.truncatedClientHello(hello, 3 + hash.length);
  const hashed = compute(node, schedule.transcriptHash(hash, [{ label: 'client_hello', raw: prefix }]));
  const binder = compute(node, schedule.pskBinder(hash, early, 'external', hashed));
  expect(toHex(binder)).toBe(toHex(hello.subarray(-hash.length)));
  tally.binders++;
}

function onRecord12(connection: Connection, record: CapturedRecord): void {
  // What follows is a renegotiation, or application data.
  if (connection.verified.length === 2) return;
  const { from, type, fragment } = record;
  if (type === 20) connection.epochs[from].push(epoch12(connection, from));
  if (type !== 22) return;
  const clear = connection.epochs[from].length === 0;
  onFragment(connection, from, clear ? fragment : open12(connection, record), onMessage12);
}

function open12(connection: Connection, { from, type, fragment, header }: CapturedRecord): Bytes {
  const { suite } = connection;
  const [epoch] = connection.epochs[from] as [Epoch];
  const explicit = (suite.tls12 as CipherSuite12).recordIvLength;
  const { iv, key } = epoch.keys;
  const nonce = explicit > 0 ? concat(iv, fragment.subarray(0, explicit)) : xorSequence(iv, epoch.sequence);
  const length = uint(fragment.length - explicit - suite.aead.tagLength, 2);
  const additional = concat(uint(epoch.sequence, 6), Uint8Array.of(type), header.subarray(1, 3), length);
  const sealed = fragment.subarray(explicit);
  const opened = decrypt(suite, key, { nonce, additional: concat(uint(0, 2), additional), sealed });
  if (opened === undefined) throw new Error(`the ${from}'s record does not open`);
  epoch.sequence++;
  tally.records++;
  return opened;
}

function onMessage12(connection: Connection, from: Role, raw: Bytes): void {
  const type = raw[0] as number;
  const { hash } = connection.suite;
  // HelloRequest is no part of any transcript (RFC 5246 §7.4.1.1).
  if (type === 0) return;
  if (type === 2) connection.randoms.server = raw.slice(6, 38);
  if (type === 20) {
    const covered = compute(node, schedule.transcriptHash(hash, connection.log));
    const ours = compute(node, schedule.finishedVerifyData12(hash, loggedMaster(connection), from, covered));
    checkFinished(connection, from, raw, ours);
  }
  connection.log = schedule.append(connection.log, labelOf(type, from, raw), raw);
  if (type === 16) checkMaster(connection, raw);
}

/** Where the premaster secret can be known, the master secret is ours too (RFC 5246 §8.1, RFC 7627 §4). */
function checkMaster(connection: Connection, keyExchange: Bytes): void {
  const premaster = premasterOf(connection.capture, keyExchange);
  if (premaster === undefined) return;
  const { suite, randoms, log } = connection;
  const serverHello = log.find((entry) => entry.label === 'server_hello')?.raw as Bytes;
  const extended = Buffer.from(serverHello.subarray(41)).includes('00170000', 'hex');
  const sessionHash = compute(node, schedule.transcriptHash(suite.hash, log, 'client_key_exchange'));
  const master = extended
    ? compute(node, schedule.extendedMasterSecret(suite.hash, premaster, sessionHash))
    : compute(node, schedule.masterSecret(suite.hash, premaster, randoms.client, randoms.server));
  expect(master.use(toHex)).toBe(loggedMaster(connection).use(toHex));
  expect(extended).toBe(connection.capture.name !== 'gnutls-12-no-extended-master-secret');
  tally.masters++;
}

function premasterOf(one: Capture, keyExchange: Bytes): Secret<'premaster'> | undefined {
  if (one.serverKey !== undefined) {
    const key = { key: Buffer.from(one.serverKey), format: 'der', type: 'pkcs8' } as const;
    const padding = constants.RSA_NO_PADDING;
    return secret('premaster', privateDecrypt({ ...key, padding }, keyExchange.subarray(6)).subarray(-48));
  }
  if (one.preSharedKey === undefined) return undefined;
  // RFC 4279 §2: as many zeros as the key has bytes, then the key, both with their lengths.
  const { key } = one.preSharedKey;
  return secret(
    'premaster',
    concat(uint(key.length, 2), new Uint8Array(key.length), uint(key.length, 2), key),
  );
}

function checkFinished(connection: Connection, from: Role, raw: Bytes, ours: Bytes): void {
  expect(toHex(ours), `${from} Finished`).toBe(toHex(raw.subarray(4)));
  connection.verified.push(from);
  tally.finished++;
}

function checkExporters(one: Capture, connection: Connection): void {
  const { suite, randoms, version } = connection;
  for (const { label, context, value } of one.exporters) {
    if (version === 'tls12') {
      const both = concat(randoms.client, randoms.server);
      const master = loggedMaster(connection);
      const ours = schedule.exporter12(suite.hash, master, label, both, context, value.length);
      expect(toHex(compute(node, ours))).toBe(toHex(value));
    } else {
      const exporter = secret('exporter', logged(connection, 'EXPORTER_SECRET'));
      const ours = schedule.exporter13(suite.hash, exporter, label, context ?? noBytes, value.length);
      expect(toHex(compute(node, ours))).toBe(toHex(value));
    }
    tally.exporters++;
  }
}

function epoch13(connection: Connection, label: schedule.KeyLogLabel): Epoch {
  const traffic = secret('traffic', logged(connection, label));
  return { traffic, keys: compute(node, schedule.trafficKeys(connection.suite, traffic)), sequence: 0 };
}

function epoch12(connection: Connection, from: Role): Epoch {
  const { suite, randoms } = connection;
  const master = loggedMaster(connection);
  const block = schedule.keyBlock(suite.tls12 as CipherSuite12, master, randoms.client, randoms.server);
  return { keys: compute(node, block)[from], sequence: 0 };
}

function baseKey(connection: Connection, from: Role): Secret<'traffic'> {
  const label = from === 'client' ? 'CLIENT_HANDSHAKE_TRAFFIC_SECRET' : 'SERVER_HANDSHAKE_TRAFFIC_SECRET';
  return secret('traffic', logged(connection, label));
}

function loggedMaster(connection: Connection): Secret<'master'> {
  return secret('master', logged(connection, 'CLIENT_RANDOM'));
}

function logged({ secrets, capture: { name } }: Connection, label: schedule.KeyLogLabel): Bytes {
  const found = secrets.find((entry) => entry.label === label);
  if (found === undefined) throw new Error(`the key log of ${name} has no ${label}`);
  return found.secret;
}

/** Both directions in the order in which a relay read them. */
function* recordsInOrder({ flow }: Capture): Generator<CapturedRecord> {
  const rest = { client: noBytes, server: noBytes };
  for (const { from, bytes } of flow) {
    rest[from] = concat(rest[from], bytes);
    for (;;) {
      const waiting: Bytes = rest[from];
      const end = 5 + (waiting.length < 5 ? Number.POSITIVE_INFINITY : uint16(waiting, 3));
      if (waiting.length < end) break;
      const [header, fragment] = [waiting.slice(0, 5), waiting.slice(5, end)];
      yield { from, type: header[0] as number, header, fragment };
      rest[from] = waiting.subarray(end);
    }
  }
}

type OnMessage = (connection: Connection, from: Role, raw: Bytes) => void;

function onFragment(connection: Connection, from: Role, fragment: Bytes, onMessage: OnMessage): void {
  let waiting = concat(connection.pending[from], fragment);
  while (waiting.length >= 4 && waiting.length >= 4 + uint16(waiting, 2)) {
    const end = 4 + uint16(waiting, 2);
    onMessage(connection, from, waiting.slice(0, end));
    waiting = waiting.subarray(end);
  }
  connection.pending[from] = waiting;
}

function labelOf(type: number, from: Role, raw: Bytes): schedule.TranscriptLabel {
  if (isRetry(raw)) return 'hello_retry_request';
  const labels: Readonly<Record<number, schedule.TranscriptLabel>> = {
    1: 'client_hello',
    2: 'server_hello',
    4: 'new_session_ticket',
    5: 'end_of_early_data',
    8: 'encrypted_extensions',
    11: `${from}_certificate`,
    12: 'server_key_exchange',
    13: 'certificate_request',
    14: 'server_hello_done',
    15: `${from}_certificate_verify`,
    16: 'client_key_exchange',
    20: `${from}_finished`,
    22: 'certificate_status',
  };
  const label = labels[type];
  if (label === undefined) throw new Error(`no label for messages of type ${type}`);
  return label;
}

/** RFC 9846 §4.2.4: a ServerHello whose random is the SHA-256 of "HelloRetryRequest". */
function isRetry(raw: Bytes): boolean {
  const marker = fromHex('cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c');
  return raw[0] === 2 && equal(raw.subarray(6, 38), marker);
}

function decrypt(
  { cipher, aead }: Suite,
  key: Secret<'key'>,
  record: { readonly nonce: Bytes; readonly additional: Bytes; readonly sealed: Bytes },
): Bytes | undefined {
  const { nonce, additional, sealed } = record;
  const length = sealed.length - aead.tagLength;
  // The types of node:crypto know the CCM options for its own name only.
  const decipher = key.use((bytes) =>
    createDecipheriv(cipher as 'aes-128-ccm', bytes, nonce, { authTagLength: aead.tagLength }),
  );
  try {
    decipher.setAuthTag(sealed.subarray(length)).setAAD(additional, { plaintextLength: length });
    return concat(decipher.update(sealed.subarray(0, length)), decipher.final());
  } catch {
    return undefined;
  }
}

function xorSequence(iv: Bytes, sequence: number): Bytes {
  const padded = concat(new Uint8Array(iv.length - 6), uint(sequence, 6));
  return iv.map((byte, i) => byte ^ (padded[i] as number));
}

function uint16(bytes: Bytes, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

function suiteOf(code: number): Suite {
  const found = known[code];
  if (found === undefined) throw new Error(`no entry for the suite ${code.toString(16)}`);
  return found;
}

const tls12 = (suite: CipherSuite12): Suite => ({
  hash: suite.hash,
  aead: suite.aead,
  cipher: suite.aead.name as Suite['cipher'],
  tls12: suite,
});

const rsa128 = suites.TLS_RSA_WITH_AES_128_GCM_SHA256;
const ccm8: AeadInfo = { ...aes128Gcm, name: 'aes-128-ccm', tagLength: 8 };

const known: Readonly<Record<number, Suite>> = {
  0x1301: { hash: sha256, aead: aes128Gcm, cipher: 'aes-128-gcm' },
  0x1302: { hash: sha384, aead: aes256Gcm, cipher: 'aes-256-gcm' },
  0x1303: { hash: sha256, aead: chacha20Poly1305, cipher: 'chacha20-poly1305' },
  0x1304: { hash: sha256, aead: { ...ccm8, tagLength: 16 }, cipher: 'aes-128-ccm' },
  ...Object.fromEntries(
    Object.values(suites)
      .filter((suite) => suite.version === 'tls12')
      .map((suite) => [suite.code, tls12(suite)]),
  ),
  // Suites that this library does not offer, for what they share with those it does.
  0x009e: tls12({ ...rsa128, code: 0x009e, name: 'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256' }),
  0x00a8: tls12({ ...rsa128, code: 0x00a8, name: 'TLS_PSK_WITH_AES_128_GCM_SHA256' }),
  0xc0ae: tls12({ ...rsa128, code: 0xc0ae, name: 'TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8', aead: ccm8 }),
};
