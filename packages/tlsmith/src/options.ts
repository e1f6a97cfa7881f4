import {
  type ClientPolicy,
  clientPolicy,
  type CommonPolicy,
  type ExtensionModule,
  type HandshakeLimits,
  type ServerPolicy,
  serverPolicy,
  sevenDays,
} from '@tlsmith/handshake';
import type { PaddingPolicy } from '@tlsmith/record';
import type { ServerSessionCache } from '@tlsmith/session-cache';
import {
  type Bytes,
  type CipherSuite,
  type CryptoProvider,
  concat,
  type NamedGroup,
  noBytes,
  type SignatureScheme,
  TlsMisuse,
  type Version,
} from '@tlsmith/types';
import { type ReferenceIdentity, referenceIdentity } from '@tlsmith/x509';
import {
  defaultGroups,
  defaultSchemes,
  defaultSessionLifetime,
  defaultSuites,
  defaultTickets,
  defaultVersions,
} from './defaults.ts';
import { resolveEntries } from './entries.ts';
import type { Identities, Identity, UnknownServerName } from './identity.ts';
import { type ConnectionLimits, connectionLimits } from './limits.ts';
import type { SessionDecision } from './session-decision.ts';
import type { Tracer } from './trace.ts';
import { sessionContext } from './session-context.ts';
import { checkedTrust, type Trust, wantsStatus } from './trust.ts';

/** What the peer's close_notify does to our direction. */
export type HalfClose = 'close-both' | 'allow-half-open';

/** What one connection may have of its own, whatever its configuration says. */
export interface OwnOptions {
  /** That of the configuration by default. */
  readonly halfClose?: HalfClose;
  /** That of the configuration by default. */
  readonly tracer?: Tracer | undefined;
}

/** Options of both roles. Only the decisions that have no safe default are required. */
export interface CommonOptions {
  /** Does the cryptography: `node` of `@tlsmith/crypto/node`, `noble` of `@tlsmith/crypto/noble`, or your own. */
  readonly provider: CryptoProvider;
  /** In order of preference; TLS 1.3 and 1.2 by default. */
  readonly versions?: readonly Version[];
  /** In order of preference; `defaultSuites` by default, which leave out those without forward secrecy (`TLS_RSA_...`). */
  readonly suites?: readonly CipherSuite[];
  /** In order of preference; `defaultGroups` by default. */
  readonly groups?: readonly NamedGroup[];
  /** What the peer may sign with, in order of preference; `defaultSchemes` by default. */
  readonly schemes?: readonly SignatureScheme[];
  /** TLS extensions besides our own, by `defineExtension` of `@tlsmith/handshake`. */
  readonly extensions?: readonly ExtensionModule[];
  /** Application protocols in order of preference (RFC 7301); none by default. */
  readonly alpn?: readonly string[];
  /** TLS 1.2: whether a peer without RFC 7627 is refused; by default a client requires it and a server prefers it. */
  readonly extendedMasterSecret?: 'require' | 'prefer';
  /** Seconds that sessions are good for: 86,400 by default, at most 604,800. */
  readonly sessionLifetime?: number;
  /** Those that are to differ from `connectionLimits`. */
  readonly limits?: Partial<Omit<ConnectionLimits, 'messages'>> & {
    readonly messages?: Partial<ConnectionLimits['messages']>;
  };
  /** After the peer's close_notify: answer with ours (default), or leave our direction open. */
  readonly halfClose?: HalfClose;
  /** Bytes of padding for each TLS 1.3 record (RFC 9846 §5.4); none by default. */
  readonly padding?: PaddingPolicy;
  /** Gets lines of a key log (RFC 9850), one secret each: whoever reads them can read the connection. */
  readonly keyLog?: (line: string) => void;
  /** Looks on, for teaching and debugging. */
  readonly tracer?: Tracer;
  /** Milliseconds since the epoch; the system's clock by default. */
  readonly now?: () => number;
  /** Last word on extension lists, for tests that replay traces. */
  readonly arrange?: CommonPolicy['arrange'];
}

/** What a client needs to be told. */
export interface ClientOptions extends CommonOptions {
  /** The host name or IP address that the server must prove to be. */
  readonly serverName: string;
  /** Whom to believe; there is no default. */
  readonly trust: Trust;
  /** Client certificates, the first that the server accepts is shown; none by default. */
  readonly identity?: Identities;
  /** Groups that get a key share at once; the first of `groups` by default. */
  readonly keyShares?: readonly NamedGroup[];
  /** Whether TLS 1.3 looks like a TLS 1.2 resumption to middleboxes (RFC 9846 §E.4); `camouflage` by default. */
  readonly middleboxes?: 'camouflage' | 'plain';
  /** Whether the name goes out in server_name; `send` by default. IP addresses never do. */
  readonly serverNameIndication?: 'send' | 'omit';
  /** Whether tickets are asked for and sessions offered; `on` by default. */
  readonly resumption?: 'on' | 'off';
}

/** How a server treats client certificates. */
export type ClientAuthentication = 'none' | { readonly request: Trust } | { readonly require: Trust };

