import { readFileSync } from 'node:fs';
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { node } from '@tlsmith/crypto/node';
import { type ExtensionInput, octetString } from '@tlsmith/testkit';
import { issue, makeAuthority, makeKey, sharedFile } from '@tlsmith/testkit/node';
import { type Bytes, compute, concat, toHex, uint } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { trustAnchors } from './anchor.ts';
import { parseCertificate } from './certificate.ts';
import { certificatesFromPem } from './pem.ts';
import { certificateScts, readSctList } from './sct.ts';
import { precertificateTbs } from './sct-entry.ts';
import { checkTransparency, type TransparencyRequest } from './transparency.ts';
import { type LogWindows, type TransparencyLog, transparencyLog } from './transparency-log.ts';
import { browserTransparencyPolicy } from './transparency-policy.ts';
import { type VerifiedChain, verifyChain } from './verify.ts';

const at = Date.UTC(2026, 6, 1);
const day = 86_400_000;
const root = makeAuthority({ name: 'Root' });
const between = makeAuthority({ name: 'Between', under: root });
const key = makeKey('p256');
const leafInput = {
  subject: 'leaf',
  dns: ['www.example'],
  key,
  serial: 4711,
  notBefore: at - 30 * day,
  notAfter: at + 60 * day - 1000,
};

interface OwnLog {
  readonly log: TransparencyLog;
  readonly privateKey: KeyObject;
}

function ownLog(name: string, operator: string, windows: LogWindows = {}, type: 'ec' | 'rsa' = 'ec'): OwnLog {
  const { publicKey, privateKey } =
    type === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return { privateKey, log: compute(node, transparencyLog({ name, operator, key: spki, windows })) };
}

const sha256 = (data: Bytes): Bytes => Uint8Array.from(createHash('sha256').update(data).digest());
const sized = (width: number, bytes: Bytes): Bytes => concat(uint(bytes.length, width), bytes);
const time = (of: number): Bytes => concat(uint(Math.floor(of / 2 ** 32), 4), uint(of % 2 ** 32, 4));

// Built from the structures of RFC 6962 §3.2 and not by the code under test.
function timestamp({ log, privateKey }: OwnLog, entry: Bytes, moment: number = at - day): Bytes {
  const signed = concat(Uint8Array.of(0, 0), time(moment), entry, sized(2, new Uint8Array(0)));
  const algorithm = Uint8Array.of(4, log.key.type === 'rsa' ? 1 : 3);
  const signature = Uint8Array.from(sign('sha256', signed, privateKey));
  return concat(Uint8Array.of(0), log.id, time(moment), uint(0, 2), algorithm, sized(2, signature));
}

const list = (...items: readonly Bytes[]): Bytes => sized(2, concat(...items.map((item) => sized(2, item))));
const sctExtension = (bytes: Bytes): ExtensionInput => ({
  oid: '1.3.6.1.4.1.11129.2.4.2',
  critical: false,
  value: octetString(bytes),
});

const precertificate = issue(between, leafInput);
const precertificateEntry = concat(
  uint(1, 2),
  sha256(between.key.spki),
  sized(3, parseCertificate(precertificate.certificate).tbs),
);
const finalEntry = concat(uint(0, 2), sized(3, precertificate.certificate));

function embedded(...items: readonly Bytes[]): VerifiedChain {
  return verified(issue(between, { ...leafInput, extensions: [sctExtension(list(...items))] }).chain);
}

function verified(chain: readonly Bytes[]): VerifiedChain {
  const anchors = trustAnchors([root.certificate]);
  return compute(node, verifyChain({ chain, anchors, at, purpose: 'server' }));
}

function check(chain: VerifiedChain, logs: readonly OwnLog[], more: Partial<TransparencyRequest> = {}) {
  const policy = browserTransparencyPolicy;
  const request = { chain, logs: logs.map(({ log }) => log), policy, at, ...more };
  return compute(node, checkTransparency(request));
}

const a = ownLog('A', 'One');
const b = ownLog('B', 'Two', {}, 'rsa');
const c = ownLog('C', 'Two');

test('a certificate without its timestamps is the precertificate, byte for byte (RFC 6962 §3.2)', () => {
  const plain = parseCertificate(precertificate.certificate).tbs;
  // The lengths around the extensions then take two or three octets less, or as many.
  for (const size of [1, 100, 300, 70_000]) {
    const { certificate } = issue(between, {
      ...leafInput,
      extensions: [sctExtension(new Uint8Array(size))],
    });
    expect(toHex(precertificateTbs(parseCertificate(certificate)))).toBe(toHex(plain));
  }
  expect(precertificateTbs(parseCertificate(precertificate.certificate))).toEqual(plain);
});

test('embedded timestamps of two logs of two operators are enough for 90 days', () => {
  const chain = embedded(timestamp(a, precertificateEntry), timestamp(b, precertificateEntry));
  const { isCompliant, scts, reasons } = check(chain, [a, b]);
  expect({ isCompliant, reasons }).toEqual({ isCompliant: true, reasons: [] });
  expect(scts.map(({ source, verdict, log }) => [source, verdict, log?.name])).toEqual([
    ['certificate', 'counts', 'A'],
    ['certificate', 'counts', 'B'],
  ]);
});

