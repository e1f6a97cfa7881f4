import { expect, test } from 'vitest';
import { certificatesFromPem, pemBlocks, toPem } from './pem.ts';

const bytes = Uint8Array.from({ length: 100 }, (_, i) => i * 7);

test.each([0, 1, 2, 3, 47, 48, 49, 96, 100])('%i bytes survive their PEM text', (length) => {
  const der = bytes.subarray(0, length);
  const text = toPem('CERTIFICATE', der);
  expect(text.split('\n').every((line) => line.length <= 64)).toBe(true);
  expect(pemBlocks(text)).toEqual([{ label: 'CERTIFICATE', der: Uint8Array.from(der) }]);
});

test('blocks keep their order, other text is skipped, all line ends are read (RFC 7468 §3)', () => {
  const text = `# my roots\r\n${toPem('CERTIFICATE', bytes).replaceAll('\n', '\r\n')}subject=x\n${toPem('PRIVATE KEY', bytes.subarray(1))}${toPem('CERTIFICATE', bytes.subarray(2))}`;
  expect(pemBlocks(text).map(({ label, der }) => [label, der.length])).toEqual([
    ['CERTIFICATE', 100],
    ['PRIVATE KEY', 99],
    ['CERTIFICATE', 98],
  ]);
  expect(certificatesFromPem(text).map(({ length }) => length)).toEqual([100, 98]);
});

test.each([
  ['a block without its end', '-----BEGIN CERTIFICATE-----\nAAAA\n', 'line 1'],
  ['an end without its block', 'x\n-----END CERTIFICATE-----\n', 'line 2'],
  ['another end', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END PRIVATE KEY-----\n', 'line 3'],
  ['a block within a block', '-----BEGIN A-----\n-----BEGIN B-----\n', 'line 2'],
  ['a character that is not base64', '-----BEGIN A-----\nAA*A\n-----END A-----\n', 'line 1'],
  ['a header', '-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END A-----\n', 'line 1'],
  ['padding that is missing', '-----BEGIN A-----\nAAA\n-----END A-----\n', 'line 1'],
  ['padding in the middle', '-----BEGIN A-----\nAA==AAAA\n-----END A-----\n', 'line 1'],
  ['bits behind the padding (RFC 4648 §3.5)', '-----BEGIN A-----\nAAB=\n-----END A-----\n', 'line 1'],
])('%s is misuse', (_, text, where) => {
  expect(() => pemBlocks(text)).toThrowError(
    expect.objectContaining({ code: 'malformed-pem', message: expect.stringContaining(where) as string }),
  );
});

test('a text without certificates is misuse', () => {
  expect(() => certificatesFromPem(toPem('PRIVATE KEY', bytes))).toThrowError(
    expect.objectContaining({ code: 'no-certificate' }),
  );
});