/** What a server needs to be told. */
export interface ServerOptions extends CommonOptions {
  /** Who the server is: one identity or more, or a function that finds it out for each ClientHello. */
  readonly identity: readonly [Identity, ...Identity[]] | Exclude<Identities, readonly Identity[]>;
  /** For names that no identity is for; `first-identity` by default. */
  readonly unknownServerName?: UnknownServerName;
  /** `none` by default. */
  readonly clientAuthentication?: ClientAuthentication;
  /** Names (DER) that CertificateRequest lists; none by default. */
  readonly certificateAuthorities?: readonly Bytes[];
  /** Where sessions live; without it nothing is resumed. */
  readonly sessions?: ServerSessionCache;
  /** TLS 1.3 tickets after a handshake; 2 by default. */
  readonly tickets?: number;
  /** Names this configuration: sessions of another are not resumed. Empty by default; whom clients are judged by counts in any case. */
  readonly sessionContext?: Bytes;
  /** Told once per handshake whether a session was resumed, and if not, why. */
  readonly onResumption?: (decision: SessionDecision) => void;
}

declare const defined: unique symbol;

/** Checked and frozen options of a client. */
export interface ClientConfig {
  readonly [defined]: 'client';
  readonly options: ClientOptions;
  /** That of the options, with the code that suites, groups and schemes bring. */
  readonly provider: CryptoProvider;
  readonly policy: ClientPolicy;
  readonly reference: ReferenceIdentity;
  readonly limits: ConnectionLimits;
}

/** Checked and frozen options of a server. */
export interface ServerConfig {
  readonly [defined]: 'server';
  readonly options: ServerOptions;
  /** That of the options, with the code that suites, groups and schemes bring. */
  readonly provider: CryptoProvider;
  readonly policy: ServerPolicy;
  readonly limits: ConnectionLimits;
}

/**
 * Checks a client's options once; any number of connections may be made of the result.
 *
 * @throws {TlsMisuse} when the options contradict each other or the provider.
 */
export function defineClient(options: ClientOptions): ClientConfig {
  const trust = checkedTrust(options.trust);
  const reference = referenceIdentity(options.serverName);
  const { provider, common } = commonPolicy(options);
  const sendsName = 'dns' in reference && options.serverNameIndication !== 'omit';
  const policy = clientPolicy({
    ...common,
    serverName: sendsName ? options.serverName.toLowerCase().replace(/\.$/, '') : undefined,
    keyShares: sharesOf(options, common.groups),
    middleboxCompatibility: options.middleboxes !== 'plain',
    resumption: options.resumption !== 'off',
    certificateStatus: wantsStatus(trust),
    sessionContext: sessionContext(trust, reference),
    extendedMasterSecret: options.extendedMasterSecret ?? 'require',
  });
  return Object.freeze({ options, provider, policy, reference, limits: limitsOf(options) }) as ClientConfig;
}

/**
 * Checks a server's options once; every accepted connection uses the result.
 *
 * @throws {TlsMisuse} when the options contradict each other or the provider.
 */
export function defineServer(options: ServerOptions): ServerConfig {
  if (Array.isArray(options.identity) && options.identity.length === 0) {
    throw new TlsMisuse('identity-empty', 'a server needs at least one identity');
  }
  const { sessions, clientAuthentication = 'none' } = options;
  const { provider, common } = commonPolicy(options);
  const policy = serverPolicy({
    ...common,
    clientAuthentication:
      clientAuthentication === 'none' ? 'none' : 'request' in clientAuthentication ? 'request' : 'require',
    certificateAuthorities: options.certificateAuthorities ?? [],
    tickets: sessions?.gives.tickets.tls13 === true ? (options.tickets ?? defaultTickets) : 0,
    resumption12: {
      tickets: sessions?.gives.tickets.tls12 === true,
      sessionIds: sessions?.gives.sessionIds === true,
    },
    context: concat(
      sessionContext(checkedClientTrust(options), undefined),
      options.sessionContext ?? noBytes,
    ),
    extendedMasterSecret: options.extendedMasterSecret ?? 'prefer',
  });
  return Object.freeze({ options, provider, policy, limits: limitsOf(options) }) as ServerConfig;
}

/** Whom a server believes about its clients; undefined where it does not ask. */
export function clientTrust({ clientAuthentication = 'none' }: ServerOptions): Trust | undefined {
  if (clientAuthentication === 'none') return undefined;
  return 'request' in clientAuthentication ? clientAuthentication.request : clientAuthentication.require;
}

function checkedClientTrust(options: ServerOptions): Trust | undefined {
  const trust = clientTrust(options);
  return trust && checkedTrust(trust);
}

/** What is asked for, without what the provider cannot do. */
function commonPolicy(options: CommonOptions): {
  readonly provider: CryptoProvider;
  readonly common: CommonPolicy;
} {
  const { provider, ...entries } = resolveEntries(options.provider, {
    suites: options.suites ?? defaultSuites,
    groups: options.groups ?? defaultGroups,
    schemes: options.schemes ?? defaultSchemes,
  });
  const common = {
    ...entries,
    versions: options.versions ?? defaultVersions,
    extensions: options.extensions,
    alpn: options.alpn ?? [],
    sessionLifetime: Math.min(options.sessionLifetime ?? defaultSessionLifetime, sevenDays),
    limits: limitsOf(options) as HandshakeLimits,
    arrange: options.arrange,
  };
  return { provider, common };
}

/** Key shares as the entries that `groups` has for them; the policy refuses the others. */
const sharesOf = ({ keyShares }: ClientOptions, groups: readonly NamedGroup[]): readonly NamedGroup[] =>
  keyShares?.map((share) => groups.find(({ code }) => code === share.code) ?? share) ?? groups.slice(0, 1);

const limitsOf = ({ limits }: CommonOptions): ConnectionLimits => ({
  ...connectionLimits,
  ...limits,
  messages: { ...connectionLimits.messages, ...limits?.messages },
});
