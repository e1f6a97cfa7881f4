import { node } from '@tlsmith/crypto/node';
import { compute, secret, sha256, sha384, toHex, utf8 } from '@tlsmith/types';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tls12Prf } from '@tlsmith/testkit/node';
import { prf } from './prf12.ts';

const hashes = { sha256, sha384 };

test.each(tls12Prf())('the PRF with $hash gives the posted octets (RFC 5246 §5)', (one) => {
  const { output, label, seed } = one;
  const ours = compute(node, prf(hashes[one.hash], one.secret, label, seed, output.length));
  expect(toHex(ours)).toBe(toHex(output));
  const held = secret('master', one.secret);
  expect(compute(node, prf(hashes[one.hash], held, label, seed, output.length))).toEqual(ours);
});

test('a short output is a prefix of a long one', () => {
  fc.assert(
    fc.property(fc.nat(200), fc.nat(200), fc.uint8Array({ maxLength: 80 }), (a, b, seed) => {
      const [short, long] = [Math.min(a, b), Math.max(a, b)];
      const whole = compute(node, prf(sha256, utf8('secret'), 'label', seed, long));
      expect(whole.length).toBe(long);
      expect(compute(node, prf(sha256, utf8('secret'), 'label', seed, short))).toEqual(
        whole.subarray(0, short),
      );
    }),
    { numRuns: 60 },
  );
});

test('label and seed are one string to the PRF (RFC 5246 §5)', () => {
  expect(compute(node, prf(sha256, utf8('s'), 'ab', utf8('cd'), 40))).toEqual(
    compute(node, prf(sha256, utf8('s'), 'abc', utf8('d'), 40)),
  );
});

test('a length that is no count of bytes is misuse', () => {
  for (const length of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => compute(node, prf(sha256, utf8('s'), 'l', utf8('s'), length))).toThrow('number of bytes');
  }
});
