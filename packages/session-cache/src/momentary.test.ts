import { expect, test } from 'vitest';
import { momentary } from './momentary.ts';

test('no byte is handed out twice, whatever the lengths', () => {
  const all = [0, 1, 64, 65, 2048, 2049, 40_000, 7, 2048, 2048, 2048, 2048, 2048, 2048, 2048, 2048].map(
    (length) => {
      const bytes = momentary(length);
      expect([bytes.length, bytes.every((byte) => byte === 0)]).toEqual([length, true]);
      return bytes;
    },
  );
  for (const [index, bytes] of all.entries()) bytes.fill(index + 1);
  for (const [index, bytes] of all.entries())
    expect(new Set(bytes)).toEqual(new Set(bytes.length > 0 ? [index + 1] : []));
});
