import type { BodyReader, Inspection, Reader } from '../reader.ts';
import type { Codec } from '../schema.ts';
import { applicationLayerProtocolNegotiation } from './application-layer-protocol-negotiation.ts';
import { certificateAuthorities } from './certificate-authorities.ts';
import { compressCertificate } from './compress-certificate.ts';
import { cookie } from './cookie.ts';
import { earlyData } from './early-data.ts';
import { ecPointFormats } from './ec-point-formats.ts';
import { encryptThenMac } from './encrypt-then-mac.ts';
import { extendedMainSecret } from './extended-main-secret.ts';
import type { Extension } from './extension.ts';
import { keyShare } from './key-share.ts';
import { maxFragmentLength } from './max-fragment-length.ts';
import { oidFilters } from './oid-filters.ts';
import { padding } from './padding.ts';
import { postHandshakeAuth } from './post-handshake-auth.ts';
import { preSharedKey } from './pre-shared-key.ts';
import { pskKeyExchangeModes } from './psk-key-exchange-modes.ts';
import { recordSizeLimit } from './record-size-limit.ts';
import { renegotiationInfo } from './renegotiation-info.ts';
import { serverName } from './server-name.ts';
import { sessionTicket } from './session-ticket.ts';
import { signatureAlgorithms, signatureAlgorithmsCert } from './signature-algorithms.ts';
import { signedCertificateTimestamp } from './signed-certificate-timestamp.ts';
import { statusRequest } from './status-request.ts';
import { supportedGroups } from './supported-groups.ts';
import { supportedVersions } from './supported-versions.ts';

/** Every extension whose structure this package knows, by number. */
export const knownExtensions: ReadonlyMap<number, Extension> = new Map(
  [
    serverName,
    maxFragmentLength,
    statusRequest,
    supportedGroups,
    ecPointFormats,
    signatureAlgorithms,
    applicationLayerProtocolNegotiation,
    signedCertificateTimestamp,
    padding,
    encryptThenMac,
    extendedMainSecret,
    compressCertificate,
    recordSizeLimit,
    sessionTicket,
    preSharedKey,
    earlyData,
    supportedVersions,
    cookie,
    pskKeyExchangeModes,
    certificateAuthorities,
    oidFilters,
    postHandshakeAuth,
    signatureAlgorithmsCert,
    keyShare,
    renegotiationInfo,
  ].map((extension): [number, Extension] => [extension.type, extension]),
);

/** Finds the structure of an extension body for `inspect`; pass your own map to add private extensions. */
export function bodyOf(known: ReadonlyMap<number, Extension>): NonNullable<Inspection['bodyOf']> {
  return (type, message) => {
    const extension = known.get(type);
    return extension === undefined ? undefined : bodyReader(extension, message);
  };
}

function bodyReader(extension: Extension, message: string): BodyReader {
  const codec = (extension.in as Readonly<Record<string, Codec<unknown>>>)[message];
  const schema = codec && {
    name: codec.name,
    section: codec.section ?? extension.section,
    registry: codec.registry,
  };
  const read = (reader: Reader): unknown => codec?.read(reader);
  return Object.assign(read, { extension: extension.name, schema });
}