test('timestamps for the final certificate come by TLS or by OCSP (RFC 6962 §3.3)', () => {
  const items = list(timestamp(a, finalEntry), timestamp(b, finalEntry));
  const chain = verified(precertificate.chain);
  expect(check(chain, [a, b]).reasons).toEqual(['There is no timestamp at all.']);
  expect(check(chain, [a, b], { tls: items }).isCompliant).toBe(true);
  const value = octetString(items);
  const extension = { oid: '1.3.6.1.4.1.11129.2.4.5', critical: false, value, key: undefined };
  expect(check(chain, [a, b], { ocsp: [extension] }).isCompliant).toBe(true);
});

test('timestamps of different ways are not added up', () => {
  const chain = embedded(timestamp(a, precertificateEntry));
  const entry = concat(uint(0, 2), sized(3, chain.leaf.der));
  const { isCompliant, reasons } = check(chain, [a, b], { tls: list(timestamp(b, entry)) });
  expect(isCompliant).toBe(false);
  expect(reasons).toEqual([
    'In the certificate: timestamps of 1 logs count, 2 are wanted.',
    'In the TLS extension: timestamps of 1 logs count, 2 are wanted.',
  ]);
});

test('a certificate for more than 180 days wants three logs', () => {
  const long = { ...leafInput, notBefore: at - 200 * day };
  const plain = parseCertificate(issue(between, long).certificate).tbs;
  const entry = concat(uint(1, 2), sha256(between.key.spki), sized(3, plain));
  const made = (...logs: readonly OwnLog[]) => {
    const items = list(...logs.map((log) => timestamp(log, entry)));
    return check(verified(issue(between, { ...long, extensions: [sctExtension(items)] }).chain), [a, b, c]);
  };
  expect(made(a, b).reasons).toEqual(['In the certificate: timestamps of 2 logs count, 3 are wanted.']);
  expect(made(a, b, c).isCompliant).toBe(true);
});

// A timestamp, the logs known, and what comes of it.
test.each<[string, () => Bytes, readonly OwnLog[], string]>([
  ['of an unknown log', () => timestamp(a, precertificateEntry), [b], 'unknown-log'],
  ['of tomorrow', () => timestamp(a, precertificateEntry, at + 1), [a], 'from-the-future'],
  ['of this moment', () => timestamp(a, precertificateEntry, at), [a], 'counts'],
  ['for the final certificate', () => timestamp(a, finalEntry), [a], 'bad-signature'],
  ['of a version to come', () => Uint8Array.of(1, 2, 3), [a], 'unknown-version'],
  [
    'of the first version with more behind it',
    () => spoilt((bytes) => concat(bytes, uint(0, 1))),
    [a],
    'unreadable',
  ],
  ['cut off', () => spoilt((bytes) => bytes.subarray(0, -1)), [a], 'unreadable'],
  ['with a changed signature', () => spoilt(changedLast), [a], 'bad-signature'],
  ['that claims to be RSA', () => spoilt((bytes) => replaced(bytes, 44, 1)), [a], 'bad-signature'],
  ['that claims to be SHA-1', () => spoilt((bytes) => replaced(bytes, 43, 2)), [a], 'bad-signature'],
])('a timestamp %s', (_, made, logs, expected) => {
  const { scts, reasons, isCompliant } = check(embedded(made()), logs);
  const found = scts[0]?.verdict ?? (reasons[0]?.includes('cannot be read') ? 'unreadable' : 'none');
  expect([found, isCompliant]).toEqual([expected, false]);
});

const spoilt = (change: (bytes: Bytes) => Bytes): Bytes => change(timestamp(a, precertificateEntry));
const changedLast = (bytes: Bytes): Bytes => replaced(bytes, bytes.length - 1, (bytes.at(-1) as number) ^ 1);
const replaced = (bytes: Bytes, place: number, octet: number): Bytes =>
  bytes.map((before, index) => (index === place ? octet : before));

// When the log's word counts, against a timestamp of yesterday and a certificate that ends in 60 days.
test.each<[LogWindows, string]>([
  [{ usableFrom: at - day, endsAt: at - day + 1 }, 'counts'],
  [{ usableFrom: at - day + 1 }, 'log-not-usable'],
  [{ endsAt: at - day }, 'log-not-usable'],
  [{ notAfter: [at + 60 * day - 1000, at + 61 * day] }, 'counts'],
  [{ notAfter: [at, at + 60 * day - 1000] }, 'not-of-this-log'],
  [{ notAfter: [at + 61 * day, at + 90 * day] }, 'not-of-this-log'],
])('a log with the windows %j: %s', (windows, expected) => {
  const log = ownLog('W', 'Three', windows);
  expect(check(embedded(timestamp(log, precertificateEntry)), [log]).scts[0]?.verdict).toBe(expected);
});

