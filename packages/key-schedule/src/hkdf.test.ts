import { existsSync, readFileSync } from 'node:fs';
import { node } from '@tlsmith/crypto/node';
import { compute, fromHex, noBytes, secret, sha256, sha384, toHex, utf8 } from '@tlsmith/types';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rfc5869 } from '@tlsmith/testkit/node';
import { hkdfExpand, hkdfExpandLabel, hkdfExtract } from './hkdf.ts';

const hashes = { sha256, sha384 };

test.each(rfc5869())('RFC 5869 $name: extract and expand give the printed PRK and OKM', (one) => {
  const hash = hashes[one.hash];
  const prk = compute(node, hkdfExtract(hash, one.salt, one.ikm));
  expect(toHex(prk)).toBe(toHex(one.prk));
  expect(toHex(compute(node, hkdfExpand(hash, prk, one.info, one.length)))).toBe(toHex(one.okm));
});

test('secrets and bytes give the same results', () => {
  const [salt, ikm] = [fromHex('00'.repeat(31) + '07'), utf8('input keying material')];
  const prk = compute(node, hkdfExtract(sha256, salt, ikm));
  expect(compute(node, hkdfExtract(sha256, secret('stage', salt), secret('psk', ikm)))).toEqual(prk);
  expect(compute(node, hkdfExpand(sha256, secret('stage', prk), noBytes, 40))).toEqual(
    compute(node, hkdfExpand(sha256, prk, noBytes, 40)),
  );
});

test('an empty salt is as many zeros as the hash has bytes (RFC 5869 §2.2)', () => {
  for (const hash of [sha256, sha384]) {
    expect(compute(node, hkdfExtract(hash, noBytes, utf8('x')))).toEqual(
      compute(node, hkdfExtract(hash, new Uint8Array(hash.length), utf8('x'))),
    );
  }
});

test('a short expansion is a prefix of a long one', () => {
  const prk = compute(node, hkdfExtract(sha384, noBytes, utf8('prefix')));
  fc.assert(
    fc.property(fc.nat(300), fc.nat(300), fc.uint8Array({ maxLength: 80 }), (a, b, info) => {
      const [short, long] = [Math.min(a, b), Math.max(a, b)];
      const whole = compute(node, hkdfExpand(sha384, prk, info, long));
      expect(whole.length).toBe(long);
      expect(compute(node, hkdfExpand(sha384, prk, info, short))).toEqual(whole.subarray(0, short));
    }),
    { numRuns: 60 },
  );
});

test('HKDF-Expand gives at most 255 blocks (RFC 5869 §2.3)', () => {
  const prk = new Uint8Array(32).fill(1);
  expect(compute(node, hkdfExpand(sha256, prk, noBytes, 255 * 32)).length).toBe(8160);
  for (const length of [255 * 32 + 1, -1, 1.5, Number.NaN]) {
    expect(() => compute(node, hkdfExpand(sha256, prk, noBytes, length))).toThrow('0 to 8160 bytes');
  }
});

test('HKDF-Expand refuses a key shorter than the hash (RFC 5869 §2.3)', () => {
  expect(() => compute(node, hkdfExpand(sha384, new Uint8Array(32), noBytes, 16))).toThrow('key of 48 bytes');
});

test('HKDF-Expand-Label puts length, "tls13 " + label and context before the key (RFC 9846 §7.1)', () => {
  const key = new Uint8Array(32).fill(9);
  const info = fromHex(`0010 09 ${toHex(utf8('tls13 key'))} 02 abcd`);
  expect(compute(node, hkdfExpandLabel(sha256, key, 'key', fromHex('abcd'), 16))).toEqual(
    compute(node, hkdfExpand(sha256, key, info, 16)),
  );
});

test('labels have 1 to 249 bytes and contexts at most 255 (RFC 9846 §7.1)', () => {
  const label = (name: string, context = 0): Uint8Array =>
    compute(node, hkdfExpandLabel(sha256, new Uint8Array(32), name, new Uint8Array(context), 32));
  expect(label('x'.repeat(249), 255).length).toBe(32);
  expect(() => label('')).toThrow('1 to 249 bytes, not 0');
  expect(() => label('x'.repeat(250))).toThrow('1 to 249 bytes, not 250');
  expect(() => label('ü'.repeat(125))).toThrow('not 250');
  expect(() => label('x', 256)).toThrow('at most 255 bytes');
});

interface WycheproofFile {
  readonly testGroups: readonly {
    readonly tests: readonly {
      readonly tcId: number;
      readonly ikm: string;
      readonly salt: string;
      readonly info: string;
      readonly size: number;
      readonly okm: string;
      readonly result: 'valid' | 'invalid';
    }[];
  }[];
}

describe.each(['sha256', 'sha384'] as const)('Wycheproof HKDF with %s', (name) => {
  const file = new URL(`../../../../shared/conformance/wycheproof/hkdf_${name}_test.json`, import.meta.url);

  const present = existsSync(file);
  if (!present) console.log(`Wycheproof: no HKDF file for ${name} beside the checkout, nothing was run`);

  test.skipIf(!present)('every case is right', () => {
    const hash = hashes[name];
    const { testGroups } = JSON.parse(readFileSync(file, 'utf8')) as WycheproofFile;
    const cases = testGroups.flatMap((group) => group.tests);
    for (const { tcId, ikm, salt, info, size, okm, result } of cases) {
      const prk = compute(node, hkdfExtract(hash, fromHex(salt), fromHex(ikm)));
      const expand = (): string => toHex(compute(node, hkdfExpand(hash, prk, fromHex(info), size)));
      if (result === 'valid') expect(expand(), `tcId ${tcId}`).toBe(okm);
      else expect(expand, `tcId ${tcId}`).toThrow('HKDF-Expand');
    }
    expect(cases.length).toBe({ sha256: 86, sha384: 83 }[name]);
  });
});
