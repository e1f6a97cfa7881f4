import type { Transcript } from '@tlsmith/key-schedule';
import type { Bytes, NamedGroup } from '@tlsmith/types';
import type { Credential, PeerAuthenticated } from '../ask.ts';
import type { FinishedChecked } from '../finished.ts';
import type { Hellos12, Keys12 } from '../keys12.ts';
import type { Negotiated } from '../negotiated.ts';

/** What a server knows from its TLS 1.2 flight on. */
export interface Flown {
  readonly hellos: Hellos12;
  /** Our session ID: empty when nothing will be stored under it. */
  readonly sessionId: Bytes;
  /** Whether we promised a NewSessionTicket. */
  readonly ticketPromised: boolean;
  /** Our half of the key exchange: an ephemeral key, or the credential for RSA key exchange. */
  readonly exchange:
    | { readonly kind: 'ecdhe'; readonly group: NamedGroup; readonly key: number }
    | { readonly kind: 'rsa'; readonly credential: Credential; readonly clientVersion: number };
  readonly log: Transcript;
  readonly negotiated: Negotiated;
}

/** A client certificate whose signature is still to come. */
export interface ClientPeer {
  readonly chain: readonly Bytes[];
  readonly authenticated: PeerAuthenticated;
}

/** After the keys are known. */
export interface Keyed12 {
  readonly hellos: Hellos12;
  readonly sessionId: Bytes;
  /** Whether we promised a NewSessionTicket; in a resumed session it is sent already. */
  readonly ticketPromised: boolean;
  readonly resumed: boolean;
  readonly keys: Keys12;
  readonly log: Transcript;
  readonly negotiated: Negotiated;
}

/** States of a TLS 1.2 server in handshake order (RFC 5246 §7.3, figures 1 and 2). */
export interface Server12Facts {
  readonly 'server12/wait-certificate': Flown;
  readonly 'server12/wait-client-key-exchange': Flown;
  readonly 'server12/wait-client-key-exchange-then-verify': Flown & { readonly peer: ClientPeer };
  readonly 'server12/wait-certificate-verify': Keyed12 & { readonly peer: ClientPeer };
  readonly 'server12/wait-change-cipher-spec': Keyed12;
  readonly 'server12/wait-finished': Keyed12;
  readonly 'server12/connected': {
    readonly proof: FinishedChecked;
    readonly hellos: Hellos12;
    readonly keys: Keys12;
    readonly negotiated: Negotiated;
    /** Renegotiation attempts answered with a warning. */
    readonly refusals: number;
  };
}
