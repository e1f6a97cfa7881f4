import { join } from 'node:path';
import { identity, one, psk, type Scenario } from './openssl-scenarios.ts';
import type { Studio } from './recording.ts';

/** TLS 1.3 between s_client and s_server. */
export function scenarios13(studio: Studio): Scenario[] {
  return [
    resumption(studio),
    earlyData(studio),
    ...parameters(studio),
    ...certificates(studio),
    ...others(studio),
    failure(studio),
  ];
}

function resumption(studio: Studio): Scenario {
  const session = join(studio.scratch, 'session13');
  return {
    server: ['-tls1_3', ...identity(studio, 'ecdsa')],
    exchanges: [
      {
        name: 'openssl-13-full',
        what: 'TLS 1.3, TLS_AES_256_GCM_SHA384, X25519, ECDSA P-256 certificate, two tickets, exported keying material',
        client: ['-tls1_3', '-sess_out', session],
        exporter: 'EXPORTER-throw-away',
      },
      {
        name: 'openssl-13-resumed',
        what: 'TLS 1.3 resumption with a ticket, psk_dhe_ke',
        resumes: 'openssl-13-full',
        client: ['-tls1_3', '-sess_in', session],
        exporter: 'EXPORTER-throw-away',
      },
    ],
  };
}

function earlyData(studio: Studio): Scenario {
  const session = join(studio.scratch, 'session13');
  return {
    server: ['-tls1_3', ...identity(studio, 'rsa'), '-early_data', '-ciphersuites', 'TLS_AES_128_GCM_SHA256'],
    exchanges: [
      {
        name: 'openssl-13-early-data-ticket',
        what: 'TLS 1.3, TLS_AES_128_GCM_SHA256, RSA certificate (PSS), tickets that permit early data',
        client: ['-tls1_3', '-sess_out', session],
      },
      {
        name: 'openssl-13-early-data',
        what: 'TLS 1.3 resumption with accepted early data, EndOfEarlyData',
        resumes: 'openssl-13-early-data-ticket',
        client: ['-tls1_3', '-sess_in', session],
        earlyData: 'early ping\n',
      },
    ],
  };
}

/** Groups and suites. */
function parameters(studio: Studio): Scenario[] {
  const ecdsa = ['-tls1_3', ...identity(studio, 'ecdsa')];
  const client = ['-tls1_3'];
  return [
    one([...ecdsa, '-groups', 'P-256'], {
      name: 'openssl-13-hello-retry',
      what: 'TLS 1.3, HelloRetryRequest from X25519 to P-256',
      client: [...client, '-groups', 'X25519:P-256'],
    }),
    one(['-tls1_3', ...identity(studio, 'rsa'), '-ciphersuites', 'TLS_CHACHA20_POLY1305_SHA256'], {
      name: 'openssl-13-chacha20',
      what: 'TLS 1.3, TLS_CHACHA20_POLY1305_SHA256, RSA certificate (PSS)',
      client,
    }),
    one(['-tls1_3', ...identity(studio, 'ed25519'), '-ciphersuites', 'TLS_AES_128_CCM_SHA256'], {
      name: 'openssl-13-ed25519-ccm',
      what: 'TLS 1.3, TLS_AES_128_CCM_SHA256, Ed25519 certificate',
      client: [...client, '-ciphersuites', 'TLS_AES_128_CCM_SHA256'],
    }),
    one([...ecdsa, '-groups', 'ffdhe2048'], {
      name: 'openssl-13-ffdhe2048',
      what: 'TLS 1.3, finite field group ffdhe2048',
      client: [...client, '-groups', 'ffdhe2048'],
    }),
  ];
}

/** Certificates of clients. */
function certificates(studio: Studio): Scenario[] {
  const { pki } = studio;
  const ecdsa = ['-tls1_3', ...identity(studio, 'ecdsa')];
  const client = ['-tls1_3'];
  const session = join(studio.scratch, 'session13');
  const clientIdentity = ['-cert', pki.path('client.crt'), '-key', pki.path('client.key')];
  const asks = ['-CAfile', pki.path('ca.crt')];
  return [
    {
      server: [...ecdsa, ...asks, '-Verify', '1'],
      exchanges: [
        {
          name: 'openssl-13-client-certificate',
          what: 'TLS 1.3, client authenticated with an RSA certificate',
          client: [...client, ...clientIdentity, '-sess_out', session],
        },
        {
          name: 'openssl-13-client-certificate-resumed',
          what: 'TLS 1.3, resumption with a ticket so large that the ClientHello takes several records',
          resumes: 'openssl-13-client-certificate',
          client: [...client, '-sess_in', session, '-max_send_frag', '512'],
        },
      ],
    },
    one([...ecdsa, ...asks, '-verify', '1'], {
      name: 'openssl-13-client-certificate-empty',
      what: 'TLS 1.3, client asked for a certificate answers with an empty list',
      client,
    }),
    one([...ecdsa, ...asks, '-verify', '1'], {
      name: 'openssl-13-post-handshake-authentication',
      what: 'TLS 1.3, CertificateRequest in the handshake and once more after it',
      client: [...client, ...clientIdentity, '-enable_pha'],
      command: ['server', 'c'],
      answer: /depth=0/,
    }),
  ];
}

function others(studio: Studio): Scenario[] {
  const ecdsa = ['-tls1_3', ...identity(studio, 'ecdsa')];
  const client = ['-tls1_3'];
  const shared = ['-psk', psk.key, '-psk_identity', psk.identity, '-ciphersuites', 'TLS_AES_128_GCM_SHA256'];
  return [
    one(['-tls1_3', ...identity(studio, 'rsa')], {
      name: 'openssl-13-max-fragment-length',
      what: 'TLS 1.3, max_fragment_length of 512 octets: messages over several records',
      client: [...client, '-maxfraglen', '512'],
    }),
    one([...ecdsa, '-record_padding', '256'], {
      name: 'openssl-13-record-padding',
      what: 'TLS 1.3, the server pads its records to multiples of 256 octets',
      client,
    }),
    one([...ecdsa, '-alpn', 'http/1.1,h2', '-status_file', studio.pki.path('ocsp.der')], {
      name: 'openssl-13-alpn-status',
      what: 'TLS 1.3, ALPN http/1.1 and a stapled OCSP response',
      client: [...client, '-alpn', 'h2,http/1.1', '-status'],
    }),
    one(ecdsa, {
      name: 'openssl-13-key-update',
      what: 'TLS 1.3, KeyUpdate by the client that asks for one of the server',
      client,
      command: ['client', 'K'],
      answer: /KEYUPDATE/,
    }),
    one(['-tls1_3', '-nocert', ...shared], {
      name: 'openssl-13-external-psk',
      what: 'TLS 1.3, external PSK with SHA-256, psk_dhe_ke',
      client: [...client, ...shared],
      preSharedKey: psk,
    }),
  ];
}

function failure(studio: Studio): Scenario {
  return one(['-tls1_3', ...identity(studio, 'ecdsa'), '-ciphersuites', 'TLS_AES_128_GCM_SHA256'], {
    name: 'openssl-13-no-common-cipher-suite',
    what: 'TLS 1.3, no common cipher suite: fatal handshake_failure',
    client: ['-tls1_3', '-ciphersuites', 'TLS_AES_256_GCM_SHA384'],
    fails: true,
  });
}
