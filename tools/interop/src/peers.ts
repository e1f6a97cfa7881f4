import type { Workshop } from './bench/bench.ts';
import { namespaceRefusal } from './bench/namespace.ts';
import { versionOf } from './bench/program.ts';
import { bulkCases } from './cases/bulk.ts';
import { chromiumResumptions } from './cases/chromium.ts';
import { gnutlsKeyUpdateCases } from './cases/gnutls.ts';
import { keyUpdateOurs } from './cases/key-update.ts';
import { keyUpdateCases, truncation } from './cases/openssl.ts';
import { exporter, starttls } from './cases/upgrades.ts';
import { algorithmCases, clientSchemeCases, handshakeCases, http2 } from './cases/handshakes.ts';
import { fallback, refusalCases } from './cases/refusals.ts';
import { resumptionCases } from './cases/resumption.ts';
import { buildGoPeer } from './go/program.ts';
import type { Case, Pairing } from './match.ts';
import { remoteNodeClient, remoteNodeServer } from './node/remote.ts';
import { newerNodes, newerNodeVersion } from './node/runtimes.ts';
import {
  chromiumClient,
  curlClient,
  goClient,
  goServer,
  gnutlsClient,
  gnutlsServer,
  nssClient,
  nssServer,
  haproxyClient,
  haproxyServer,
  nginxServer,
  nodeClient,
  nodeServer,
  opensslClient,
  opensslServer,
  stunnelClient,
  stunnelServer,
  ourClient,
  ourServer,
} from './sides.ts';

/** A peer in one role, with the cases that it can play at all. */
export interface Entry {
  readonly pairing: Pairing;
  readonly cases: readonly Case[];
  /** The peer's version here; undefined when it is not installed. */
  version(): string | undefined;
  /** Why it must not run here although it is installed; undefined when it may. */
  refusal?(): string | undefined;
  /** What takes longer than a cell may, done before the first; what goes wrong in it the cells tell. */
  prepare?(workshop: Workshop): unknown;
}

const common = [...handshakeCases, ...resumptionCases, ...refusalCases, ...bulkCases];

/** libcurl asks for no TLS 1.2 tickets: there it resumes by session ID alone. */
const ofCurl = [...common, http2].map((one) =>
  one.name === 'resumed-ticket' ? { ...one, versions: ['1.3' as const] } : one,
);

const everyAlgorithm = [...algorithmCases, ...clientSchemeCases];

const upgrades = [starttls, exporter];

const asServer = (peer: string, client: Pairing['client']): Pairing => ({
  peer,
  role: 'server',
  client,
  server: ourServer,
});
const asClient = (peer: string, server: Pairing['server']): Pairing => ({
  peer,
  role: 'client',
  client: ourClient,
  server,
});

const openssl = (): string | undefined => versionOf('openssl', 'version');
const node = (): string => `Node ${process.versions.node}, OpenSSL ${process.versions.openssl}`;

const go = (): string | undefined => versionOf('go', 'version');

const nss = (): string | undefined => versionOf('selfserv', '-Y') && versionOf('tstclnt', '-Y') && 'NSS';

/** NSS 3.87 has neither X448 nor EdDSA in TLS. Its client has no option for ALPN and sends no file; its server none either. */
const ofNss = [...common, ...algorithmCases].filter(({ name }) => !/x448|ed448|ed25519/.test(name));

const stunnel = (): string | undefined => versionOf('stunnel', '-version');

/** It has no ALPN. */
const ofStunnel = common.filter(({ name }) => !name.startsWith('alpn'));

/**
 * Chromium takes no groups, suites or schemes, our server picks among its own: no P-521, X448, EdDSA, PSS keys. It needs
 * its policies changed to show a client certificate without asking.
 */
const ofChromium = [...common, http2, ...chromiumResumptions, ...algorithmCases].filter(
  ({ name }) =>
    !/^client-cert|resumed-?(ticket|session|client|$)|^64-mib|521|448|-ed25519|pss_pss|^version-too|^alpn-no|by-default|TLS_RSA/.test(
      name,
    ),
);

const haproxy = (): string | undefined => versionOf('haproxy', '-v');

/** crypto/tls resumes by tickets alone, and has no X448, no Ed448 and no keys for PSS only. */
const ofGo = [...common, exporter, keyUpdateOurs, ...everyAlgorithm].filter(
  ({ name }) => !/^resumed-session-id$|x448|ed448|pss_pss/.test(name),
);

