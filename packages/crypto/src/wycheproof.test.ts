import { createECDH, createPrivateKey } from 'node:crypto';
import {
  type WycheproofCase as Case,
  type WycheproofGroup as Group,
  type WycheproofVerdict,
  wycheproofFiles,
  wycheproofGroups,
  wycheproofVerdict,
} from '@tlsmith/testkit/node';
import {
  type Bytes,
  fromHex,
  type HashName,
  type KeyExchangeKey,
  noBytes,
  type SignatureAlgorithm,
  toHex,
} from '@tlsmith/types';
import { afterAll, describe, expect, test } from 'vitest';
import { der, derUnsigned, Tag } from './der.ts';
import { encodeAlgorithm } from './key-type.ts';
import { noble } from './noble/index.ts';
import { node } from './node/index.ts';
import { EphemeralKey } from './opaque.ts';
import { publicKeyFromSpki } from './public-key.ts';
import type { AeadName, CompleteProvider, GroupName } from './synchronous.ts';
import { agree, type Half } from './webcrypto/groups.ts';
import { webcrypto } from './webcrypto/index.ts';

/** The Wycheproof files lie beside the checkout; where they do not, this file says so and tests nothing. */
const present = wycheproofFiles() ?? [];

/** What a case asks of us; `undefined` where it lies outside of what TLS uses, and is counted as left out. */
type Verdict = WycheproofVerdict | undefined;

/** Whether the provider accepted a case, and what the case asks for. */
interface Outcome {
  readonly accepted: boolean;
  readonly wanted: Verdict;
}

/** Runs one case. */
type Runner = (provider: CompleteProvider, group: Group, one: Case) => Promise<Outcome>;

const rows: string[] = [];
afterAll(() => console.log(`Wycheproof: accepted / refused as wanted, left out\n${rows.join('\n')}`));
if (present.length === 0) console.log('Wycheproof: no files beside the checkout, nothing was run');

