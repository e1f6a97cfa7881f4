import {
  CertificateRejected,
  ConnectionFailed,
  PeerAlert,
  TlsMisuse,
  TlsViolation,
  violation,
  violations,
} from '@tlsmith/types';
import { rejections } from '@tlsmith/x509';
import { expect, test } from 'vitest';
import { describeFailure } from '@tlsmith/app-terminal';
import { linesOf } from './print.ts';

const words = (error: Error): readonly string[] =>
  linesOf({ event: 'failed', ...describeFailure(error, 'client') });

test('a broken rule is told with its section, what was found, and the alert that went out', () => {
  const error = violation(violations.unexpectedMessage, {
    state: 'client/start',
    event: 'finished',
    raw: new Uint8Array(3),
  });
  expect(words(error)).toEqual([
    'failed: unexpected-message',
    '  A handshake message arrived at a point where the protocol has no place for it. (RFC 9846 §4)',
    '  state "client/start", event "finished"',
    '  alert unexpected_message sent',
  ]);
});

test('a rule of somebody else has no text here, and is told by its name', () => {
  const row = { code: 'of-a-third-party', alert: 'illegal_parameter', blame: 'broken' } as const;
  expect(words(new TlsViolation(row))).toEqual([
    'failed: of-a-third-party',
    '  of-a-third-party (alert illegal_parameter)',
    '  alert illegal_parameter sent',
  ]);
});

test('a refused certificate is told as a browser would, and as an expert would', () => {
  const lines = words(new CertificateRejected(rejections.expired, { notAfter: '2024-03-01T00:00:00Z' }));
  expect(lines[1]).toBe(
    '  This connection is not private: the certificate of the site expired on 2024-03-01. The time of verification lies after notAfter. (RFC 5280 §4.1.2.5)',
  );
  expect(lines.at(-1)).toBe('  alert certificate_expired sent');
});

test('what the peer, the network and we ourselves end a connection for is told in one sentence', () => {
  expect(words(new PeerAlert('handshake_failure'))).toEqual([
    'failed: peer-alert',
    '  The peer ended the connection with the alert handshake_failure.',
  ]);
  const cause = new TypeError('no such thing');
  expect(words(new ConnectionFailed('internal', 'the handshake failed', { cause }))).toEqual([
    'failed: internal',
    '  the handshake failed: no such thing',
  ]);
  expect(words(new TlsMisuse('no-key-update', 'not here'))).toEqual(['failed: no-key-update', '  not here']);
  const system = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  expect(words(system)).toEqual(['failed: ECONNREFUSED', '  connect ECONNREFUSED']);
});

test('a record is told with what it holds, its padding, and why it went no further', () => {
  const record = {
    event: 'record',
    direction: 'read',
    type: 'application_data',
    innerType: 'handshake',
    epoch: 'handshake',
    length: 100,
    padding: 7,
    dropped: 'early_data',
  } as const;
  expect(linesOf(record)).toEqual([
    '<-- record application_data holding handshake, 100 bytes, handshake, 7 bytes of padding, dropped (early_data)',
  ]);
});