/** What newer OpenSSLs and newer defaults make of the same cases. */
const newer = newerNodes.flatMap((major): Entry[] => [
  {
    pairing: asServer(`node ${major}`, remoteNodeClient(major)),
    cases: [...handshakeCases, ...resumptionCases, ...refusalCases, exporter, ...algorithmCases],
    version: () => newerNodeVersion(major),
  },
  {
    pairing: asClient(`node ${major}`, remoteNodeServer(major)),
    cases: [...handshakeCases, ...resumptionCases, ...refusalCases, exporter, ...algorithmCases],
    version: () => newerNodeVersion(major),
  },
]);

/** Every peer, in the order of the report. */
export const entries: readonly Entry[] = [
  {
    pairing: asServer('openssl s_client', opensslClient),
    cases: [...common, ...upgrades, ...keyUpdateCases, truncation, fallback, ...everyAlgorithm],
    version: openssl,
  },
  {
    pairing: asClient('openssl s_server', opensslServer),
    cases: [...common, ...upgrades, ...keyUpdateCases, truncation, ...everyAlgorithm],
    version: openssl,
  },
  {
    pairing: asServer('curl', curlClient),
    cases: ofCurl,
    version: () => versionOf('curl', '--version'),
  },
  {
    pairing: { ...asClient('nginx', nginxServer), serverClosesFirst: true },
    cases: common,
    version: () => versionOf('nginx', '-v')?.replace(/^.*: /, ''),
  },
  {
    pairing: asServer('node', nodeClient),
    cases: [...common, ...upgrades, ...algorithmCases],
    version: node,
  },
  {
    pairing: asClient('node', nodeServer),
    cases: [...common, ...upgrades, ...algorithmCases],
    version: node,
  },
  {
    pairing: { ...asServer('go', goClient), alerts: { 'unknown-ca': 'bad_certificate' } },
    cases: ofGo,
    version: go,
    prepare: buildGoPeer,
  },
  {
    pairing: asClient('go', goServer),
    cases: ofGo,
    version: go,
    prepare: buildGoPeer,
  },
  {
    pairing: {
      ...asServer('gnutls-cli', gnutlsClient),
      alerts: { 'unknown-ca': 'bad_certificate' },
      leavesWithoutGoodbye: true,
    },
    // It takes minutes to print a large download.
    cases: [...common, exporter, ...gnutlsKeyUpdateCases, ...algorithmCases].filter(
      ({ name }) => name !== '64-mib-download',
    ),
    version: () => versionOf('gnutls-cli', '--version'),
  },
  {
    pairing: {
      ...asClient('gnutls-serv', gnutlsServer),
      alerts: { 'client-certificate-missing': 'decode_error', 'version-too-old': 'handshake_failure' },
    },
    cases: [...common, exporter, keyUpdateOurs, ...algorithmCases].filter(
      ({ name }) => name !== '64-mib-upload',
    ),
    version: () => versionOf('gnutls-serv', '--version'),
    refusal: namespaceRefusal,
  },
  {
    pairing: { ...asServer('nss tstclnt', nssClient), serverClosesFirst: true },
    cases: ofNss.filter(({ name }) => !/^alpn|upload$/.test(name)),
    version: nss,
  },
  {
    pairing: {
      ...asClient('nss selfserv', nssServer),
      serverClosesFirst: true,
      sendsRoot: true,
      alerts: { 'client-certificate-missing': 'bad_certificate' },
    },
    // It knows http/1.1 or no ALPN at all.
    cases: ofNss.filter(({ name }) => !/^64-mib|^alpn-no-overlap$/.test(name)),
    version: nss,
    refusal: namespaceRefusal,
  },
  {
    pairing: asServer('haproxy', haproxyClient),
    // It answers a KeyUpdate with its next data, of which there is none.
    cases: common,
    version: haproxy,
  },
  {
    pairing: { ...asClient('haproxy', haproxyServer), goesOnWithoutProtocol: true },
    cases: [...common, keyUpdateOurs],
    version: haproxy,
  },
  {
    pairing: asServer('stunnel', stunnelClient),
    cases: ofStunnel,
    version: stunnel,
  },
  {
    pairing: asClient('stunnel', stunnelServer),
    cases: [...ofStunnel, keyUpdateOurs],
    version: stunnel,
  },
  {
    pairing: {
      ...asServer('chromium', chromiumClient),
      serverClosesFirst: true,
      alerts: { 'unknown-ca': 'certificate_unknown' },
    },
    cases: ofChromium,
    version: () => versionOf('chromium', '--version'),
  },
  ...newer,
];
