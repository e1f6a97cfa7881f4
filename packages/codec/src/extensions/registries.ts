import { type Codec, uint } from '../schema.ts';

/** NamedGroup (RFC 9846 §4.3.7). */
export const namedGroup: Codec<number> = uint(2, 'NamedGroup', 'namedGroups');
/** SignatureScheme (RFC 9846 §4.3.3). */
export const signatureScheme: Codec<number> = uint(2, 'SignatureScheme', 'signatureSchemes');
/** ProtocolVersion (RFC 9846 §4.2.2). */
export const protocolVersionCode: Codec<number> = uint(2, 'ProtocolVersion', 'protocolVersions');
/** CipherSuite (RFC 9846 §B.4). */
export const cipherSuite: Codec<number> = uint(2, 'CipherSuite', 'cipherSuites');
