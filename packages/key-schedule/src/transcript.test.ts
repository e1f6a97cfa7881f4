import { node } from '@tlsmith/crypto/node';
import { type Bytes, compute, fromHex, sha256, sha384, toHex } from '@tlsmith/types';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { find } from '@tlsmith/testkit/node';
import {
  append,
  retryTranscript,
  type Transcript,
  type TranscriptLabel,
  transcriptBytes,
  transcriptHash,
  truncatedClientHello,
} from './transcript.ts';

const message = (type: number, ...body: number[]): Bytes => Uint8Array.of(type, 0, 0, body.length, ...body);
const log: Transcript = append(
  append(append([], 'client_hello', message(1, 10)), 'server_hello', message(2, 20)),
  'server_finished',
  message(20, 30),
);

test('the bytes are those of all messages with their headers, in order (RFC 9846 §4.1)', () => {
  expect(toHex(transcriptBytes(log))).toBe('010000010a' + '0200000114' + '140000011e');
  expect(transcriptBytes([])).toEqual(new Uint8Array(0));
});

test('a label cuts the transcript behind its message', () => {
  expect(toHex(transcriptBytes(log, 'server_hello'))).toBe('010000010a' + '0200000114');
  expect(compute(node, transcriptHash(sha256, log, 'server_hello'))).toEqual(
    node.hash('sha256', fromHex('010000010a0200000114')),
  );
});

test('of several messages with one label the last counts: the second ClientHello after a retry', () => {
  const twice = append(log, 'client_hello', message(1, 11));
  expect(transcriptBytes(twice, 'client_hello')).toEqual(transcriptBytes(twice));
});

test('an absent label is misuse', () => {
  expect(() => transcriptBytes(log, 'client_finished')).toThrow('holds no client_finished yet');
  expect(() => compute(node, transcriptHash(sha256, [], 'client_hello'))).toThrow('holds no client_hello');
});

test('appending leaves the old transcript as it was', () => {
  const before = toHex(transcriptBytes(log));
  expect(append(log, 'client_finished', message(20, 31)).length).toBe(4);
  expect(toHex(transcriptBytes(log))).toBe(before);
});

test('every prefix hashes like its bytes', () => {
  const labels: TranscriptLabel[] = [
    'client_hello',
    'server_hello',
    'encrypted_extensions',
    'server_certificate',
    'server_certificate_verify',
    'server_finished',
  ];
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 20 }), { minLength: 1, maxLength: 6 }),
      fc.nat(5),
      (raws, pick) => {
        const entries = raws.map((raw, i) => ({ label: labels[i] as TranscriptLabel, raw }));
        const at = pick % entries.length;
        const prefix = Buffer.concat(raws.slice(0, at + 1));
        expect(compute(node, transcriptHash(sha384, entries, entries[at]?.label))).toEqual(
          node.hash('sha384', new Uint8Array(prefix)),
        );
      },
    ),
    { numRuns: 50 },
  );
});

test('RFC 8448 section 5: after a HelloRetryRequest message_hash stands for ClientHello1', () => {
  const send = (actor: 'client' | 'server', index: number): Bytes =>
    find(5, actor, 'send handshake record', ['payload', index]);
  const first = append(
    append([], 'client_hello', send('client', 0)),
    'hello_retry_request',
    send('server', 0),
  );
  const retried = compute(node, retryTranscript(sha256, first));
  expect(retried.map((entry) => entry.label)).toEqual(['message_hash', 'hello_retry_request']);
  expect(toHex(retried[0]?.raw.subarray(0, 4) as Bytes)).toBe('fe000020');
  const hellos = append(
    append(retried, 'client_hello', send('client', 1)),
    'server_hello',
    send('server', 1),
  );
  expect(compute(node, transcriptHash(sha256, hellos))).toEqual(
    find(5, 'server', 'secret "tls13 c hs traffic"', 'hash'),
  );
});

test('message_hash is as long as the hash of the suite, and is made once', () => {
  const retried = compute(node, retryTranscript(sha384, log));
  expect(toHex(retried[0]?.raw.subarray(0, 4) as Bytes)).toBe('fe000030');
  expect(retried[0]?.raw.length).toBe(52);
  expect(() => compute(node, retryTranscript(sha384, retried))).toThrow('start with ClientHello1');
  expect(() => compute(node, retryTranscript(sha384, []))).toThrow('start with ClientHello1');
});

test('RFC 8448 section 4: the truncated ClientHello ends before the binders list', () => {
  const hello = find(4, 'client', 'send handshake record', ['payload', 0]);
  expect(truncatedClientHello(hello, 35)).toEqual(find(4, 'client', 'PSK binder', 'ClientHello prefix'));
});

test('a binders list that is not there is misuse: its length counts its own two length bytes', () => {
  const hello = find(4, 'client', 'send handshake record', ['payload', 0]);
  for (const length of [0, -1, 2, 33, 34, 36, 37, hello.length + 1, Number.NaN]) {
    expect(() => truncatedClientHello(hello, length), String(length)).toThrow('must end with a binders list');
  }
});
