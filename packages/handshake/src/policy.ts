import type { ExtensionList, ExtensionMessage } from '@tlsmith/codec';
import {
  type Bytes,
  type CipherSuite,
  type CipherSuite12,
  type CipherSuite13,
  type NamedGroup,
  type SignatureScheme,
  TlsMisuse,
  type Version,
} from '@tlsmith/types';
import type { ExtensionModule } from './module.ts';
import { distinctModules } from './modules.ts';

/** What both roles decide before a handshake. Plain, frozen data but for `extensions` and `arrange`. */
export interface CommonPolicy {
  /** In order of preference. */
  readonly versions: readonly Version[];
  /** In order of preference; those of a version that is not in `versions` are not used. */
  readonly suites: readonly CipherSuite[];
  /** In order of preference. */
  readonly groups: readonly NamedGroup[];
  /** Accepted in the peer's signatures and used for ours, in order of preference. */
  readonly schemes: readonly SignatureScheme[];
  /** Application protocols in order of preference; empty for no ALPN. */
  readonly alpn: readonly string[];
  /** Seconds; capped at 604,800 (RFC 9846 §4.7.1). */
  readonly sessionLifetime: number;
  readonly limits: HandshakeLimits;
  /** Extensions besides our own, by {@link defineExtension}. */
  readonly extensions?: readonly ExtensionModule[] | undefined;
  /** Last word on a message's extensions: tests replay traces with it, nobody else needs it. */
  readonly arrange?: ((message: ExtensionMessage, extensions: ExtensionList) => ExtensionList) | undefined;
}

/** What a client decides. */
export interface ClientPolicy extends CommonPolicy {
  /** The host name that goes into server_name; undefined sends none (IP addresses are never sent, RFC 6066 §3). */
  readonly serverName: string | undefined;
  /** Groups that get a key share in the first hello; the first is the most preferred. */
  readonly keyShares: readonly NamedGroup[];
  /** Camouflage as a TLS 1.2 resumption (RFC 9846 §E.4). */
  readonly middleboxCompatibility: boolean;
  /** TLS 1.2: whether a server without RFC 7627 is refused. */
  readonly extendedMasterSecret: 'require' | 'prefer';
  /** Whether sessions are offered and tickets asked for. */
  readonly resumption: boolean;
  /** Whether an OCSP response is asked for (RFC 6066 §8); not when left out. */
  readonly certificateStatus?: boolean | undefined;
  /** Whom we want to reach and whom we trust, as bytes: sessions of another context are not offered. */
  readonly sessionContext: Bytes;
}

/** What a server decides. */
export interface ServerPolicy extends CommonPolicy {
  readonly clientAuthentication: 'none' | 'request' | 'require';
  /** Distinguished names (DER) for CertificateRequest. */
  readonly certificateAuthorities: readonly Bytes[];
  /** TLS 1.3 tickets after a handshake; 0 turns resumption off. */
  readonly tickets: number;
  /** TLS 1.2 resumption. */
  readonly resumption12: { readonly tickets: boolean; readonly sessionIds: boolean };
  /** Sessions of another context are not resumed. */
  readonly context: Bytes;
  readonly extendedMasterSecret: 'require' | 'prefer';
}

/** Bounds on what a peer may make us hold or do during and after a handshake. */
export interface HandshakeLimits {
  readonly certificates: number;
  /** Bytes of rejected 0-RTT data that a server skips. */
  readonly skippedEarlyData: number;
  /** PSK identities looked up. */
  readonly identities: number;
  /** TLS 1.3 tickets kept per connection. */
  readonly tickets: number;
}

export const handshakeLimits: HandshakeLimits = {
  certificates: 16,
  skippedEarlyData: 64 * 1024,
  identities: 8,
  tickets: 16,
};

/** TLS 1.3 suites of a policy. */
export const suites13 = (policy: CommonPolicy): readonly CipherSuite13[] =>
  policy.versions.includes('tls13') ? policy.suites.filter((suite) => suite.version === 'tls13') : [];

/** TLS 1.2 suites of a policy. */
export const suites12 = (policy: CommonPolicy): readonly CipherSuite12[] =>
  policy.versions.includes('tls12') ? policy.suites.filter((suite) => suite.version === 'tls12') : [];

/** The most seconds for which a session lives (RFC 9846 §4.7.1). */
export const sevenDays = 604_800;

/**
 * Checks a client's policy and freezes it.
 *
 * @throws {TlsMisuse} when it cannot lead to a connection, saying which part is at fault.
 */
export function clientPolicy(policy: ClientPolicy): ClientPolicy {
  const unlisted = policy.keyShares.find((share) => !policy.groups.includes(share));
  if (unlisted !== undefined) {
    throw new TlsMisuse('key-share-not-in-groups', `${unlisted.name} is in keyShares and not in groups`);
  }
  return checked(policy);
}

/**
 * Checks a server's policy and freezes it.
 *
 * @throws {TlsMisuse} when it cannot lead to a connection, saying which part is at fault.
 */
export function serverPolicy(policy: ServerPolicy): ServerPolicy {
  return checked(policy);
}

function checked<P extends CommonPolicy>(policy: P): P {
  const { versions, suites, schemes, groups, sessionLifetime, alpn } = policy;
  const bare = versions.find((version) => !suites.some((suite) => suite.version === version));
  const unmet: readonly (readonly [boolean, string, string])[] = [
    [versions.length === 0, 'no-versions', 'a policy needs at least one version'],
    [
      bare !== undefined,
      'no-suites',
      `no cipher suite of ${bare} in the policy: add one, or drop the version`,
    ],
    [schemes.length === 0, 'no-schemes', 'a policy needs at least one signature scheme'],
    [groups.length === 0 && versions.includes('tls13'), 'no-groups', 'TLS 1.3 needs a named group'],
    [
      !(sessionLifetime >= 0 && sessionLifetime <= sevenDays),
      'session-lifetime',
      'sessions live 0 to 604,800 seconds',
    ],
    [
      alpn.some((name) => name.length === 0 || name.length > 255),
      'alpn-length',
      'protocol names have 1 to 255 bytes',
    ],
  ];
  for (const [wrong, code, message] of unmet) if (wrong) throw new TlsMisuse(code, message);
  return Object.freeze({ ...policy, extensions: distinctModules(policy.extensions ?? []) });
}
