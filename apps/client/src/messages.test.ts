import {
  helloRetryRequestRandom,
  keyShare,
  message12,
  message13,
  preSharedKey,
  rawExtension,
  supportedVersions,
} from '@tlsmith/codec';
import { concat } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { annotate, messageFacts, proseName } from './messages.ts';

const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(7);
const hello = {
  legacyVersion: 0x0303,
  random: bytes(32),
  legacySessionIdEcho: bytes(0),
  legacyCompressionMethod: 0,
};
const chosen13 = rawExtension(supportedVersions, 'server_hello', 0x0304);

const cases = [
  [
    'a ServerHello that takes a ticket',
    message13('server_hello', {
      ...hello,
      cipherSuite: 0x1301,
      extensions: [
        chosen13,
        rawExtension(keyShare, 'server_hello', { group: 0x1d, keyExchange: bytes(32) }),
        rawExtension(preSharedKey, 'server_hello', 1),
      ],
    }),
    'TLS 1.3, TLS_AES_128_GCM_SHA256, share x25519, takes ticket 2',
  ],
  [
    'a HelloRetryRequest',
    message13('hello_retry_request', {
      ...hello,
      random: helloRetryRequestRandom,
      cipherSuite: 0x1301,
      extensions: [
        rawExtension(supportedVersions, 'hello_retry_request', 0x0304),
        rawExtension(keyShare, 'hello_retry_request', 0x17),
      ],
    }),
    'wants secp256r1',
  ],
  ['a KeyUpdate', message13('key_update', { requestUpdate: 1 }), 'asks for the same'],
  ['a KeyUpdate in reply', message13('key_update', { requestUpdate: 0 }), 'asks for nothing'],
  ['a Finished, whose name says it all', message13('finished', { verifyData: bytes(32) }), ''],
  [
    'a signature by a scheme that nobody has registered',
    message13('certificate_verify', { algorithm: 0x9999, signature: bytes(64) }),
    'unassigned(0x9999)',
  ],
] as const;

test.each(cases)('%s', (_, { raw }, facts) => {
  expect(messageFacts(raw, { version: 'tls13' })).toBe(facts);
});

test('TLS 1.2 messages are read as such', () => {
  const context = { version: 'tls12', keyExchange: 'ecdhe' } as const;
  const exchange = message12('server_key_exchange', {
    params: { curveType: 3, namedCurve: 0x17, publicPoint: bytes(65) },
    algorithm: 0x0403,
    signature: bytes(70),
  });
  expect(messageFacts(exchange.raw, context)).toBe('secp256r1, ecdsa_secp256r1_sha256');
  const certificates = message12('certificate', { certificateList: [bytes(9), bytes(9)] });
  expect(messageFacts(certificates.raw, context)).toBe('2 certificates');
  const ticket = message12('new_session_ticket', { ticketLifetimeHint: 300, ticket: bytes(9) });
  expect(messageFacts(ticket.raw, context)).toBe('for 300 s');
});

test('a message that cannot be read has no facts, and what is wrong with it is told elsewhere', () => {
  const { raw } = message13('key_update', { requestUpdate: 0 });
  expect(messageFacts(concat(raw.subarray(0, 3), Uint8Array.of(2, 0, 0)), { version: 'tls13' })).toBe('');
});

test('an annotated message names every byte, and long ones are cut', () => {
  const { raw } = message13('certificate_verify', { algorithm: 0x0403, signature: bytes(64) });
  expect(annotate(raw, { version: 'tls13' })).toEqual([
    '0000  Handshake',
    '0000    msg_type  0f  certificate_verify',
    '0001    length  000044',
    '0004    body',
    '0004      algorithm  0403  ecdsa_secp256r1_sha256',
    '0006      signature',
    '0006        length  0040',
    `0008        content  ${'07'.repeat(32)}... 64 bytes`,
  ]);
});

test('names are those of the prose of RFCs', () => {
  expect(['client_hello', 'server_hello_done', 'finished', 'key_update'].map(proseName)).toEqual([
    'ClientHello',
    'ServerHelloDone',
    'Finished',
    'KeyUpdate',
  ]);
});
