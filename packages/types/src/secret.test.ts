import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { isTlsMisuse } from './errors.ts';
import { isSecret, secret } from './secret.ts';

const bytes = new Uint8Array(32).fill(0xa5);

test('a secret prints as its kind and nothing else, however it is printed', () => {
  const held = secret('traffic', bytes);
  const mistaken = held as unknown as string;
  const printed = [
    JSON.stringify({ held }),
    `${mistaken}`,
    String(mistaken),
    inspect(held),
    inspect({ deep: [{ held }] }, { depth: 9, showHidden: true, customInspect: true }),
    inspect(held, { customInspect: false, showHidden: true, depth: 9 }),
    JSON.stringify(Object.entries(held)),
  ];
  for (const text of printed) expect(text).not.toMatch(/a5|165/i);
  expect(printed.slice(0, 4)).toEqual([
    '{"held":"[secret traffic]"}',
    '[secret traffic]',
    '[secret traffic]',
    '[secret traffic]',
  ]);
});

test('the bytes are a copy: the caller may overwrite the original', () => {
  const original = bytes.slice();
  const held = secret('psk', original);
  original.fill(0);
  expect(held.use((key) => key.slice())).toEqual(bytes);
  expect(held).toHaveLength(32);
});

test('use lends the bytes and hands on what the function returns or throws', () => {
  const held = secret('key', bytes);
  expect(held.use((key) => key.length + 1)).toBe(33);
  expect(() =>
    held.use(() => {
      throw new RangeError('mine');
    }),
  ).toThrow(RangeError);
});

test('wiping overwrites what was lent, and a wiped secret is of no more use', () => {
  const held = secret('master', bytes);
  const lent = held.use((key) => key);
  held.wipe();
  held.wipe();
  expect(lent).toEqual(new Uint8Array(32));
  expect(() => held.use(() => 0)).toThrow(expect.toSatisfy(isTlsMisuse));
  expect(() => held.use(() => 0)).toThrow(/master/);
  expect(held).toHaveLength(32);
  expect(JSON.stringify(held)).toBe('"[secret master]"');
});

test('a secret of another copy of the package is known by its brand', () => {
  const foreign = { [Symbol.for('tlsmith.secret')]: 'psk' };
  expect([secret('psk', bytes), foreign].map(isSecret)).toEqual([true, true]);
  expect([bytes, undefined, null, 'psk', { toJSON: () => '[secret psk]' }].map(isSecret)).toEqual(
    Array.from({ length: 5 }, () => false),
  );
});

test('a secret of one kind does not pass for another', () => {
  const use = (key: ReturnType<typeof secret<'finished'>>): number => key.length;
  expect(use(secret('finished', bytes))).toBe(32);
  // @ts-expect-error: a traffic secret is not a finished key
  expect(use(secret('traffic', bytes))).toBe(32);
});
