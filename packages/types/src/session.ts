import type { Bytes } from './bytes.ts';
import type { Secret } from './secret.ts';

/** What a client keeps to resume: plain data, whose secret does not print. */
export type ClientSession = ClientSession12 | ClientSession13;

/** What both kinds of a client's session hold. */
export interface ClientSessionCommon {
  /** The cipher suite's number on the wire. */
  readonly cipherSuite: number;
  /** Milliseconds since the epoch when the ticket or session ID arrived. */
  readonly receivedAt: number;
  /** Seconds from `receivedAt` on for which it may be offered; never above 604,800 (RFC 9846 §4.7.1). */
  readonly lifetime: number;
  /** The SNI host name of the full handshake; a session is offered for the same name only. */
  readonly serverName: string | undefined;
  /** The application protocol of that connection. */
  readonly alpn: string | undefined;
  /** The server's certificates as DER, leaf first. */
  readonly peerChain: readonly Bytes[];
  /**
   * Names whom the client wanted to reach and whom it trusted: a session is offered under the same context only, for
   * resumption proves no certificate anew.
   */
  readonly context: Bytes;
}

/** A TLS 1.3 ticket (RFC 9846 §4.7.1). */
export interface ClientSession13 extends ClientSessionCommon {
  readonly version: 'tls13';
  readonly psk: Secret<'psk'>;
  readonly ticket: Bytes;
  /** Added to the ticket's age modulo 2^32 (RFC 9846 §4.3.11.1). */
  readonly ticketAgeAdd: number;
  /** Bytes of 0-RTT data that the server allows; 0 for none. */
  readonly maxEarlyDataSize: number;
}

/** A TLS 1.2 session, by ID (RFC 5246 §7.3) or ticket (RFC 5077). */
export interface ClientSession12 extends ClientSessionCommon {
  readonly version: 'tls12';
  readonly master: Secret<'master'>;
  /** Empty where the server resumes by ticket only. */
  readonly sessionId: Bytes;
  readonly ticket: Bytes | undefined;
  /** Whether the master secret is an extended one (RFC 7627): resumption must agree. */
  readonly extendedMasterSecret: boolean;
}

/** What a server keeps, or seals into a ticket, to resume. */
export interface ServerSession {
  readonly version: 'tls12' | 'tls13';
  /** The cipher suite's number on the wire. */
  readonly cipherSuite: number;
  /** The master secret (TLS 1.2) or the ticket's PSK (TLS 1.3). */
  readonly secret: Secret<'master' | 'psk'>;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Seconds from `createdAt` on for which the server accepts it. */
  readonly lifetime: number;
  /** TLS 1.3's ticket_age_add; 0 in TLS 1.2. */
  readonly ticketAgeAdd: number;
  /** RFC 7627's flag; always true in TLS 1.3. */
  readonly extendedMasterSecret: boolean;
  readonly serverName: string | undefined;
  readonly alpn: string | undefined;
  /** The client's verified certificates as DER, leaf first; empty when it showed none. */
  readonly peerChain: readonly Bytes[];
  /** Names the server's configuration: a session of another context is not resumed. */
  readonly context: Bytes;
}
