import { type Bytes, fromHex, isTlsViolation } from '@tlsmith/types';
import { afterAll, expect, test } from 'vitest';
import {
  contentType,
  contentTypeName,
  deframe,
  type FrameLimits,
  frameLimits,
  headerLength,
  maxContent,
} from './index.ts';

let headers = 0;
afterAll(() => console.log(`Framing: ${headers} headers judged`));

test('of the 256 content types, the four of RFC 9846 §5.1 are known', () => {
  for (let code = 0; code < 256; code++) {
    const name = contentTypeName(code);
    expect(name === undefined ? undefined : contentType[name]).toBe(
      code >= 20 && code <= 23 ? code : undefined,
    );
    expect(judge(header(code, 0x0303, 0), frameLimits.plaintext)).toBe(
      name === undefined ? 'unknown-content-type: unexpected_message' : name,
    );
  }
});

test('before keys the minor version is ignored, the major one must be 3 (RFC 9846 §5.1)', () => {
  for (let version = 0; version <= 0xffff; version += 0x11) {
    const wanted = version >> 8 === 3 ? 'handshake' : 'record-version: protocol_version';
    expect(judge(header(22, version, 0), frameLimits.plaintext)).toBe(wanted);
    expect(judge(header(22, version, 0), frameLimits.skipping)).toBe(wanted);
  }
});

test('under keys the version is 0x0303 (RFC 9846 §5.2, RFC 5246 §6.2.1)', () => {
  for (let minor = 0; minor < 256; minor++) {
    const wanted = minor === 3 ? 'application_data' : 'record-version: protocol_version';
    expect(judge(header(23, 0x0300 + minor, 0), frameLimits.tls13)).toBe(wanted);
    expect(judge(header(23, 0x0300 + minor, 0), frameLimits.tls12)).toBe(wanted);
  }
});

test.each([
  ['plaintext', maxContent],
  ['tls13', maxContent + 256],
  ['tls12', maxContent + 2048],
  ['skipping', maxContent + 256],
] as const)(
  '%s: a fragment of %i bytes is allowed, one byte more is refused at the header',
  (name, largest) => {
    expect(judge(header(23, 0x0303, largest), frameLimits[name])).toBe('incomplete');
    expect(judge(header(23, 0x0303, largest + 1), frameLimits[name])).toBe(
      'record-overflow: record_overflow',
    );
    expect(judge(header(23, 0x0303, 0xffff), frameLimits[name])).toBe('record-overflow: record_overflow');
    const whole = new Uint8Array(headerLength + largest + 1);
    whole.set(header(23, 0x0303, largest));
    expect(deframe(whole, 0, frameLimits[name])).toEqual({
      type: 'application_data',
      legacyVersion: 0x0303,
      start: 0,
      end: headerLength + largest,
    });
  },
);

test('other protocols are told by their version before their type', () => {
  for (const text of ['GET / HTTP/1.1\r\n', 'SSH-2.0-OpenSSH\r\n', 'blah\x16\x03\x01\x02\x00']) {
    expect(judge(new TextEncoder().encode(text), frameLimits.plaintext)).toBe(
      'record-version: protocol_version',
    );
  }
});

test('a record is incomplete until its last byte, wherever it starts', () => {
  const buffer = fromHex('ffff 15 0301 0002 0228 16 0303 0001 00');
  for (let length = 2; length < 9; length++) {
    expect(deframe(buffer.subarray(0, length), 2, frameLimits.plaintext)).toBe('incomplete');
  }
  expect(deframe(buffer, 2, frameLimits.plaintext)).toEqual({
    type: 'alert',
    legacyVersion: 0x0301,
    start: 2,
    end: 9,
  });
  expect(deframe(buffer, 9, frameLimits.plaintext)).toMatchObject({ type: 'handshake', start: 9, end: 15 });
  expect(deframe(buffer, 15, frameLimits.plaintext)).toBe('incomplete');
});

function header(type: number, version: number, length: number): Bytes {
  return Uint8Array.of(type, version >> 8, version & 0xff, length >> 8, length & 0xff);
}

function judge(bytes: Bytes, limits: FrameLimits): string {
  headers++;
  try {
    const frame = deframe(bytes, 0, limits);
    return frame === 'incomplete' ? frame : frame.type;
  } catch (error) {
    return isTlsViolation(error) ? `${error.code}: ${error.alert}` : String(error);
  }
}
