import { expect, test } from 'vitest';
import { nginxReport } from './nginx.ts';

test('a line of the log tells a connection', () => {
  const line = 'TLSv1.2|ECDHE-RSA-AES128-GCM-SHA256|prime256v1|r|http/1.1|CN=client.example';
  expect(nginxReport(line)).toEqual({
    version: '1.2',
    suite: 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
    group: 'secp256r1',
    resumed: true,
    alpn: 'http/1.1',
    peerName: 'client.example',
  });
});

test('a hyphen is nothing', () => {
  expect(nginxReport('TLSv1.3|TLS_AES_128_GCM_SHA256|-|.|-|-')).toMatchObject({
    group: undefined,
    resumed: false,
    alpn: '',
    peerName: '',
  });
});
