import { type Identified, type Pki, serverName } from '../bench/pki.ts';
import { opensslGroup, opensslSuite } from '../openssl/names.ts';
import { oldSuites } from '../openssl/s-client.ts';
import type { ClientSetup, ServerSetup } from '../side.ts';

/** HAProxy as TLS server: what comes in is passed on to a plain back end. */
export function serverConfiguration(
  pki: Pki,
  setup: ServerSetup,
  ports: { readonly front: number; readonly back: number },
  pemPath: string,
): string {
  const ask = setup.clientCertificates === undefined ? '' : `verify required ca-file ${pki.rootPath}`;
  const tickets = setup.resumption === 'session-ids' ? 'no-tls-tickets' : '';
  return `${defaults}
frontend front
  bind 127.0.0.1:${ports.front} ssl crt ${pemPath} ${tlsWords(setup)} ${ask} ${tickets}
  log-format "${logged('fc', '%[ssl_c_s_dn(cn)]')}"
  error-log-format "failed|%[ssl_fc_err_str]"
  default_backend back
backend back
  server plain 127.0.0.1:${ports.back}
`;
}

/** HAProxy as TLS client: what is said to it in the clear goes on to a TLS server. */
export function clientConfiguration(
  pki: Pki,
  setup: ClientSetup,
  ports: { readonly front: number; readonly back: number },
  pemPath: string | undefined,
): string {
  const rootPath = setup.trust === 'stranger' ? pki.strangerPath : pki.rootPath;
  const own = pemPath === undefined ? '' : `crt ${pemPath}`;
  const name = `sni str(${serverName}) verify required verifyhost ${serverName} ca-file ${rootPath}`;
  // Before 2.8 a server line has no groups; OpenSSL's own begin with X25519 and have P-384 too.
  const { groups: _, ...offered } = setup;
  return `${defaults}
frontend front
  bind 127.0.0.1:${ports.front}
  log-format "${logged('bc', '%[ssl_s_s_dn(cn)]')}|%[bc_err_str]|%[ssl_bc_err_str]"
  default_backend back
backend back
  server tls 127.0.0.1:${ports.back} ssl ${name} ${tlsWords(offered)} ${own}
`;
}

/** A certificate with all that HAProxy wants to be in its file. */
export const pemOf = ({ chainPem, privateKeyPem }: Identified): string => chainPem + privateKeyPem;

const defaults = `global
  nbthread 1
  log stdout format raw local0
defaults
  mode tcp
  log global
  retries 0
  timeout connect 20s
  timeout client 30s
  timeout server 30s
`;

const logged = (side: 'fc' | 'bc', name: string): string => {
  const facts = ['protocol', 'cipher', 'is_resumed', 'alpn'].map((fact) => `%[ssl_${side}_${fact}]`);
  return ['facts', ...facts, name].join('|');
};

function tlsWords({ versions, suites, groups, alpn }: ServerSetup | ClientSetup): string {
  const sorted = [...versions].sort();
  const of12 = suites?.filter(({ version }) => version === 'tls12').map(opensslSuite) ?? [];
  const of13 = suites?.filter(({ version }) => version === 'tls13').map(opensslSuite) ?? [];
  return [
    `ssl-min-ver TLSv${sorted[0]} ssl-max-ver TLSv${sorted.at(-1)}`,
    ...(versions.includes('1.1') ? [`ciphers ${oldSuites}`] : []),
    ...(of12.length === 0 ? [] : [`ciphers ${of12.join(':')}`]),
    ...(of13.length === 0 ? [] : [`ciphersuites ${of13.join(':')}`]),
    ...(groups === undefined ? [] : [`curves ${groups.map(opensslGroup).join(':')}`]),
    ...(alpn === undefined ? [] : [`alpn ${alpn.join(',')}`]),
  ].join(' ');
}
