import { generateKeyPairSync } from 'node:crypto';
import { type Bytes, isDecodeError, isTlsMisuse, type PublicKey } from '@tlsmith/types';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { noble } from './noble/index.ts';
import { node } from './node/index.ts';
import { readPrivateKey } from './private-key.ts';
import { publicKeyFromSpki } from './public-key.ts';
import { webcrypto } from './webcrypto/index.ts';
import { signatureParts, signingAlgorithms } from './signature.ts';
import type { AeadName } from './synchronous.ts';

const octets = (maxLength: number) => fc.uint8Array({ maxLength });
const exactly = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const content = new TextEncoder().encode('content');

const signingKeys = [
  generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  generateKeyPairSync('ed25519'),
  generateKeyPairSync('ed448'),
  generateKeyPairSync('rsa', { modulusLength: 1024 }),
  generateKeyPairSync('rsa-pss', { modulusLength: 1024 }),
].map(({ privateKey }) => new Uint8Array(privateKey.export({ type: 'pkcs8', format: 'der' })));

/** One good signature of every algorithm under every kind of key. RSA of 1024 bits has no room for PSS with SHA-512. */
const signed = signingKeys.flatMap((pkcs8) => {
  const key = node.importSigningKey(pkcs8);
  return signingAlgorithms()
    .filter(
      (algorithm) => signatureParts(algorithm).keys.includes(key.type) && algorithm !== 'rsa-pss-sha512',
    )
    .map((algorithm) => ({
      algorithm,
      key: publicKeyFromSpki(key.spki),
      signature: key.sign(algorithm, content),
    }));
});

describe.each([node, noble, webcrypto])('the $name provider', (provider) => {
  // Operations of the larger curves take milliseconds in JavaScript.
  const runs = { numRuns: provider.name === 'node' ? 60 : 12 };

  describe.each(Object.keys(provider.aeads) as AeadName[])('%s', (name) => {
    const { bind, keyLength } = provider.aeads[name];
    const sealed = fc
      .tuple(exactly(keyLength), exactly(12), octets(40), octets(300), octets(20))
      .map(([key, nonce, additional, plaintext, suffix]) => {
        const bound = bind(key);
        const output = new Uint8Array(plaintext.length + suffix.length + 16);
        bound.seal(nonce, additional, plaintext, suffix, output);
        return { bound, nonce, additional, plaintext: Uint8Array.of(...plaintext, ...suffix), output };
      });

    test('opens what it sealed', () => {
      fc.assert(
        fc.property(sealed, ({ bound, nonce, additional, plaintext, output }) => {
          expect(bound.open(nonce, additional, output)).toEqual(plaintext);
        }),
      );
    });

    test('refuses a flipped bit anywhere in ciphertext, tag, nonce or additional data', () => {
      fc.assert(
        fc.property(sealed, fc.nat(), ({ bound, nonce, additional, output }, bit) => {
          const parts = [output.slice(), nonce.slice(), additional.slice()] as const;
          flip(parts, bit);
          const [ciphertext, changedNonce, changedAdditional] = parts;
          expect(bound.open(changedNonce, changedAdditional, ciphertext)).toBeUndefined();
        }),
      );
    });

    test('refuses arbitrary and truncated bytes without throwing', () => {
      fc.assert(
        fc.property(sealed, octets(100), fc.nat(), ({ bound, nonce, additional, output }, other, cut) => {
          expect(bound.open(nonce, additional, other)).toBeUndefined();
          expect(bound.open(other.subarray(0, 11), additional, output)).toBeUndefined();
          expect(bound.open(nonce, additional, output.subarray(0, cut % output.length))).toBeUndefined();
        }),
      );
    });
  });

  test.each(signed)(
    '$algorithm under $key.type: a damaged signature is false and never a throw',
    async (good) => {
      expect(await provider.verify(good.algorithm, good.key, content, good.signature)).toBe(true);
      await fc.assert(
        fc.asyncProperty(damaged(good.signature), async (signature) => {
          expect(await provider.verify(good.algorithm, good.key, content, signature)).toBe(false);
        }),
        runs,
      );
    },
  );

  test.each(signed)(
    '$algorithm under $key.type: a damaged key verifies nothing and never throws',
    async (good) => {
      await fc.assert(
        fc.asyncProperty(damaged(good.key.spki), damaged(good.key.key), async (spki, key) => {
          const broken: PublicKey = { ...good.key, spki, key };
          expect(await provider.verify(good.algorithm, broken, content, good.signature)).toBe(false);
        }),
        runs,
      );
    },
  );

  test('a damaged private key is misuse or a key, never another error', () => {
    fc.assert(
      fc.property(fc.constantFrom(...signingKeys).chain(damaged), (pkcs8) => {
        expect(outcome(() => provider.importSigningKey(pkcs8))).not.toBe('other');
      }),
      { numRuns: 150 },
    );
  });
});

test('arbitrary bytes and text are no private keys', () => {
  fc.assert(
    fc.property(fc.oneof(octets(80), fc.string()), (input) => {
      expect(outcome(() => readPrivateKey(input))).toBe('misuse');
    }),
  );
});

test('a damaged SubjectPublicKeyInfo is a decode error or a key, never another error', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...signed).chain(({ key }) => damaged(key.spki)),
      (spki) => {
        expect(outcome(() => publicKeyFromSpki(spki))).not.toBe('other');
      },
    ),
  );
});

/** Other bytes than the good ones: a flipped bit, a cut, an addition, or something arbitrary. */
function damaged(good: Bytes): fc.Arbitrary<Bytes> {
  const flipped = fc.nat().map((bit) => {
    const copy = good.slice();
    flip([copy], bit);
    return copy;
  });
  const cut = fc.nat({ max: good.length - 1 }).map((length) => good.slice(0, length));
  const longer = fc.uint8Array({ minLength: 1, maxLength: 5 }).map((more) => Uint8Array.of(...good, ...more));
  const arbitrary = fc.oneof(octets(good.length + 5), exactly(good.length));
  return fc.oneof(flipped, cut, longer, arbitrary).filter((bytes) => bytes.join() !== good.join());
}

/** Flips one bit of the parts, counted over all of them and around. */
function flip(parts: readonly Bytes[], bit: number): void {
  let at = bit % (8 * parts.reduce((sum, part) => sum + part.length, 0));
  for (const part of parts) {
    if (at < 8 * part.length) {
      part[at >> 3] = (part[at >> 3] as number) ^ (1 << (at & 7));
      return;
    }
    at -= 8 * part.length;
  }
}

function outcome(read: () => unknown): 'value' | 'misuse' | 'decode' | 'other' {
  try {
    read();
    return 'value';
  } catch (error) {
    if (isTlsMisuse(error)) return 'misuse';
    return isDecodeError(error) ? 'decode' : 'other';
  }
}
