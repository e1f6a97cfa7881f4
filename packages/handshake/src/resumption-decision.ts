/** Why a handshake is a full one although the server might have resumed. */
export type NotResumed =
  /** The client offered no session. */
  | 'nothing-offered'
  /** The server takes none of the kind that was offered. */
  | 'resumption-off'
  /** The client wants a PSK without (EC)DHE, a mode that we do not take (RFC 9846 §4.3.9). */
  | 'key-exchange-mode'
  /**
   * Nothing is known behind what was offered: forgotten, used up, sealed under a key that is gone, or never ours. To a
   * TLS 1.2 server the session ID with which a TLS 1.3 client camouflages itself (RFC 9846 §E.4) looks the same.
   */
  | 'not-found'
  /** Made by another version of TLS (RFC 9846 §4.2.3, RFC 5246 §E.1). */
  | 'other-version'
  /** Made for another server name (RFC 9846 §4.7.1, RFC 6066 §3). */
  | 'other-name'
  /** Made under another configuration of the server. */
  | 'other-context'
  /** Its client showed a certificate where none is wanted, or none where one is required. */
  | 'client-authentication'
  /** Its suite, or in TLS 1.3 every suite with its hash, is no longer common (RFC 9846 §4.7.1). */
  | 'suite-gone'
  /** Its lifetime is over, or has not begun by our clock. */
  | 'expired'
  /** The client's view of its age is off by more than ten minutes (RFC 9846 §8.3). */
  | 'ticket-age'
  /** Made without an extended master secret (RFC 7627 §5.3). */
  | 'extended-master-secret';

/** What a server decided about resumption, once per handshake. */
export type ResumptionDecision =
  | { readonly outcome: 'resumed'; readonly by: 'session-id' | 'ticket' }
  | { readonly outcome: 'full'; readonly reason: NotResumed };

/** A decision for a full handshake. */
export const full = (reason: NotResumed): ResumptionDecision & { readonly outcome: 'full' } => ({
  outcome: 'full',
  reason,
});
