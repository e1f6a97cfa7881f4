import { createECDH, createPrivateKey } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  type Bytes,
  fromHex,
  type HashName,
  noBytes,
  type PublicKey,
  type SignatureAlgorithm,
  toHex,
} from '@tlsmith/types';
import { afterAll, describe, expect, test } from 'vitest';
import { der, derUnsigned, Tag } from './der.ts';
import { agree as agreeNoble } from './noble/groups.ts';
import { noble } from './noble/index.ts';
import { agreeEcdh } from './node/ecdh.ts';
import { node } from './node/index.ts';
import { agreeXdh } from './node/xdh.ts';
import { publicKeyFromSpki } from './public-key.ts';
import type { AeadName, GroupName, SynchronousProvider } from './synchronous.ts';

/** The Wycheproof files lie beside the checkout; where they do not, this file says so and tests nothing. */
const folder = fileURLToPath(new URL('../../../../shared/conformance/wycheproof/', import.meta.url));
const present = existsSync(folder) ? readdirSync(folder).toSorted() : [];

/** What a case asks of us; `undefined` where it lies outside of what TLS uses, and is counted as left out. */
type Verdict = 'accept' | 'refuse' | undefined;

interface Case {
  readonly tcId: number;
  readonly comment?: string;
  readonly flags: readonly string[];
  readonly result: 'valid' | 'invalid' | 'acceptable';
  readonly [field: string]: unknown;
}

interface Group {
  readonly type: string;
  readonly tests: readonly Case[];
  readonly [field: string]: unknown;
}

/** Runs one case: whether the provider accepted it, and what the case asks for. */
type Runner = (
  provider: SynchronousProvider,
  group: Group,
  one: Case,
) => { readonly accepted: boolean; readonly wanted: Verdict };

const rows: string[] = [];
afterAll(() => console.log(`Wycheproof: accepted / refused as wanted, left out\n${rows.join('\n')}`));
if (present.length === 0) console.log('Wycheproof: no files beside the checkout, nothing was run');

describe.skipIf(present.length === 0).each([node, noble])('Wycheproof, the $name provider', (provider) => {
  const files = present.filter((file) => runnerOf(file, provider) !== undefined);

  test.each(files)(
    '%s: every valid case is accepted, every invalid one refused',
    (file) => {
      const run = runnerOf(file, provider) as Runner;
      const { testGroups } = JSON.parse(readFileSync(`${folder}${file}`, 'utf8')) as { testGroups: Group[] };
      const every = testGroups.flatMap((group) => group.tests.map((one) => ({ group, one })));
      const stride = provider.name === 'noble' ? strideOf(file) : 1;
      const sample = every.filter((_, index) => index % stride === 0);

      const count = { accept: 0, refuse: 0, out: 0 };
      const wrong: string[] = [];
      for (const { group, one } of sample) {
        const { accepted, wanted } = run(provider, group, one);
        count[wanted ?? 'out']++;
        if (wanted !== undefined && accepted !== (wanted === 'accept')) {
          wrong.push(`${one.tcId} ${one.comment} [${one.flags.join()}]: ${wanted}`);
        }
      }
      const strided = stride === 1 ? '' : `, every ${stride}th of ${every.length}`;
      rows.push(`${provider.name} ${file}: ${count.accept} / ${count.refuse}, ${count.out}${strided}`);
      expect(wrong).toEqual([]);
      expect(count.accept + count.refuse).toBeGreaterThan(0);
    },
    60_000,
  );
});

function runnerOf(file: string, provider: SynchronousProvider): Runner | undefined {
  if (/^rsa_pkcs1_\d/.test(file)) return provider.name === 'node' ? premaster : undefined;
  return runners.find(([pattern]) => pattern.test(file))?.[1];
}

/** JavaScript takes milliseconds per operation on the larger curves: a stride, unless WYCHEPROOF=whole is set. */
function strideOf(file: string): number {
  if (process.env['WYCHEPROOF'] === 'whole') return 1;
  if (/secp(384|521)|x448/.test(file)) return 20;
  return /secp256|x25519/.test(file) ? 8 : 1;
}

