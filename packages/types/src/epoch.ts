/** Which keys protect a record: none, 0-RTT's, the handshake's, the application's (RFC 9846 §5.2, §7.1). */
export type Epoch = 'initial' | 'early' | 'handshake' | 'application';

/** Which end of the connection we are. */
export type Role = 'client' | 'server';

/** Which direction of the record layer. */
export type Side = 'read' | 'write';

/** The versions that this library speaks. */
export type Version = 'tls12' | 'tls13';

/** ProtocolVersion on the wire (RFC 9846 §4.3.1, RFC 5246 §6.2.1). */
export const protocolVersion = {
  ssl30: 0x0300,
  tls10: 0x0301,
  tls11: 0x0302,
  tls12: 0x0303,
  tls13: 0x0304,
} as const;
