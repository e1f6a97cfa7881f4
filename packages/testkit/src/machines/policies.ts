import {
  type ClientPolicy,
  type CommonPolicy,
  clientPolicy,
  handshakeLimits,
  type ServerPolicy,
  serverPolicy,
} from '@tlsmith/handshake';
import { type CryptoProvider, groups, noBytes, schemes, suites } from '@tlsmith/types';

/** A client that offers everything that the provider can do, for `server.example`; `change` replaces decisions. */
export function testClientPolicy(provider: CryptoProvider, change: Partial<ClientPolicy> = {}): ClientPolicy {
  return clientPolicy({
    ...common(provider),
    serverName: 'server.example',
    keyShares: [groups.x25519],
    middleboxCompatibility: true,
    extendedMasterSecret: 'require',
    resumption: true,
    sessionContext: noBytes,
    ...change,
  });
}

/** A server that accepts everything that the provider can do, with one ticket; `change` replaces decisions. */
export function testServerPolicy(provider: CryptoProvider, change: Partial<ServerPolicy> = {}): ServerPolicy {
  return serverPolicy({
    ...common(provider),
    clientAuthentication: 'none',
    certificateAuthorities: [],
    tickets: 1,
    resumption12: { tickets: true, sessionIds: true },
    context: noBytes,
    extendedMasterSecret: 'require',
    ...change,
  });
}

const common = ({ supports }: CryptoProvider): CommonPolicy => ({
  versions: ['tls13', 'tls12'],
  suites: Object.values(suites),
  groups: Object.values(groups).filter(({ name }) => supports.groups.includes(name)),
  schemes: Object.values(schemes).filter(({ algorithm }) => supports.verify.includes(algorithm)),
  alpn: [],
  sessionLifetime: 3600,
  limits: handshakeLimits,
});
