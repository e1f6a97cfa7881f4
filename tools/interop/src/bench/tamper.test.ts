import { expect, test } from 'vitest';
import { withoutTls13 } from './tamper.ts';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

test('TLS 1.3 is taken out of supported_versions and out of nothing else', () => {
  const before = bytes('03 04 00 2b 00 05 04 03 04 03 03 00 2d 00 02 01 01 03 04');
  const after = bytes('03 04 00 2b 00 05 04 6a 04 03 03 00 2d 00 02 01 01 03 04');
  expect(withoutTls13(before)).toEqual(after);
  expect(before[7]).toBe(3);
});

test('a hello without the extension stays as it is', () => {
  const hello = bytes('16 03 01 00 2b 00 05 03 04 03 04');
  expect(withoutTls13(hello)).toEqual(hello);
});
