import { expect, test } from 'vitest';
import { curlReport } from './curl.ts';

test('curl tells version, suite, protocol and name', () => {
  const printed = `* SSL connection using TLSv1.2 / ECDHE-ECDSA-AES128-GCM-SHA256
* ALPN: server accepted http/1.1
* Server certificate:
*  subject: CN=server.example
`;
  expect(curlReport(printed)).toEqual({
    version: '1.2',
    suite: 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
    resumed: false,
    alpn: 'http/1.1',
    peerName: 'server.example',
    alert: '',
    error: '',
  });
});

test('newer versions of curl add the group to the suite and use another word for resumption', () => {
  const line = '* SSL connection using TLSv1.3 / TLS_AES_128_GCM_SHA256 / X25519 / id-ecPublicKey\n';
  expect(curlReport(`* SSL reusing session\n${line}`)).toMatchObject({ version: '1.3', resumed: true });
  expect(curlReport(`* SSL re-using session ID\n${line}`)).toMatchObject({ resumed: true });
});
