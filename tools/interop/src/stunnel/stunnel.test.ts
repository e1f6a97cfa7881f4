import { expect, test } from 'vitest';
import { stunnelReport } from './stunnel.ts';

const lines = (...texts: readonly string[]): string => texts.map((text) => `LOG6[0]: ${text}\n`).join('');

test('the log tells a connection', () => {
  const log = lines(
    'TLSv1.3 ciphersuites: TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256',
    'Certificate accepted at depth=0: CN=server.example',
    'TLS connected: new session negotiated',
    'TLSv1.2 ciphersuite: ECDHE-ECDSA-AES256-GCM-SHA384 (256-bit encryption)',
  );
  expect(stunnelReport(log)).toEqual({
    alert: undefined,
    error: '',
    version: '1.2',
    suite: 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
    resumed: false,
    peerName: 'server.example',
  });
});

test('a handshake that failed tells its alert', () => {
  const log = lines(
    'SSL_accept: ssl/record/rec_layer_s3.c:1586: error:0A000418:SSL routines::tlsv1 alert unknown ca',
  );
  expect(stunnelReport(log)).toEqual({ alert: 'unknown_ca', error: 'tlsv1 alert unknown ca' });
});
