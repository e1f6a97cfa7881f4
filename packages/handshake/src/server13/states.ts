import type { ClientHello } from '@tlsmith/codec';
import type { Transcript } from '@tlsmith/key-schedule';
import type { Bytes, CipherSuite13, NamedGroup, Secret } from '@tlsmith/types';
import type { PeerAuthenticated } from '../ask.ts';
import type { FinishedChecked } from '../finished.ts';
import type { Exchanged } from '../modules.ts';
import type { Negotiated } from '../negotiated.ts';

/** What a server knows from its Finished on. */
export interface Answered {
  readonly suite: CipherSuite13;
  /** Client's handshake traffic secret: its Finished is checked with it. */
  readonly clientHandshake: Secret<'traffic'>;
  /** Already derived, since the client's flight does not enter them (RFC 9846 §7.1). */
  readonly clientTraffic: Secret<'traffic'>;
  readonly serverTraffic: Secret<'traffic'>;
  readonly exporter: Secret<'exporter'>;
  readonly main: Secret<'stage'>;
  /** Whether the client lets a PSK be used as we would use it; without that, tickets are of no use to it. */
  readonly takesTickets: boolean;
  readonly log: Transcript;
  readonly negotiated: Negotiated;
  /** What modules asked in CertificateRequest, and the client's answers until its Finished is checked. */
  readonly modules: readonly Exchanged[];
}

/** States of a TLS 1.3 server in handshake order (RFC 9846 §A.2). */
export interface Server13Facts {
  readonly 'server13/wait-second-client-hello': {
    readonly first: ClientHello;
    readonly suite: CipherSuite13;
    readonly group: NamedGroup;
    /** What HelloRetryRequest gave and the second hello has to bring back. */
    readonly cookie: Bytes | undefined;
    readonly log: Transcript;
  };
  readonly 'server13/wait-certificate': Answered;
  readonly 'server13/wait-certificate-verify': Answered & {
    readonly peer: { readonly chain: readonly Bytes[]; readonly authenticated: PeerAuthenticated };
  };
  readonly 'server13/wait-finished': Answered;
  readonly 'server13/connected': {
    readonly proof: FinishedChecked;
    readonly suite: CipherSuite13;
    readonly clientTraffic: Secret<'traffic'>;
    readonly serverTraffic: Secret<'traffic'>;
    /** Whether our last wish for a KeyUpdate of the peer is still unanswered. */
    readonly awaitsUpdate: boolean;
    readonly exporter: Secret<'exporter'>;
    readonly negotiated: Negotiated;
  };
}
