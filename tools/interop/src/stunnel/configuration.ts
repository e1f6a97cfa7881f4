import { type Identified, type Pki, serverName } from '../bench/pki.ts';
import { opensslGroup, opensslSuite } from '../openssl/names.ts';
import { oldSuites } from '../openssl/s-client.ts';
import type { ClientSetup, ServerSetup } from '../side.ts';

/** Where stunnel listens, and where it goes on to. */
export interface StunnelPorts {
  readonly front: number;
  readonly back: number;
}

/** stunnel as TLS server before a plain one. */
export function serverConfiguration(pki: Pki, setup: ServerSetup, ports: StunnelPorts): string {
  return configuration(ports, [
    ...identityLines(pki.server(setup.keyType)),
    ...tlsLines(setup),
    ...(setup.clientCertificates === undefined
      ? []
      : [`CAfile = ${pki.rootPath}`, 'verifyChain = yes', 'requireCert = yes']),
    ...(setup.resumption === 'session-ids' ? ['options = NO_TICKET'] : []),
  ]);
}

/** stunnel as TLS client: what is said to it in the clear goes on to a TLS server. */
export function clientConfiguration(pki: Pki, setup: ClientSetup, ports: StunnelPorts): string {
  return configuration(ports, [
    ...['client = yes', `sni = ${serverName}`, `checkHost = ${serverName}`, 'verifyChain = yes'],
    `CAfile = ${setup.trust === 'stranger' ? pki.strangerPath : pki.rootPath}`,
    ...(setup.certificate === undefined ? [] : identityLines(pki.client(setup.certificate))),
    ...tlsLines(setup),
  ]);
}

const configuration = ({ front, back }: StunnelPorts, lines: readonly string[]): string =>
  [
    ...['foreground = yes', 'debug = debug', 'syslog = no', 'pid =', '[tls]'],
    ...[`accept = 127.0.0.1:${front}`, `connect = 127.0.0.1:${back}`, ...lines, ''],
  ].join('\n');

const identityLines = ({ chainPath, keyPath }: Identified): readonly string[] => [
  `cert = ${chainPath}`,
  `key = ${keyPath}`,
];

function tlsLines({ versions, suites, groups }: ServerSetup | ClientSetup): readonly string[] {
  const sorted = [...versions].sort();
  const of12 = suites?.filter(({ version }) => version === 'tls12').map(opensslSuite) ?? [];
  const of13 = suites?.filter(({ version }) => version === 'tls13').map(opensslSuite) ?? [];
  return [
    ...[`sslVersionMin = TLSv${sorted[0]}`, `sslVersionMax = TLSv${sorted.at(-1)}`],
    ...(versions.includes('1.1') ? [`ciphers = ${oldSuites}`] : []),
    ...(of12.length === 0 ? [] : [`ciphers = ${of12.join(':')}`]),
    ...(of13.length === 0 ? [] : [`ciphersuites = ${of13.join(':')}`]),
    ...(groups === undefined ? [] : [`curves = ${groups.map(opensslGroup).join(':')}`]),
  ];
}