describe.skipIf(present.length === 0).each([node, noble, webcrypto])(
  'Wycheproof, the $name provider',
  (provider) => {
    const files = present.filter((file) => runnerOf(file, provider) !== undefined);
    const left = present.filter((file) => !files.includes(file));
    rows.push(`${provider.name}: nothing in this package for ${left.join(', ')}`);

    test.each(files)(
      '%s: every valid case is accepted, every invalid one refused',
      async (file) => {
        const run = runnerOf(file, provider) as Runner;
        const every = wycheproofGroups(file).flatMap((group) => group.tests.map((one) => ({ group, one })));
        const stride = strideOf(provider.name, file);
        const sample = every.filter((_, index) => index % stride === 0);

        const count = { accept: 0, refuse: 0, out: 0 };
        const wrong: string[] = [];
        for (const { group, one } of sample) {
          const { accepted, wanted } = await run(provider, group, one);
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
  },
);

function runnerOf(file: string, provider: CompleteProvider): Runner | undefined {
  if (/^rsa_pkcs1_\d/.test(file)) return provider.name === 'node' ? premaster : undefined;
  return runners.find(([pattern]) => pattern.test(file))?.[1];
}

/** JavaScript takes milliseconds per operation on the larger curves: a stride, unless WYCHEPROOF=whole is set. */
function strideOf(provider: string, file: string): number {
  if (process.env['WYCHEPROOF'] === 'whole') return 1;
  if (provider === 'node') return 1;
  // Web Crypto itself is fast; what takes time is the import of so many private keys, and X448 is noble's.
  if (provider === 'webcrypto')
    return /^ecdh_secp(384|521)/.test(file) ? 5 : file.startsWith('x448') ? 20 : 1;
  if (/secp(384|521)|x448/.test(file)) return 20;
  return /secp256|x25519/.test(file) ? 8 : 1;
}

const bytes = (value: unknown): Bytes => fromHex(value as string);

const hashNames: Readonly<Record<string, HashName>> = {
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

function runAead(provider: CompleteProvider, name: AeadName | undefined, group: Group, one: Case): Outcome {
  if (name === undefined) return { accepted: false, wanted: undefined };
  const key = provider.aeads[name].bind(bytes(one['key']));
  const [nonce, additional, content, sealed] = [
    bytes(one['iv']),
    bytes(one['aad']),
    bytes(one['msg']),
    bytes(`${one['ct'] as string}${one['tag'] as string}`),
  ] as const;
  // TLS has nonces of 12 bytes; all others are refused, whatever they mean elsewhere.
  const wanted = group['ivSize'] === 96 ? wycheproofVerdict(one) : 'refuse';
  const accepts = (): boolean => {
    const opened = key.open(nonce, additional, sealed);
    if (wanted === 'refuse') return opened !== undefined;
    const output = new Uint8Array(content.length + 16);
    key.seal(nonce, additional, content, noBytes, output);
    return toHex(output) === toHex(sealed) && opened !== undefined && toHex(opened) === toHex(content);
  };
  const accepted = accepts();
  // A key that has protected a few short records goes about them in another way.
  for (let index = 0; index < 8; index++)
    key.seal(new Uint8Array(12), noBytes, noBytes, noBytes, new Uint8Array(16));
  return { accepted, wanted: accepts() === accepted ? wanted : accepted ? 'refuse' : 'accept' };
}

const gcm: Runner = async (provider, group, one) => {
  const names: Readonly<Record<string, AeadName>> = { 128: 'aes-128-gcm', 256: 'aes-256-gcm' };
  return runAead(provider, names[String(group['keySize'])], group, one);
};

const chacha: Runner = async (provider, group, one) => runAead(provider, 'chacha20-poly1305', group, one);

const hmac =
  (hash: HashName): Runner =>
  async (provider, group, one) => {
    const mac = await provider.hmac(hash, bytes(one['key']), bytes(one['msg']));
    const tag = toHex(mac.subarray(0, (group['tagSize'] as number) / 8));
    return { accepted: tag === one['tag'], wanted: wycheproofVerdict(one) };
  };

const ecdh: Runner = async (provider, group, one) => {
  const name = group['curve'] as NistGroup;
  const length = 2 * nist[name].length;
  const privateKey = bytes((one['private'] as string).padStart(length, '0').slice(-length));
  return agreed(provider, await keysOf(provider)[name](privateKey), one);
};

const xdh: Runner = async (provider, group, one) => {
  const name = group['curve'] === 'curve25519' ? 'x25519' : 'x448';
  return agreed(provider, await keysOf(provider)[name](bytes(one['private'])), one);
};

async function agreed(provider: CompleteProvider, key: KeyExchangeKey, one: Case): Promise<Outcome> {
  const secret = await provider.groups[key.group as GroupName].finish(key, bytes(one['public']));
  const wanted = wycheproofVerdict(one);
  const right = wanted === 'refuse' || toHex(secret ?? noBytes) === one['shared'];
  return { accepted: secret !== undefined && right, wanted };
}

type NistGroup = 'secp256r1' | 'secp384r1' | 'secp521r1';
type KeyMaker = (privateKey: Bytes) => KeyExchangeKey | Promise<KeyExchangeKey>;

/** Ephemeral keys as `begin` makes them, around private keys that are given. */
function keysOf({ name }: CompleteProvider): Readonly<Record<GroupName, KeyMaker>> {
  const make = { node: nodeKey, noble: nobleKey, webcrypto: platformKey }[name];
  if (make === undefined) throw new Error(`no keys for ${name}`);
  const names = Object.keys(node.groups) as GroupName[];
  return Object.fromEntries(names.map((group) => [group, make(group)])) as Record<GroupName, KeyMaker>;
}

const nobleKey =
  (group: GroupName): KeyMaker =>
  (raw) =>
    new EphemeralKey(group, raw);

function nodeKey(group: GroupName): KeyMaker {
  if (group === 'x25519' || group === 'x448') {
    return (raw) => {
      const key = Buffer.from(xdhPkcs8(group, raw));
      return new EphemeralKey(group, createPrivateKey({ key, format: 'der', type: 'pkcs8' }));
    };
  }
  return (raw) => {
    const key = createECDH(group === 'secp256r1' ? 'prime256v1' : group);
    key.setPrivateKey(raw);
    return new EphemeralKey(group, key);
  };
}

function platformKey(group: GroupName): KeyMaker {
  if (group === 'x448') return nobleKey(group);
  return async (raw) => {
    const pkcs8 = (group === 'x25519' ? xdhPkcs8(group, raw) : ecPkcs8(group, raw)) as BufferSource;
    const algorithm =
      group === 'x25519' ? { name: 'X25519' } : { name: 'ECDH', namedCurve: nist[group].platform };
    const key = await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['deriveBits']);
    const half: Half = { share: noBytes, agree: (peer) => agree(group, key, peer) };
    return new EphemeralKey(group, half);
  };
}

const nist = {
  secp256r1: { length: 32, type: 'p256', platform: 'P-256' },
  secp384r1: { length: 48, type: 'p384', platform: 'P-384' },
  secp521r1: { length: 66, type: 'p521', platform: 'P-521' },
} as const;

/** PKCS #8 around a raw key (RFC 8410 §7). */
function xdhPkcs8(group: 'x25519' | 'x448', raw: Bytes): Bytes {
  const identifier = der(Tag.sequence, fromHex(group === 'x25519' ? '06032b656e' : '06032b656f'));
  return pkcs8(identifier, der(Tag.octetString, raw));
}

/** PKCS #8 around an ECPrivateKey (RFC 5915 §3). */
function ecPkcs8(group: NistGroup, raw: Bytes): Bytes {
  const content = der(Tag.sequence, derUnsigned(Uint8Array.of(1)), der(Tag.octetString, raw));
  return pkcs8(encodeAlgorithm(nist[group].type), content);
}

function pkcs8(algorithm: Bytes, content: Bytes): Bytes {
  return der(Tag.sequence, derUnsigned(noBytes), algorithm, der(Tag.octetString, content));
}

const signature =
  (algorithmOf: (group: Group) => SignatureAlgorithm | undefined): Runner =>
  async (provider, group, one) => {
    const algorithm = algorithmOf(group);
    if (algorithm === undefined) return { accepted: false, wanted: undefined };
    const key = publicKeyFromSpki(bytes(group['publicKeyDer']));
    const accepted = await provider.verify(algorithm, key, bytes(one['msg']), bytes(one['sig']));
    // A salt of another length, or another hash in MGF1, is good PSS and no TLS.
    const foreign = group.type === 'RsassaPssVerify' && !isTlsPss(group);
    return { accepted, wanted: foreign ? 'refuse' : wycheproofVerdict(one) };
  };

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
const premaster: Runner = async (provider, group, one) => {
  const key = provider.importSigningKey(bytes(group['privateKeyPkcs8']));
  const substitute = new Uint8Array(48).fill(0x5a);
  const message = bytes(one['msg']);
  const version = ((message[0] ?? 0) << 8) | (message[1] ?? 0);
  const result = (await key.decryptPremaster?.(bytes(one['ct']), version, substitute)) ?? noBytes;
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
