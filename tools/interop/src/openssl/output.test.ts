import { expect, test } from 'vitest';
import { clientReport, faults, serverReport } from './output.ts';

const session12 = `
CONNECTED(00000003)
subject=CN = server.example
Peer signing digest: SHA256
Peer signature type: RSA-PSS
Server Temp Key: ECDH, prime256v1, 256 bits
New, TLSv1.2, Cipher is ECDHE-RSA-AES128-GCM-SHA256
ALPN protocol: h2
SSL-Session:
    Protocol  : TLSv1.2
Keying material: 00FF
`;

test('s_client tells version, suite, group, signature, protocol, name and exported keys', () => {
  expect(clientReport(session12, '')).toEqual({
    version: '1.2',
    suite: 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
    resumed: false,
    group: 'secp256r1',
    alpn: 'h2',
    peerScheme: 'rsa_pss_rsae_sha256',
    peerName: 'server.example',
    exported: '00ff',
    alert: '',
    error: '',
  });
});

test('the version is that of the session, not the one that names the suite', () => {
  const printed = 'Reused, TLSv1.0, Cipher is ECDHE-RSA-AES128-GCM-SHA256\n    Protocol  : TLSv1.2\n';
  expect(clientReport(printed, '')).toMatchObject({ version: '1.2', resumed: true });
});

test('newer versions of OpenSSL name the group in other words', () => {
  const agreed = 'New, TLSv1.3, Cipher is TLS_AES_128_GCM_SHA256\n';
  expect(clientReport(`Peer Temp Key: X25519, 253 bits\n${agreed}`, '').group).toBe('x25519');
  expect(clientReport(`Negotiated TLS1.3 group: secp384r1\n${agreed}`, '').group).toBe('secp384r1');
});

test('without a handshake s_client tells only what went wrong', () => {
  const err =
    '80:error:0A00042E:SSL routines:ssl3_read_bytes:tlsv1 alert protocol version:../x.c:1602:SSL alert number 70';
  expect(clientReport('New, (NONE), Cipher is (NONE)\n', err)).toEqual({
    alert: 'protocol_version',
    error: 'tlsv1 alert protocol version',
  });
});

const session = (der: string): string =>
  `-----BEGIN SSL SESSION PARAMETERS-----\n${der}\n-----END SSL SESSION PARAMETERS-----\n`;

test('s_server tells the version in the DER of its session, of any length', () => {
  const cipher = 'CIPHER is TLS_AES_128_GCM_SHA256\n';
  expect(serverReport(session('MHICAQECAgMEBAITAQQg') + cipher, '').version).toBe('1.3');
  expect(serverReport(session('MF8CAQECAgMDBALAKwQA') + cipher, '').version).toBe('1.2');
  expect(serverReport(session('MIGCAgEBAgIDBAQCEwIE') + cipher, '').version).toBe('1.3');
  expect(serverReport(session('MIIB/QIBAQICAwQEAhMC') + cipher, '').version).toBe('1.3');
});

test('s_server tells a resumed session, its client and the end', () => {
  const printed = 'subject=CN = client.example\nCIPHER is AES128-GCM-SHA256\nReused session-id\nDONE\n';
  expect(serverReport(printed, '')).toMatchObject({
    suite: 'TLS_RSA_WITH_AES_128_GCM_SHA256',
    resumed: true,
    peerName: 'client.example',
    ending: 'clean',
  });
  expect(serverReport('CIPHER is AES128-GCM-SHA256\nERROR\n', '')).toMatchObject({
    resumed: false,
    ending: 'closed',
  });
});

test('an alert without its number is known by its words, and words alone are no alert', () => {
  const words =
    'curl: (56) OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required, errno 0';
  expect(faults(words)).toEqual({
    alert: 'certificate_required',
    error: 'tlsv13 alert certificate required',
  });
  expect(faults('error:0A0000C1:SSL routines::no shared cipher')).toEqual({
    alert: '',
    error: 'no shared cipher',
  });
  expect(faults('all is well')).toEqual({ alert: '', error: '' });
});
