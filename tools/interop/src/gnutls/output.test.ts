import { expect, test } from 'vitest';
import { priorityOf } from './names.ts';
import { gnutlsReport } from './output.ts';
import { groups, schemes, suites } from '@tlsmith/types';

test('what gnutls-cli prints is a connection', () => {
  const printed = `- Certificate[0] info:
 - subject \`CN=server.example', issuer \`CN=Interop Intermediate', RSA key 2048 bits
- Description: (TLS1.2-X.509)-(ECDHE-SECP256R1)-(RSA-SHA256)-(AES-256-GCM)
- Application protocol: http/1.1
- Handshake was completed
`;
  expect(gnutlsReport('client', printed)).toEqual({
    version: '1.2',
    suite: 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
    group: 'secp256r1',
    resumed: false,
    alpn: 'http/1.1',
    peerName: 'server.example',
    exported: undefined,
    alert: '',
    error: '',
  });
});

test('an alert that came is told, one that was sent is not', () => {
  expect(gnutlsReport('client', '*** Received alert [50]: Decode error').alert).toBe('decode_error');
  expect(gnutlsReport('client', '*** Fatal error: Error in the certificate.').alert).toBeUndefined();
});

test('a setup becomes a priority string', () => {
  const setup = {
    versions: ['1.2'],
    suites: [suites.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256],
    groups: [groups.secp384r1],
    schemes: [
      schemes.rsa_pss_pss_sha256,
      schemes.rsa_pkcs1_sha384,
      schemes.ed25519,
      schemes.ecdsa_secp256r1_sha256,
    ],
  } as const;
  expect(priorityOf(setup)).toBe(
    'NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+CHACHA20-POLY1305:-KX-ALL:+ECDHE-RSA' +
      ':-GROUP-ALL:+GROUP-SECP384R1:-SIGN-ALL:+SIGN-RSA-PSS-SHA256:+SIGN-RSA-SHA384:+SIGN-EdDSA-Ed25519' +
      ':+SIGN-ECDSA-SECP256R1-SHA256:+SIGN-ECDSA-SHA256',
  );
});
