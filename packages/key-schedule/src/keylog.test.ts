import { fromHex, secret, toHex } from '@tlsmith/types';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type KeyLogLabel, keyLogLine, parseKeyLog } from './keylog.ts';

const random = fromHex('0123456789abcdef'.repeat(4));

test('a line is label, client random and secret, in lower-case hexadecimal (RFC 9850 §2)', () => {
  expect(keyLogLine('EXPORTER_SECRET', random, secret('exporter', fromHex('00ff')))).toBe(
    `EXPORTER_SECRET ${'0123456789abcdef'.repeat(4)} 00ff`,
  );
});

test('what keyLogLine writes parseKeyLog reads, whatever ends the lines', () => {
  const labels: KeyLogLabel[] = [
    'CLIENT_RANDOM',
    'CLIENT_EARLY_TRAFFIC_SECRET',
    'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
    'SERVER_HANDSHAKE_TRAFFIC_SECRET',
    'CLIENT_TRAFFIC_SECRET_0',
    'SERVER_TRAFFIC_SECRET_0',
    'EXPORTER_SECRET',
    'EARLY_EXPORTER_SECRET',
  ];
  const entry = fc.record({
    label: fc.oneof(fc.constantFrom(...labels), fc.stringMatching(/^[A-Z0-9_]{1,20}$/)),
    clientRandom: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    secret: fc.uint8Array({ minLength: 1, maxLength: 64 }),
  });
  fc.assert(
    fc.property(fc.array(entry), fc.constantFrom('\n', '\r\n', '\r'), (entries, end) => {
      const text = entries.map((one) => keyLogLine(one.label, one.clientRandom, one.secret) + end).join('');
      expect(parseKeyLog(text)).toEqual({ entries, rejected: [] });
    }),
    { numRuns: 100 },
  );
});

test('comments and empty lines say nothing, upper-case digits and unknown labels are read', () => {
  const text = `# a comment\n\nECH_CONFIG ${toHex(random).toUpperCase()} FE0D\r\n#`;
  const { entries, rejected } = parseKeyLog(text);
  expect(rejected).toEqual([]);
  expect(entries).toEqual([{ label: 'ECH_CONFIG', clientRandom: random, secret: fromHex('fe0d') }]);
});

test.each([
  ['one field', 'EXPORTER_SECRET', 'three fields'],
  ['two fields', `EXPORTER_SECRET ${toHex(random)}`, 'three fields'],
  ['four fields', `EXPORTER_SECRET ${toHex(random)} 00 00`, 'three fields'],
  ['two spaces', `EXPORTER_SECRET  ${toHex(random)} 00`, 'three fields'],
  ['a space at the end', `EXPORTER_SECRET ${toHex(random)} 00 `, 'three fields'],
  ['a space at the start', ` EXPORTER_SECRET ${toHex(random)}`, 'label'],
  ['a label in lower case', `exporter_secret ${toHex(random)} 00`, 'label'],
  ['a short random', `EXPORTER_SECRET ${toHex(random.subarray(1))} 00`, 'client random'],
  ['a random that is no hexadecimal', `EXPORTER_SECRET ${'g'.repeat(64)} 00`, 'client random'],
  ['half a byte of secret', `EXPORTER_SECRET ${toHex(random)} 000`, 'even number'],
  ['the RSA lines of older NSS, which name no client random', `RSA 0011223344556677 00`, 'client random'],
])('%s: the line is reported and the next one read', (_, line, reason) => {
  const good = `CLIENT_RANDOM ${toHex(random)} 01`;
  const { entries, rejected } = parseKeyLog(`${line}\n${good}`);
  expect(entries.map((entry) => entry.label)).toEqual(['CLIENT_RANDOM']);
  expect(rejected.map((one) => one.line)).toEqual([1]);
  expect(rejected[0]?.reason).toContain(reason);
});

test('no text makes parseKeyLog throw, and no reason quotes the line', () => {
  const line = fc.string().filter((text) => !/[\r\n]/.test(text));
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      const { entries, rejected } = parseKeyLog(lines.join('\n'));
      const silent = lines.filter((text) => text === '' || text.startsWith('#')).length;
      expect(entries.length + rejected.length).toBe(lines.length - silent);
    }),
  );
  const { rejected } = parseKeyLog(`EXPORTER_SECRET ${toHex(random)} deadbeef0`);
  expect(rejected[0]?.reason).not.toContain('deadbeef');
});

test('a line that could not be read back is misuse', () => {
  expect(() => keyLogLine('two words', random, random)).toThrow('capitals');
  expect(() => keyLogLine('#', random, random)).toThrow('capitals');
  expect(() => keyLogLine('CLIENT_RANDOM', random.subarray(1), random)).toThrow('32 bytes, not 31');
  expect(() => keyLogLine('CLIENT_RANDOM', random, new Uint8Array(0))).toThrow('needs a secret');
});
