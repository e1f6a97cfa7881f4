import { expect, test } from 'vitest';
import { nssReport } from './output.ts';

const printed = `tstclnt: SSL version 3.3 using 128-bit AES-GCM with 128-bit AEAD MAC
tstclnt: Server Auth: 2048-bit RSA, Key Exchange: 255-bit ECDHE
         Compression: NULL, Extended Master Secret: Yes
         Signature Scheme: rsa_pss_rsae_sha256
subject DN: CN=server.example
issuer  DN: CN=Interop Intermediate
1 cache hits; 1 cache misses, 0 cache not reusable
`;

test('what -v prints is a connection, resumed when the count of resumptions rose', () => {
  const facts = {
    version: '1.2',
    suite: 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
    peerScheme: 'rsa_pss_rsae_sha256',
    resumed: true,
    peerName: 'server.example',
    alert: '',
    error: '',
  };
  expect(nssReport(printed, 0)).toEqual(facts);
  expect(nssReport(printed, 1)).toEqual({ ...facts, resumed: false });
});

test('an alert is told by the name of an error, and one of its own not at all', () => {
  const received = 'tstclnt: read failed: SSL_ERROR_HANDSHAKE_FAILURE_ALERT: no common parameters';
  expect(nssReport(received, 0)).toMatchObject({ alert: 'handshake_failure' });
  expect(nssReport('SEC_ERROR_UNTRUSTED_ISSUER: not trusted', 0)).toEqual({
    alert: undefined,
    error: 'SEC_ERROR_UNTRUSTED_ISSUER',
  });
});
