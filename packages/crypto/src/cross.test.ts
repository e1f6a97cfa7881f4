import {
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  type RSAPSSKeyPairKeyObjectOptions,
  sign,
} from 'node:crypto';
import {
  type Bytes,
  isTlsMisuse,
  type KeyExchangeAlgorithm,
  noBytes,
  type PublicKey,
  type SignatureAlgorithm,
  toHex,
  utf8,
} from '@tlsmith/types';
import { describe, expect, test } from 'vitest';
import { der, derUnsigned, Tag } from './der.ts';
import { encodeAlgorithm } from './key-type.ts';
import { noble } from './noble/index.ts';
import { node } from './node/index.ts';
import { readPrivateKey } from './private-key.ts';
import { publicKeyFromSpki } from './public-key.ts';
import { webcrypto } from './webcrypto/index.ts';
import { signatureAlgorithms, signatureParts, signingAlgorithms } from './signature.ts';
import type { AeadName, CompleteProvider, GroupName } from './synchronous.ts';

const content = utf8('signed by one provider, verified by the other');
const pairs = [
  { from: node, to: noble },
  { from: noble, to: node },
  { from: webcrypto, to: node },
  { from: node, to: webcrypto },
] as const;

/** Private keys by a name for their kind, PKCS #8 DER; RSA of odd sizes shifts the bits of PSS (RFC 8017 §9.1). */
const keys: Readonly<Record<string, Bytes>> = {
  p256: pkcs8(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
  p384: pkcs8(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey),
  p521: pkcs8(generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey),
  ed25519: pkcs8(generateKeyPairSync('ed25519').privateKey),
  ed448: pkcs8(generateKeyPairSync('ed448').privateKey),
  'rsa of 2048 bits': pkcs8(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey),
  'rsa of 1153 bits': pkcs8(generateKeyPairSync('rsa', { modulusLength: 1153 }).privateKey),
  'rsa of 1159 bits': pkcs8(generateKeyPairSync('rsa', { modulusLength: 1159 }).privateKey),
  'rsa with exponent 3': pkcs8(
    generateKeyPairSync('rsa', { modulusLength: 1160, publicExponent: 3 }).privateKey,
  ),
  'rsa-pss': pkcs8(generateKeyPairSync('rsa-pss', { modulusLength: 1280 }).privateKey),
};

describe.each(pairs)('$from.name with $to.name', ({ from, to }) => {
  test.each(Object.keys(node.aeads) as AeadName[])('%s: what one seals the other opens', (name) => {
    const sealing = from.aeads[name];
    const [key, nonce, additional] = [
      node.random(sealing.keyLength),
      node.random(12),
      node.random(5),
    ] as const;
    for (const length of [0, 1, 15, 16, 17, 63, 64, 65, 1000, 16_385]) {
      const plaintext = node.random(length);
      const output = new Uint8Array(length + 1 + sealing.tagLength);
      sealing.bind(key).seal(nonce, additional, plaintext, Uint8Array.of(23), output);
      expect(to.aeads[name].bind(key).open(nonce, additional, output)).toEqual(
        Uint8Array.of(...plaintext, 23),
      );
    }
  });

  test.each(Object.keys(node.groups) as GroupName[])('%s: both sides agree on a secret', async (name) => {
    const { share, key } = await from.groups[name].begin();
    const answer = await to.groups[name].respond(share);
    const secret = await from.groups[name].finish(key, answer?.share ?? noBytes);
    expect(toHex(secret ?? noBytes)).toBe(toHex(answer?.secret ?? Uint8Array.of(0)));
  });

  test.each(hashesOf(from))('%s: hashes and MACs are the same', async (name) => {
    for (const length of [0, 1, 55, 56, 64, 111, 112, 127, 128, 129, 1000]) {
      const data = node.random(length);
      expect(await from.hash(name, data)).toEqual(await to.hash(name, data));
      expect(await from.hmac(name, data, content)).toEqual(await to.hmac(name, data, content));
    }
  });

  test.each(signatureCases(from))(
    '$algorithm under $kind: what one signs the other verifies',
    async (one) => {
      const key = from.importSigningKey(one.pkcs8);
      const signature = await key.sign(one.algorithm, content);
      const publicKey = publicKeyFromSpki(key.spki);
      expect(await to.verify(one.algorithm, publicKey, content, signature)).toBe(true);
      expect(await from.verify(one.algorithm, publicKey, content, signature)).toBe(true);
      expect(await to.verify(one.algorithm, publicKey, utf8('other content'), signature)).toBe(false);
    },
  );

  test.each(Object.keys(keys).filter((kind) => !kind.startsWith('rsa')))(
    '%s: both derive the same SubjectPublicKeyInfo',
    (kind) => {
      const pkcs8Key = keys[kind] as Bytes;
      const [mine, theirs] = [from.importSigningKey(pkcs8Key), to.importSigningKey(pkcs8Key)];
      expect(mine.spki).toEqual(theirs.spki);
      expect([mine.type, mine.bits]).toEqual([theirs.type, theirs.bits]);
    },
  );
});

describe.each([node, noble, webcrypto])('the $name provider', (provider) => {
  test('says of every signature algorithm under every kind of key whether it fits, without throwing', async () => {
    const signature = new Uint8Array(256);
    for (const algorithm of signatureAlgorithms()) {
      for (const publicKey of publicKeys()) {
        expect(await provider.verify(algorithm, publicKey, content, signature)).toBe(false);
      }
    }
  });

  test('refuses to verify with an algorithm that does not exist, as misuse', async () => {
    const [key] = publicKeys() as [PublicKey];
    for (const name of ['rsa-pkcs1-md2', 'constructor', '__proto__']) {
      const refused = await misuse(() => provider.verify(name as SignatureAlgorithm, key, content, content));
      expect(refused).toBe('unsupported-signature-algorithm');
    }
  });

  test('refuses to sign with SHA-1 or with an algorithm of other keys, as misuse', async () => {
    const key = provider.importSigningKey(keys['p256'] as Bytes);
    expect(await misuse(() => key.sign('ecdsa-sha1', content))).toBe('signature-hash-obsolete');
    expect(await misuse(() => key.sign('ed25519', content))).toBe('signature-algorithm-mismatch');
  });

  test('refuses a hash that does not exist, as misuse', async () => {
    expect(await misuse(() => provider.hash('md5' as 'sha1', content))).toBe('unsupported-hash');
    expect(await misuse(() => provider.hmac('toString' as 'sha1', content, content))).toBe(
      'unsupported-hash',
    );
  });

  test.each(Object.keys(provider.groups) as GroupName[])('%s refuses malformed shares', async (name) => {
    const group = provider.groups[name];
    for (const share of await badShares(group)) {
      expect(await group.respond(share), toHex(share)).toBeUndefined();
      expect(await group.finish((await group.begin()).key, share), toHex(share)).toBeUndefined();
    }
  });

  test('a key exchange key works once and for its own group alone', async () => {
    const { x25519, x448 } = provider.groups;
    const { share, key } = await x25519.begin();
    expect(await misuse(() => x448.finish(key, share))).toBe('foreign-key-exchange-key');
    expect(await misuse(() => x25519.finish({ group: 'x25519' }, share))).toBe('foreign-key-exchange-key');
    expect(await x25519.finish(key, (await x25519.begin()).share)).toHaveLength(32);
    expect(await misuse(() => x25519.finish(key, share))).toBe('key-exchange-key-used');
  });

  test('random bytes are as many as asked for, also beyond the quota of one call', () => {
    expect(provider.random(0)).toHaveLength(0);
    const many = provider.random(70_000);
    expect(many).toHaveLength(70_000);
    expect(new Set(many.subarray(65_536)).size).toBeGreaterThan(200);
    expect(toHex(provider.random(32))).not.toBe(toHex(provider.random(32)));
  });
});

test.each([
  ['sha256', 32, 'rsa-pss-sha256'],
  ['sha384', 48, 'rsa-pss-sha384'],
] as const)(
  'an RSASSA-PSS key restricted to %s and salts of %i bytes verifies only %s',
  async (hash, salt, allowed) => {
    const privateKey = restrictedPss(hash, salt);
    const general = generalPss(privateKey);
    const restricted = node.importSigningKey(pkcs8(privateKey));
    const publicKey = publicKeyFromSpki(restricted.spki);
    expect(publicKey).toMatchObject({ type: 'rsa-pss', bits: 1280 });
    for (const algorithm of ['rsa-pss-sha256', 'rsa-pss-sha384', 'rsa-pss-sha512'] as const) {
      const signature = general.sign(algorithm, content);
      const wanted = algorithm === allowed;
      expect(node.verify(algorithm, publicKey, content, signature)).toBe(wanted);
      expect(noble.verify(algorithm, publicKey, content, signature)).toBe(wanted);
      expect(await webcrypto.verify(algorithm, publicKey, content, signature)).toBe(wanted);
      for (const key of [restricted, webcrypto.importSigningKey(pkcs8(privateKey))]) {
        expect(key.spki).toEqual(restricted.spki);
        const refused = await misuse(() => key.sign(algorithm, content));
        expect(refused).toBe(wanted ? undefined : 'signature-algorithm-mismatch');
      }
    }
  },
);

test('a salt demanded longer than the hash makes every TLS signature under the key bad (RFC 4055 §3.3)', async () => {
  const privateKey = restrictedPss('sha256', 40);
  const signature = generalPss(privateKey).sign('rsa-pss-sha256', content);
  const publicKey = publicKeyFromSpki(node.importSigningKey(pkcs8(privateKey)).spki);
  expect(noble.verify('rsa-pss-sha256', publicKey, content, signature)).toBe(false);
  expect(node.verify('rsa-pss-sha256', publicKey, content, signature)).toBe(false);
  expect(await webcrypto.verify('rsa-pss-sha256', publicKey, content, signature)).toBe(false);
});

test('SHA-1 signatures verify in every provider', async () => {
  const key = pkcs8(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
  const point = publicKeyFromSpki(node.importSigningKey(key).spki);
  const signature = signLegacy(key);
  expect(node.verify('ecdsa-sha1', point, content, signature)).toBe(true);
  expect(noble.verify('ecdsa-sha1', point, content, signature)).toBe(true);
  expect(await webcrypto.verify('ecdsa-sha1', point, content, signature)).toBe(true);
});

function pkcs8(key: KeyObject): Bytes {
  return new Uint8Array(key.export({ type: 'pkcs8', format: 'der' }));
}

function hashesOf(provider: CompleteProvider) {
  return provider.supports.hashes;
}

function publicKeys(): readonly PublicKey[] {
  return Object.values(keys).map((key) => publicKeyFromSpki(node.importSigningKey(key).spki));
}

function signatureCases({ supports }: CompleteProvider) {
  return signingAlgorithms()
    .filter((algorithm) => supports.sign.includes(algorithm))
    .flatMap((algorithm) =>
      Object.entries(keys)
        .filter(([kind]) => signatureParts(algorithm).keys.some((type) => type === kind.split(' ')[0]))
        .map(([kind, key]) => ({ algorithm, kind, pkcs8: key })),
    );
}

/** Wrong lengths, compressed and hybrid points, points off the curve; for X25519 and X448 the secret of zero. */
async function badShares({ begin }: KeyExchangeAlgorithm): Promise<readonly Bytes[]> {
  const { share } = await begin();
  const lengths = [noBytes, share.slice(1), Uint8Array.of(...share, 0)];
  if (share[0] !== 4 || share.length < 65) {
    const one = new Uint8Array(share.length);
    one[0] = 1;
    return [...lengths, new Uint8Array(share.length), one];
  }
  const half = (share.length + 1) / 2;
  const compressed = share.slice(0, half);
  compressed[0] = 2 + ((share.at(-1) as number) & 1);
  const hybrid = share.slice();
  hybrid[0] = 6 + ((share.at(-1) as number) & 1);
  const off = share.slice();
  off[off.length - 1] = (off.at(-1) as number) ^ 1;
  const zero = new Uint8Array(share.length);
  zero[0] = 4;
  const large = new Uint8Array(share.length).fill(0xff);
  large[0] = 4;
  return [...lengths, compressed, hybrid, off, zero, large, Uint8Array.of(0)];
}

function restrictedPss(hash: string, saltLength: number): KeyObject {
  const options = { modulusLength: 1280, hashAlgorithm: hash, mgf1HashAlgorithm: hash, saltLength };
  // The types ask for a string where Node itself insists on a number.
  return generateKeyPairSync('rsa-pss', options as unknown as RSAPSSKeyPairKeyObjectOptions).privateKey;
}

/** The same modulus without restrictions, so that it signs with any hash. */
function generalPss(key: KeyObject) {
  const frame = pkcs8(key);
  const inner = readPrivateKey(frame).content;
  return node.importSigningKey(
    der(Tag.sequence, derUnsigned(noBytes), encodeAlgorithm('rsa-pss'), der(Tag.octetString, inner)),
  );
}

function signLegacy(key: Bytes): Bytes {
  const input = { key: Buffer.from(key), format: 'der', type: 'pkcs8' } as const;
  return new Uint8Array(sign('sha1', content, createPrivateKey(input)));
}

async function misuse(call: () => unknown): Promise<string | undefined> {
  try {
    await call();
  } catch (error) {
    return isTlsMisuse(error) ? error.code : String(error);
  }
  return undefined;
}
