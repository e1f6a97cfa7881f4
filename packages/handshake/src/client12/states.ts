import type { Transcript } from '@tlsmith/key-schedule';
import type { Bytes, ClientSession12 } from '@tlsmith/types';
import type { PeerAuthenticated } from '../ask.ts';
import type { FinishedChecked } from '../finished.ts';
import type { Hellos12, Keys12 } from '../keys12.ts';
import type { Exchanged } from '../modules.ts';
import type { Negotiated } from '../negotiated.ts';

/** What a client knows from a TLS 1.2 ServerHello on. */
export interface Handshaking12 {
  readonly hellos: Hellos12;
  /** The server's session ID, maybe empty. */
  readonly sessionId: Bytes;
  /** Whether the server promised a NewSessionTicket. */
  readonly ticketPromised: boolean;
  /** What modules offered, and ServerHello's answers until Finished is checked. */
  readonly modules: readonly Exchanged[];
  readonly log: Transcript;
  readonly negotiated: Negotiated;
}

/** The server's authenticated key, and its ECDHE share when it sent one. */
export interface ServerKey {
  readonly peer: PeerAuthenticated;
  readonly share: { readonly group: number; readonly point: Bytes } | undefined;
}

/** The server's certificates before anybody has looked at them, DER, leaf first. */
export type Chain = readonly Bytes[];

/** What is known once the server's chain was judged. */
export type Authenticated12 = Handshaking12 & { readonly peer: PeerAuthenticated };

/** A server's wish for a client certificate. */
export interface Requested12 {
  readonly certificateTypes: readonly number[];
  readonly schemes: readonly number[];
  readonly authorities: readonly Bytes[];
}

/** After the keys are known: what the rest of the handshake needs. */
export interface Keyed12 extends Handshaking12 {
  readonly keys: Keys12;
  /** The session that is resumed: its server speaks first. */
  readonly resumed: ClientSession12 | undefined;
  readonly ticket: { readonly bytes: Bytes; readonly lifetimeHint: number } | undefined;
}

/** States of a TLS 1.2 client in handshake order (RFC 5246 §7.3, figures 1 and 2; RFC 5077 §3.1). */
export interface Client12Facts {
  /** `statusPromised`: ServerHello acknowledged status_request, so that CertificateStatus may follow. */
  readonly 'client12/wait-certificate': Handshaking12 & { readonly statusPromised: boolean };
  readonly 'client12/wait-certificate-status-or-key-exchange': Handshaking12 & { readonly chain: Chain };
  readonly 'client12/wait-certificate-status-or-request': Handshaking12 & { readonly chain: Chain };
  readonly 'client12/wait-server-key-exchange': Authenticated12;
  readonly 'client12/wait-certificate-request-or-done': Handshaking12 & { readonly server: ServerKey };
  readonly 'client12/wait-server-hello-done': Handshaking12 & {
    readonly server: ServerKey;
    readonly requested: Requested12;
  };
  readonly 'client12/wait-new-session-ticket': Keyed12;
  readonly 'client12/wait-change-cipher-spec': Keyed12;
  readonly 'client12/wait-finished': Keyed12;
  readonly 'client12/connected': {
    readonly proof: FinishedChecked;
    readonly hellos: Hellos12;
    readonly keys: Keys12;
    readonly negotiated: Negotiated;
    /** Renegotiation attempts answered with a warning. */
    readonly refusals: number;
  };
}
