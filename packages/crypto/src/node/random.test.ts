import { expect, test, vi } from 'vitest';
import { random } from './random.ts';

/** What OpenSSL was asked to fill: each call with numbers that no other call has. */
const { filled } = vi.hoisted(() => ({ filled: [] as Uint8Array[] }));

vi.mock('node:crypto', async (original) => ({
  ...(await original<typeof import('node:crypto')>()),
  randomFillSync: (bytes: Uint8Array) => {
    const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at + 4 <= bytes.length; at += 4) words.setUint32(at, 1 + filled.length * 100_000 + at);
    filled.push(bytes);
    return bytes;
  },
}));

test('small requests share a fill of 4 KiB, and no byte is given out twice', () => {
  const words = new Set<string>();
  let count = 0;
  for (let round = 0; round < 40; round++) {
    for (const length of [4, 32, 12, 48, 256, 28]) {
      const bytes = random(length);
      expect(bytes).toHaveLength(length);
      for (let at = 0; at < length; at += 4) words.add(bytes.subarray(at, at + 4).join());
      count += length / 4;
    }
  }
  expect(words.size).toBe(count);
  expect(words).not.toContain('0,0,0,0');
  // 15,200 bytes; what is left of a fill that is too short for a request is passed over.
  expect(filled.length).toBe(4);
});

test('bytes that were given out are no longer in the pool', () => {
  const pool = filled.at(-1) as Uint8Array;
  while (filled.length < 6) {
    const before = filled.length;
    const bytes = random(100);
    const contains = Buffer.from(pool).includes(Buffer.from(bytes));
    expect(contains, `after ${before} fills`).toBe(false);
  }
});

test('large requests do not touch the pool', () => {
  const before = filled.length;
  const bytes = random(257);
  expect(filled.length).toBe(before + 1);
  expect(filled.at(-1)).toBe(bytes);
});

test('an empty request is answered without a fill, and belongs to nobody', () => {
  const before = filled.length;
  expect(random(0)).toHaveLength(0);
  expect(filled.length).toBe(before);
  const one = random(32);
  const copy = one.slice();
  random(32).fill(0);
  expect(one).toEqual(copy);
});

test('a request that is no count does not bring back what was given out', () => {
  random(64);
  expect(() => random(-64)).toThrow(RangeError);
  random(Number.NaN);
  random(0.5);
  expect(random(64).every((byte) => byte === 0)).toBe(false);
});