/** Why `acceptable` cases go the way they go here. */
const acceptable: readonly (readonly [flag: string, verdict: 'accept' | 'refuse', reason: string])[] = [
  ['ZeroSharedSecret', 'refuse', 'RFC 9846 §7.4.2: abort on the all-zero value'],
  ['CompressedPoint', 'refuse', 'RFC 9846 §4.3.8.2: shares are uncompressed'],
  ['MissingNull', 'refuse', 'RFC 8017 §9.2 asks for NULL; its note for leniency is for old signers'],
  ['Twist', 'accept', 'RFC 7748 §5: every string is a coordinate'],
  ['NonCanonicalPublic', 'accept', 'RFC 7748 §5: non-canonical values are reduced'],
];

function wantedOf({ result, flags, tcId }: Case): 'accept' | 'refuse' {
  if (result !== 'acceptable') return result === 'valid' ? 'accept' : 'refuse';
  const row = acceptable.find(([flag]) => flags.includes(flag));
  if (row === undefined)
    throw new Error(`case ${tcId} is acceptable for no reason known here: ${flags.join()}`);
  return row[1];
}

const bytes = (value: unknown): Bytes => fromHex(value as string);

const hashNames: Readonly<Record<string, HashName>> = {
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

function runAead(
  provider: SynchronousProvider,
  name: AeadName | undefined,
  group: Group,
  one: Case,
): ReturnType<Runner> {
  if (name === undefined) return { accepted: false, wanted: undefined };
  const key = provider.aeads[name].bind(bytes(one['key']));
  const [nonce, additional, content, sealed] = [
    bytes(one['iv']),
    bytes(one['aad']),
    bytes(one['msg']),
    bytes(`${one['ct'] as string}${one['tag'] as string}`),
  ] as const;
  const opened = key.open(nonce, additional, sealed);
  // TLS has nonces of 12 bytes; all others are refused, whatever they mean elsewhere.
  if (group['ivSize'] !== 96) return { accepted: opened !== undefined, wanted: 'refuse' };
  const wanted = wantedOf(one);
  if (wanted === 'refuse') return { accepted: opened !== undefined, wanted };
  const output = new Uint8Array(content.length + 16);
  key.seal(nonce, additional, content, noBytes, output);
  const same = toHex(output) === toHex(sealed) && toHex(opened ?? noBytes) === toHex(content);
  return { accepted: opened !== undefined && same, wanted };
}

const gcm: Runner = (provider, group, one) => {
  const names: Readonly<Record<string, AeadName>> = { 128: 'aes-128-gcm', 256: 'aes-256-gcm' };
  return runAead(provider, names[String(group['keySize'])], group, one);
};

const chacha: Runner = (provider, group, one) => runAead(provider, 'chacha20-poly1305', group, one);

const hmac =
  (hash: HashName): Runner =>
  (provider, group, one) => {
    const mac = provider.hmac(hash, bytes(one['key']), bytes(one['msg']));
    const tag = toHex(mac.subarray(0, (group['tagSize'] as number) / 8));
    return { accepted: tag === one['tag'], wanted: wantedOf(one) };
  };

const ecdh: Runner = (provider, group, one) => {
  const name = group['curve'] as 'secp256r1' | 'secp384r1' | 'secp521r1';
  const length = { secp256r1: 32, secp384r1: 48, secp521r1: 66 }[name];
  const privateKey = bytes((one['private'] as string).padStart(2 * length, '0').slice(-2 * length));
  return agreed(provider, name, { privateKey, peer: bytes(one['public']) }, one);
};

const xdh: Runner = (provider, group, one) => {
  const name = group['curve'] === 'curve25519' ? 'x25519' : 'x448';
  return agreed(provider, name, { privateKey: bytes(one['private']), peer: bytes(one['public']) }, one);
};

function agreed(
  provider: SynchronousProvider,
  group: GroupName,
  { privateKey, peer }: { readonly privateKey: Bytes; readonly peer: Bytes },
  one: Case,
): ReturnType<Runner> {
  const agree = provider.name === 'node' ? agreeNode : agreeNoble;
  const secret = agree(group, privateKey, peer);
  const wanted = wantedOf(one);
  const right = wanted === 'refuse' || toHex(secret ?? noBytes) === one['shared'];
  return { accepted: secret !== undefined && right, wanted };
}

function agreeNode(group: GroupName, privateKey: Bytes, peer: Bytes): Bytes | undefined {
  if (group === 'x25519' || group === 'x448') return agreeXdh(group, xdhPrivateKey(group, privateKey), peer);
  const key = createECDH(group === 'secp256r1' ? 'prime256v1' : group);
  key.setPrivateKey(privateKey);
  return agreeEcdh(group, key, peer);
}

/** PKCS #8 around a raw key (RFC 8410 §7). */
function xdhPrivateKey(group: 'x25519' | 'x448', raw: Bytes): ReturnType<typeof createPrivateKey> {
  const identifier = der(Tag.sequence, fromHex(group === 'x25519' ? '06032b656e' : '06032b656f'));
  const content = der(Tag.octetString, der(Tag.octetString, raw));
  const pkcs8 = der(Tag.sequence, derUnsigned(noBytes), identifier, content);
  return createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
}

const signature =
  (algorithmOf: (group: Group) => SignatureAlgorithm | undefined): Runner =>
  (provider, group, one) => {
    const algorithm = algorithmOf(group);
    if (algorithm === undefined) return { accepted: false, wanted: undefined };
    const key = publicKeyFromSpki(bytes(group['publicKeyDer']));
    const accepted = verified(provider, algorithm, key, one);
    // A salt of another length, or another hash in MGF1, is good PSS and no TLS.
    const foreign = group.type === 'RsassaPssVerify' && !isTlsPss(group);
    return { accepted, wanted: foreign ? 'refuse' : wantedOf(one) };
  };

function verified(
  provider: SynchronousProvider,
  algorithm: SignatureAlgorithm,
  key: PublicKey,
  one: Case,
): boolean {
  return provider.verify(algorithm, key, bytes(one['msg']), bytes(one['sig']));
}

function isTlsPss(group: Group): boolean {
  const hashLengths: Readonly<Record<string, number>> = { 'SHA-256': 32, 'SHA-384': 48, 'SHA-512': 64 };
  return group['mgfSha'] === group['sha'] && group['sLen'] === hashLengths[String(group['sha'])];
}

function hashed(prefix: 'ecdsa' | 'rsa-pkcs1' | 'rsa-pss') {
  return (group: Group): SignatureAlgorithm | undefined => {
    const hash = hashNames[String(group['sha'])];
    if (hash === undefined || (prefix === 'rsa-pss' && hash === 'sha1')) return undefined;
    return `${prefix}-${hash}` as SignatureAlgorithm;
  };
}

/** Decryption with any payload: only one of 48 bytes may come out, and nothing may throw. */
const premaster: Runner = (provider, group, one) => {
  const key = provider.importSigningKey(bytes(group['privateKeyPkcs8']));
  const substitute = new Uint8Array(48).fill(0x5a);
  const message = bytes(one['msg']);
  const version = ((message[0] ?? 0) << 8) | (message[1] ?? 0);
  const result = key.decryptPremaster?.(bytes(one['ct']), version, substitute) ?? noBytes;
  const fits = one.result === 'valid' && message.length === 48;
  return { accepted: toHex(result) !== toHex(substitute), wanted: fits ? 'accept' : 'refuse' };
};

const runners: readonly (readonly [RegExp, Runner])[] = [
  [/^aes_gcm_/, gcm],
  [/^chacha20_poly1305_/, chacha],
  [/^hmac_sha1_/, hmac('sha1')],
  [/^hmac_sha256_/, hmac('sha256')],
  [/^hmac_sha384_/, hmac('sha384')],
  [/^ecdh_/, ecdh],
  [/^x(25519|448)_/, xdh],
  [/^ecdsa_/, signature(hashed('ecdsa'))],
  [/^ed25519_/, signature(() => 'ed25519')],
  [/^ed448_/, signature(() => 'ed448')],
  [/^rsa_signature_/, signature(hashed('rsa-pkcs1'))],
  [/^rsa_pss_/, signature(hashed('rsa-pss'))],
];
