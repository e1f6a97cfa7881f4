import {
  allowedExtensions,
  applicationLayerProtocolNegotiation,
  type ClientHello,
  cookie,
  earlyData,
  ecPointFormats,
  extendedMainSecret,
  hasExtension,
  hostNameOf,
  type KeyShareEntry,
  keyShare,
  type OfferedPsks,
  preSharedKey,
  protocolName,
  pskKeyExchangeModes,
  readExtension,
  renegotiationInfo,
  serverName,
  sessionTicket,
  signatureAlgorithms,
  statusRequest,
  supportedGroups,
  supportedVersions,
} from '@tlsmith/codec';
import { type Bytes, protocolVersion, violation, violations } from '@tlsmith/types';
import { type Modular, structures } from '../modules.ts';

/** A ClientHello as a server sees it: each extension that we know decoded, and the lists judged by themselves. */
export interface ClientOffer {
  readonly hello: ClientHello;
  /** Wire numbers, in the client's order. */
  readonly versions: readonly number[];
  readonly serverName: string | undefined;
  readonly alpn: readonly string[];
  readonly groups: readonly number[] | undefined;
  readonly schemes: readonly number[] | undefined;
  readonly pointFormats: readonly number[] | undefined;
  readonly shares: readonly KeyShareEntry[] | undefined;
  readonly psks: OfferedPsks | undefined;
  readonly pskModes: readonly number[] | undefined;
  readonly cookie: Bytes | undefined;
  readonly earlyData: boolean;
  readonly staple: boolean;
  readonly extendedMasterSecret: boolean;
  /** The TLS 1.2 ticket; empty for "I would take one", undefined for "I know no tickets". */
  readonly ticket: Bytes | undefined;
  readonly renegotiationInfo: Bytes | undefined;
}

/** TLS_EMPTY_RENEGOTIATION_INFO_SCSV (RFC 5746 §3.3) and TLS_FALLBACK_SCSV (RFC 7507 §2). */
export const signallingSuites = { emptyRenegotiationInfo: 0x00ff, fallback: 0x5600 } as const;

/**
 * Reads a ClientHello whole.
 *
 * @throws {TlsViolation} `psk-not-last` and other rules on single extensions; {@link DecodeError} for their bodies.
 */
export function readOffer(hello: ClientHello, policy: Modular): ClientOffer {
  const extensions = allowedExtensions(hello.extensions, 'client_hello', structures(policy));
  const pskAt = extensions.findIndex(({ type }) => type === preSharedKey.type);
  if (pskAt !== -1 && pskAt !== extensions.length - 1) throw violation(violations.pskNotLast);
  if (!hello.legacyCompressionMethods.includes(0)) throw violation(violations.noNullCompression);
  const names = readExtension(extensions, serverName, 'client_hello');
  const protocols = readExtension(extensions, applicationLayerProtocolNegotiation, 'client_hello') ?? [];
  return {
    hello,
    versions: versionsOf(hello, readExtension(extensions, supportedVersions, 'client_hello')),
    serverName: names === undefined ? undefined : hostNameOf(names),
    alpn: protocols.map(protocolName.of),
    groups: readExtension(extensions, supportedGroups, 'client_hello'),
    schemes: readExtension(extensions, signatureAlgorithms, 'client_hello'),
    pointFormats: readExtension(extensions, ecPointFormats, 'client_hello'),
    shares: readExtension(extensions, keyShare, 'client_hello'),
    psks: readExtension(extensions, preSharedKey, 'client_hello'),
    pskModes: readExtension(extensions, pskKeyExchangeModes, 'client_hello'),
    cookie: readExtension(extensions, cookie, 'client_hello'),
    earlyData: hasExtension(extensions, earlyData),
    staple: readExtension(extensions, statusRequest, 'client_hello')?.tag === 1,
    extendedMasterSecret: readExtension(extensions, extendedMainSecret, 'client_hello') === true,
    ticket: readExtension(extensions, sessionTicket, 'client_hello'),
    renegotiationInfo: readExtension(extensions, renegotiationInfo, 'client_hello'),
  };
}

/** supported_versions if it is there, else everything up to the legacy field (RFC 9846 §4.3.1, RFC 5246 §E.1). */
function versionsOf(hello: ClientHello, listed: readonly number[] | undefined): readonly number[] {
  if (listed !== undefined) return listed;
  const { ssl30, tls10, tls11, tls12 } = protocolVersion;
  return [tls12, tls11, tls10, ssl30].filter((version) => version <= hello.legacyVersion);
}
