import { expect, test } from 'vitest';
import { RecentlyUsed } from './recently-used.ts';

test('it is bounded, and keeps what is in use', () => {
  const memory = new RecentlyUsed<number>(8);
  memory.set('in use', -1);
  for (let index = 0; index < 100; index++) {
    memory.set(`${index}`, index);
    expect(memory.get('in use')).toBe(-1);
  }
  const held = Array.from({ length: 100 }, (_, index) => memory.get(`${index}`)).filter(
    (value) => value !== undefined,
  );
  expect(held.length).toBeGreaterThan(0);
  expect(held.length).toBeLessThanOrEqual(8);
  expect(memory.get('99')).toBe(99);
});

test('a memory of nothing holds nothing', () => {
  for (const capacity of [0, 1]) {
    const none = new RecentlyUsed<number>(capacity);
    none.set('one', 1);
    expect(none.get('one')).toBeUndefined();
  }
});