test('one operator is not enough, nor are retired logs alone, nor one log twice', () => {
  const retired = (name: string, operator: string) => ownLog(name, operator, { isRetired: true });
  const [x, y] = [retired('X', 'One'), retired('Y', 'Two')];
  const reasons = (...logs: readonly OwnLog[]) =>
    check(embedded(...logs.map((log) => timestamp(log, precertificateEntry))), [...new Set(logs)]).reasons;
  expect(reasons(b, c)).toEqual(['In the certificate: the logs have 1 operators, 2 are wanted.']);
  expect(reasons(x, y)).toEqual(['In the certificate: all logs are retired.']);
  expect(reasons(x, b)).toEqual([]);
  expect(reasons(a, a)).toEqual(['In the certificate: timestamps of 1 logs count, 2 are wanted.']);
});

test.each([
  ['nothing', new Uint8Array(0)],
  ['an empty list', uint(0, 2)],
  ['an empty item', list(new Uint8Array(0))],
  ['a list with more behind it', concat(list(Uint8Array.of(9)), uint(0, 1))],
  ['more timestamps than anybody has', list(...Array.from({ length: 33 }, () => Uint8Array.of(9)))],
])('%s is no list of timestamps', (_, bytes) => {
  expect(() => readSctList(bytes)).toThrow('malformed');
});

test('a key that logs may not have is refused at once (RFC 6962 §2.1.4)', () => {
  const made = (spki: Bytes) => () => compute(node, transparencyLog({ name: 'L', operator: 'O', key: spki }));
  expect(made(makeKey('p384').spki)).toThrow('neither P-256 nor RSA');
  expect(made(makeKey('p256').spki.subarray(1))).toThrow('neither P-256 nor RSA');
  expect(made(makeKey('p256').spki)().id).toHaveLength(32);
});

const limbo = sharedFile('limbo/limbo.json.gz');
if (limbo === undefined) console.log('x509-limbo is absent: the timestamps of real sites are left out');

interface OnlineCase {
  readonly id: string;
  readonly peer_certificate: string;
  readonly untrusted_intermediates: readonly string[];
  readonly trusted_certs: readonly string[];
  readonly validation_time: string;
}

function online(): readonly OnlineCase[] {
  const { testcases } = JSON.parse(gunzipSync(readFileSync(limbo as string)).toString()) as {
    testcases: readonly OnlineCase[];
  };
  return testcases.filter(({ id }) => id.startsWith('online::'));
}

test.skipIf(limbo === undefined)('the timestamps of real sites are read, and all are of version 1', () => {
  const counts = online().map(({ peer_certificate: pem }) => {
    const scts = certificateScts(parseCertificate(certificatesFromPem(pem)[0] as Bytes));
    expect(scts.every((sct) => 'hash' in sct && sct.logId.length === 32 && sct.hash === 4)).toBe(true);
    return scts.length;
  });
  expect(counts).toHaveLength(14);
  expect(counts.every((count) => count >= 2)).toBe(true);
});

// Keys as Google publishes them (gstatic.com/ct/log_list/v3).
const publicLogs: readonly (readonly [string, string])[] = [
  [
    'Argon2026h1',
    'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEB/we6GOO/xwxivy4HhkrYFAAPo6e2nc346Wo2o2U+GvoPWSPJz91s/xrEvA3Bk9kWHUUXVZS5morFEzsgdHqPg==',
  ],
  [
    'Argon2026h2',
    'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEKjpni/66DIYrSlGK6Rf+e6F2c/28ZUvDJ79N81+gyimAESAyeNZ++TRgjHWg9TVQnKHTSU0T1TtqDupFnSQTIg==',
  ],
  [
    'Xenon2026h1',
    'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEOh/Iu87VkEc0ysoBBCchHOIpPZK7kUXHWj6l1PIS5ujmQ7rze8I4r/wjigVW6wMKMMxjbNk8vvV7lLqU07+ITA==',
  ],
];

test.skipIf(limbo === undefined)('the timestamps of real sites by logs whose keys we know are good', () => {
  const logs = publicLogs.map(([name, text]) =>
    compute(
      node,
      transparencyLog({ name, operator: 'Google', key: Uint8Array.from(Buffer.from(text, 'base64')) }),
    ),
  );
  const verdicts = online().flatMap((of) => {
    // Authorities date certificates back by an hour or so, and timestamps are not.
    const moment = Date.parse(of.validation_time) + day;
    const ders = (pems: readonly string[]) => pems.flatMap((pem) => certificatesFromPem(pem));
    const chain = compute(
      node,
      verifyChain({
        chain: ders([of.peer_certificate, ...of.untrusted_intermediates]),
        anchors: trustAnchors(ders(of.trusted_certs)),
        at: moment,
        purpose: 'server',
      }),
    );
    return check(chain, [], { logs, at: moment }).scts.map(({ verdict }) => verdict);
  });
  const count = (of: string) => verdicts.filter((verdict) => verdict === of).length;
  console.log(`timestamps of real sites: ${count('counts')} verified, ${count('unknown-log')} of other logs`);
  expect(verdicts.filter((verdict) => verdict !== 'counts' && verdict !== 'unknown-log')).toEqual([]);
  expect(count('counts')).toBeGreaterThan(0);
});
