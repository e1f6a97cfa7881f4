import type { Bytes, CipherSuite, Version } from '@tlsmith/types';
import type { PeerAuthenticated } from './ask.ts';

/** What both sides agreed on, for the user of a connection. */
export interface Negotiated {
  readonly version: Version;
  readonly suite: CipherSuite;
  /** The key exchange's group by IANA name; undefined for RSA key exchange and TLS 1.2 resumption. */
  readonly group: string | undefined;
  /** The scheme of the peer's signature by IANA name; undefined where it signed nothing. */
  readonly peerScheme: string | undefined;
  readonly alpn: string | undefined;
  readonly serverName: string | undefined;
  readonly resumed: boolean;
  /** TLS 1.3: whether a HelloRetryRequest was needed. */
  readonly retried: boolean;
  /** The peer's certificates as DER, leaf first; on resumption those of the session. */
  readonly peerChain: readonly Bytes[];
  /** What `authenticate-peer` gave; undefined on resumption and for a client without certificate. */
  readonly peer: PeerAuthenticated | undefined;
  /** TLS 1.2: RFC 7627. Always true in TLS 1.3. */
  readonly extendedMasterSecret: boolean;
  /** Results of extension modules by extension type; `extensionResult` reads them with their types. */
  readonly extensions: Readonly<Record<number, unknown>>;
}
