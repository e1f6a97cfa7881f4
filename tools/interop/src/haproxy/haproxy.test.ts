import { expect, test } from 'vitest';
import { haproxyReports } from './haproxy.ts';

test('a line of the log tells a connection', () => {
  const line = 'facts|TLSv1.2|ECDHE-RSA-AES128-GCM-SHA256|1|http/1.1|client.example';
  expect(haproxyReports(`Using epoll() as the polling mechanism.\n${line}\n`)).toEqual([
    {
      version: '1.2',
      suite: 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
      resumed: true,
      alpn: 'http/1.1',
      peerName: 'client.example',
      alert: '',
      error: '',
    },
  ]);
});

test('a handshake that failed tells its alert', () => {
  const line = 'failed|error:0A000418:SSL routines::tlsv1 alert unknown ca';
  expect(haproxyReports(line)).toEqual([{ alert: 'unknown_ca', error: 'tlsv1 alert unknown ca' }]);
});
