import { expect, test } from 'vitest';
import { netLogReports } from './net-log.ts';

const log = JSON.stringify({
  constants: { logEventTypes: { SSL_CONNECT: 7, SSL_ALERT_SENT: 8, SSL_HANDSHAKE_ERROR: 9, SOCKET: 1 } },
  events: [
    { type: 1, source: { id: 3 }, params: { version: 'not of TLS' } },
    { type: 7, source: { id: 4 } },
    {
      type: 7,
      source: { id: 4 },
      params: {
        version: 'TLS 1.3',
        cipher_suite: 0x1301,
        key_exchange_group: 24,
        peer_signature_algorithm: 0x0403,
        is_resumed: true,
        next_proto: 'h2',
      },
    },
    { type: 8, source: { id: 5 }, params: { hex_encoded_bytes: '0230' } },
    { type: 9, source: { id: 5 }, params: {} },
    { type: 7, source: { id: 5 }, params: { net_error: -202 } },
  ],
});

test('a connection in the net log is a report, and so is one that was refused', () => {
  expect(netLogReports(log)).toEqual([
    {
      version: '1.3',
      suite: 'TLS_AES_128_GCM_SHA256',
      group: 'secp384r1',
      peerScheme: 'ecdsa_secp256r1_sha256',
      resumed: true,
      peerName: undefined,
      alpn: 'h2',
      alert: '',
      error: '',
    },
    { alert: 'unknown_ca', error: '-202' },
  ]);
});
