import { generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import {
  type AeadAlgorithm,
  type Bytes,
  compute,
  hmac,
  isThenable,
  isTlsMisuse,
  toHex,
  utf8,
} from '@tlsmith/types';
import { describe, expect, test } from 'vitest';
import { noble } from './noble/index.ts';
import { node } from './node/index.ts';
import { publicKeyFromSpki } from './public-key.ts';
import { webcrypto } from './webcrypto/index.ts';

const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const pkcs8 = new Uint8Array(p256.export({ type: 'pkcs8', format: 'der' }));
const scalar = Buffer.from(p256.export({ format: 'jwk' }).d ?? '', 'base64url');

describe.each([node, noble, webcrypto])(
  'the $name provider keeps the contract of CryptoProvider',
  (provider) => {
    const aead = provider.aeads['chacha20-poly1305'];

    test('its functions work without the object around them', async () => {
      const { hash, verify, importSigningKey, groups } = { ...provider };
      const key = importSigningKey(pkcs8);
      const content = await hash('sha256', utf8('x'));
      const signature = await key.sign('ecdsa-sha256', content);
      expect(await verify('ecdsa-sha256', publicKeyFromSpki(key.spki), content, signature)).toBe(true);
      const { begin, respond, finish } = groups.x25519;
      const { share, key: ephemeral } = await begin();
      const answer = await respond(share);
      expect(await finish(ephemeral, answer?.share ?? share)).toEqual(answer?.secret);
    });

    test('it answers work, at once where it says so', async () => {
      const answer = compute(provider, hmac('sha256', utf8('key'), utf8('data')));
      expect(isThenable(answer)).toBe(!('synchronous' in provider));
      expect(toHex(await answer)).toBe('5031fe3d989c6d1537a013fa6e739da23463fdaec3b70137d828e36ace221bd0');
    });

    test('it supports what its tables hold', async () => {
      expect(Object.keys(provider.aeads)).toEqual(provider.supports.aeads);
      expect(Object.keys(provider.groups)).toEqual(provider.supports.groups);
      for (const [name, one] of [...Object.entries(provider.aeads), ...Object.entries(provider.groups)]) {
        expect(one.name).toBe(name);
      }
      for (const name of provider.supports.hashes)
        expect((await provider.hash(name, utf8(''))).length).toBeGreaterThan(19);
    });

    test('every result is an array of its own and of class Uint8Array', async () => {
      const key = provider.importSigningKey(pkcs8);
      const output = new Uint8Array(32);
      const bound = aead.bind(new Uint8Array(32));
      bound.seal(new Uint8Array(12), utf8(''), utf8('content'), utf8('0123456'), output.subarray(0, 30));
      const { x25519, secp256r1 } = provider.groups;
      const results: readonly (Bytes | undefined)[] = [
        await provider.hash('sha256', utf8('x')),
        await provider.hmac('sha256', utf8('x'), utf8('x')),
        provider.random(7),
        key.spki,
        await key.sign('ecdsa-sha256', utf8('x')),
        bound.open(new Uint8Array(12), utf8(''), output.subarray(0, 30)),
        (await x25519.begin()).share,
        (await x25519.respond((await x25519.begin()).share))?.secret,
        (await secp256r1.begin()).share,
        (await secp256r1.respond((await secp256r1.begin()).share))?.secret,
      ];
      for (const result of results) {
        expect(Object.getPrototypeOf(result)).toBe(Uint8Array.prototype);
        // Node's pool has 8 KiB: who writes to a view of it writes to strangers' bytes.
        expect(result?.buffer.byteLength).toBeLessThan(1000);
      }
    });

    test('private keys print and serialise as what is public of them', async () => {
      const key = provider.importSigningKey(pkcs8);
      const { key: ephemeral } = await provider.groups.secp256r1.begin();
      const bound = aead.bind(new Uint8Array(32).fill(0xab));
      for (const [value, fields] of [
        [key, ['bits', 'spki', 'type']],
        [ephemeral, ['group']],
        [bound, []],
      ] as const) {
        expect(Reflect.ownKeys(value).map(String).toSorted()).toEqual(fields);
        expect(Object.keys(JSON.parse(JSON.stringify(value)) as object).toSorted()).toEqual(fields);
        const printed = inspect(value, {
          depth: Infinity,
          showHidden: true,
          getters: true,
          maxArrayLength: null,
        });
        expect(printed).not.toMatch(/KeyObject|CryptoKey|ECDH|PRIVATE|171, 171/);
        expect(printed).not.toContain([...scalar.subarray(0, 4)].join(', '));
      }
      expect(JSON.stringify(ephemeral)).toBe('{"group":"secp256r1"}');
    });

    test('an AEAD key is a copy, and gone after destroy', () => {
      const bytes = new Uint8Array(32).fill(1);
      const bound = aead.bind(bytes);
      const before = sealed(bound);
      bytes.fill(2);
      expect(sealed(bound)).toEqual(before);
      bound.destroy();
      bound.destroy();
      expect(misuse(() => sealed(bound))).toBe('aead-key-destroyed');
      expect(misuse(() => bound.open(new Uint8Array(12), utf8(''), before))).toBe('aead-key-destroyed');
    });

    test('sealing writes to the start of a longer output and leaves the rest alone', () => {
      const output = new Uint8Array(40).fill(0xee);
      aead.bind(new Uint8Array(32)).seal(new Uint8Array(12), utf8(''), utf8('content'), utf8('!'), output);
      expect(output.subarray(24)).toEqual(new Uint8Array(16).fill(0xee));
      const exact = aead.bind(new Uint8Array(32));
      expect(exact.open(new Uint8Array(12), utf8(''), output.subarray(0, 24))).toEqual(utf8('content!'));
    });

    test('bytes that do not lie at the start of their buffer, or at a multiple of four, are read as they are', () => {
      const shifted = (bytes: Bytes): Bytes => {
        const room = new Uint8Array(bytes.length + 3).fill(0x99);
        room.set(bytes, 3);
        return room.subarray(3);
      };
      for (const algorithm of Object.values(provider.aeads)) {
        const [key, nonce, content] = [
          provider.random(algorithm.keyLength),
          provider.random(12),
          provider.random(50),
        ];
        const output = new Uint8Array(66);
        algorithm.bind(key as Bytes).seal(nonce as Bytes, utf8('ad'), content as Bytes, utf8(''), output);
        const other = shifted(new Uint8Array(66));
        const bound = algorithm.bind(shifted(key as Bytes));
        bound.seal(shifted(nonce as Bytes), shifted(utf8('ad')), shifted(content as Bytes), utf8(''), other);
        expect(other).toEqual(output);
        expect(bound.open(shifted(nonce as Bytes), shifted(utf8('ad')), shifted(output))).toEqual(content);
      }
    });

    test('wrong sizes are misuse in sealing and unauthentic in opening', () => {
      const zeros = (length: number): Bytes => new Uint8Array(length);
      expect(misuse(() => aead.bind(zeros(31)))).toBe('aead-key-length');
      const bound = aead.bind(zeros(32));
      expect(misuse(() => bound.seal(zeros(11), zeros(0), zeros(1), zeros(0), zeros(17)))).toBe(
        'aead-seal-length',
      );
      expect(misuse(() => bound.seal(zeros(12), zeros(0), zeros(1), zeros(1), zeros(17)))).toBe(
        'aead-seal-length',
      );
      for (const length of [0, 8, 11, 13, 16]) {
        expect(bound.open(zeros(length), zeros(0), sealed(bound))).toBeUndefined();
      }
      for (let length = 0; length < 16; length++)
        expect(bound.open(zeros(12), zeros(0), zeros(length))).toBeUndefined();
    });
  },
);

test('a public key whose fields disagree does not change what others verify', async () => {
  const [good, evil] = [p256, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey].map((key) =>
    node.importSigningKey(new Uint8Array(key.export({ type: 'pkcs8', format: 'der' }))),
  ) as [ReturnType<typeof node.importSigningKey>, ReturnType<typeof node.importSigningKey>];
  const [mine, theirs] = [publicKeyFromSpki(good.spki), publicKeyFromSpki(evil.spki)];
  const forged = evil.sign('ecdsa-sha256', utf8('x'));
  const honest = good.sign('ecdsa-sha256', utf8('x'));
  for (const provider of [node, noble, webcrypto]) {
    await provider.verify('ecdsa-sha256', { ...theirs, spki: mine.spki }, utf8('x'), forged);
    expect(await provider.verify('ecdsa-sha256', mine, utf8('x'), forged)).toBe(false);
    expect(await provider.verify('ecdsa-sha256', mine, utf8('x'), honest)).toBe(true);
  }
});

test('node verifies with more keys than it remembers, old and new', () => {
  const signed = Array.from({ length: 300 }, () => {
    const pair = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'der' });
    const key = node.importSigningKey(new Uint8Array(pair));
    return { key: publicKeyFromSpki(key.spki), signature: key.sign('ed25519', utf8('x')) };
  });
  for (const { key, signature } of [...signed, ...signed]) {
    expect(node.verify('ed25519', key, utf8('x'), signature)).toBe(true);
    expect(node.verify('ed25519', key, utf8('y'), signature)).toBe(false);
  }
});

function sealed(key: ReturnType<AeadAlgorithm['bind']>): Bytes {
  const output = new Uint8Array(23);
  key.seal(new Uint8Array(12), utf8(''), utf8('content'), utf8(''), output);
  return output;
}

function misuse(call: () => unknown): string | undefined {
  try {
    call();
  } catch (error) {
    return isTlsMisuse(error) ? error.code : String(error);
  }
  return undefined;
}
