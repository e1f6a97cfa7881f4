import { join } from 'node:path';
import { identity, one, psk, type Scenario } from './openssl-scenarios.ts';
import type { Studio } from './recording.ts';

/** TLS 1.2 between s_client and s_server. */
export function scenarios12(studio: Studio): Scenario[] {
  return [
    ...resumptions(studio),
    ...keyExchanges(studio),
    ...ciphers(studio),
    ...others(studio),
    failure(studio),
  ];
}

function resumptions(studio: Studio): Scenario[] {
  const session = join(studio.scratch, 'session12');
  const pair = (kind: 'ticket' | 'session-id', resumed: string, ...server: string[]): Scenario => ({
    server: ['-tls1_2', ...identity(studio, 'ecdsa'), ...server],
    exchanges: [
      {
        name: `openssl-12-${kind}`,
        what: `TLS 1.2, a full handshake whose session can be resumed by ${kind.replace('-', ' ').replace('id', 'ID')}`,
        client: ['-tls1_2', '-sess_out', session, ...server],
      },
      {
        name: `openssl-12-${kind}-resumed`,
        what: resumed,
        resumes: `openssl-12-${kind}`,
        client: ['-tls1_2', '-sess_in', session, ...server],
        exporter: 'EXPORTER-throw-away',
      },
    ],
  });
  return [
    pair('ticket', 'TLS 1.2, resumption with a ticket'),
    pair('session-id', 'TLS 1.2, resumption by session ID', '-no_ticket'),
  ];
}

function keyExchanges(studio: Studio): Scenario[] {
  const ecdsa = ['-tls1_2', ...identity(studio, 'ecdsa')];
  const rsa = ['-tls1_2', ...identity(studio, 'rsa')];
  const shared = ['-psk', psk.key, '-psk_identity', psk.identity];
  return [
    one(ecdsa, {
      name: 'openssl-12-ecdhe-ecdsa',
      what: 'TLS 1.2, ECDHE-ECDSA-AES128-GCM-SHA256, exported keying material',
      client: client('ECDHE-ECDSA-AES128-GCM-SHA256'),
      exporter: 'EXPORTER-throw-away',
    }),
    one(rsa, {
      name: 'openssl-12-rsa-key-exchange',
      what: 'TLS 1.2, RSA key exchange, AES128-GCM-SHA256; the server key is given',
      client: client('AES128-GCM-SHA256'),
      serverKey: studio.pki.privateKey('rsa'),
    }),
    one(rsa, {
      name: 'openssl-12-dhe-rsa',
      what: 'TLS 1.2, DHE-RSA-AES128-GCM-SHA256',
      client: client('DHE-RSA-AES128-GCM-SHA256'),
    }),
    one(['-tls1_2', '-nocert', ...shared], {
      name: 'openssl-12-psk',
      what: 'TLS 1.2, PSK-AES128-GCM-SHA256',
      client: client('PSK-AES128-GCM-SHA256', ...shared),
      preSharedKey: psk,
    }),
  ];
}

function ciphers(studio: Studio): Scenario[] {
  const ecdsa = ['-tls1_2', ...identity(studio, 'ecdsa')];
  const rsa = ['-tls1_2', ...identity(studio, 'rsa')];
  return [
    one(rsa, {
      name: 'openssl-12-chacha20',
      what: 'TLS 1.2, ECDHE-RSA-CHACHA20-POLY1305',
      client: client('ECDHE-RSA-CHACHA20-POLY1305'),
    }),
    one([...ecdsa, '-cipher', 'ALL:@SECLEVEL=0'], {
      name: 'openssl-12-ccm8',
      what: 'TLS 1.2, ECDHE-ECDSA-AES128-CCM8',
      client: client('ECDHE-ECDSA-AES128-CCM8:@SECLEVEL=0'),
    }),
    one(rsa, {
      name: 'openssl-12-cbc-encrypt-then-mac',
      what: 'TLS 1.2, ECDHE-RSA-AES128-SHA256 (CBC) with encrypt_then_mac',
      client: client('ECDHE-RSA-AES128-SHA256'),
    }),
    one(rsa, {
      name: 'openssl-12-cbc-mac-then-encrypt',
      what: 'TLS 1.2, ECDHE-RSA-AES128-SHA (CBC) without encrypt_then_mac',
      client: client('ECDHE-RSA-AES128-SHA', '-no_etm'),
    }),
  ];
}

function others(studio: Studio): Scenario[] {
  const { pki } = studio;
  const ecdsa = ['-tls1_2', ...identity(studio, 'ecdsa')];
  const rsa = ['-tls1_2', ...identity(studio, 'rsa')];
  const asks = ['-CAfile', pki.path('ca.crt'), '-Verify', '1'];
  return [
    one([...rsa, ...asks], {
      name: 'openssl-12-ecdhe-rsa-client-certificate',
      what: 'TLS 1.2, ECDHE-RSA-AES256-GCM-SHA384, client authenticated with an RSA certificate',
      client: client(
        'ECDHE-RSA-AES256-GCM-SHA384',
        '-cert',
        pki.path('client.crt'),
        '-key',
        pki.path('client.key'),
      ),
      exporter: 'EXPORTER-throw-away',
    }),
    one([...ecdsa, '-alpn', 'http/1.1,h2', '-status_file', pki.path('ocsp.der')], {
      name: 'openssl-12-alpn-status',
      what: 'TLS 1.2, ALPN http/1.1 and a CertificateStatus message',
      client: client('ECDHE-ECDSA-AES256-GCM-SHA384', '-alpn', 'h2,http/1.1', '-status'),
    }),
    one(rsa, {
      name: 'openssl-12-max-fragment-length',
      what: 'TLS 1.2, max_fragment_length of 512 octets: messages over several records',
      client: client('ECDHE-RSA-AES128-GCM-SHA256', '-maxfraglen', '512'),
    }),
    one([...ecdsa, '-client_renegotiation'], {
      name: 'openssl-12-renegotiation',
      what: 'TLS 1.2, renegotiation started by the client (RFC 5746)',
      client: client('ECDHE-ECDSA-AES128-GCM-SHA256'),
      command: ['client', 'R'],
      answer: /RENEGOTIATING/,
    }),
  ];
}

const client = (cipher: string, ...more: string[]): string[] => ['-tls1_2', '-cipher', cipher, ...more];

function failure(studio: Studio): Scenario {
  return one(['-tls1_3', ...identity(studio, 'ecdsa')], {
    name: 'openssl-12-client-13-server',
    what: 'a client of TLS 1.2 alone with a server of TLS 1.3 alone: fatal protocol_version',
    client: ['-tls1_2'],
    fails: true,
  });
}
