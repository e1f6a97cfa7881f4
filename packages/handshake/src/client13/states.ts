import type { ExtensionList } from '@tlsmith/codec';
import type { HandshakeStage, Transcript } from '@tlsmith/key-schedule';
import type { Bytes, CipherSuite13, ClientSession13, Secret } from '@tlsmith/types';
import type { PeerAuthenticated } from '../ask.ts';
import type { FinishedChecked } from '../finished.ts';
import type { Exchanged } from '../modules.ts';
import type { Negotiated } from '../negotiated.ts';

/** What a client knows from ServerHello on. */
export interface Handshaking {
  readonly suite: CipherSuite13;
  readonly clientRandom: Bytes;
  /** Types of the extensions that were offered. */
  readonly offered: readonly number[];
  /** What modules offered, and the server's answers until its Finished is checked. */
  readonly modules: readonly Exchanged[];
  readonly camouflage: boolean;
  readonly handshake: HandshakeStage;
  readonly clientTraffic: Secret<'traffic'>;
  readonly serverTraffic: Secret<'traffic'>;
  readonly log: Transcript;
  readonly negotiated: Negotiated;
}

/** A server's wish for a client certificate. */
export interface Requested {
  readonly context: Bytes;
  readonly schemes: readonly number[];
  readonly authorities: readonly Bytes[];
  /** Extensions of modules in the request. */
  readonly modules: ExtensionList;
}

/** The server's certificates, or the ones of the session that is resumed. */
export interface ServerPeer {
  readonly chain: readonly Bytes[];
  readonly authenticated: PeerAuthenticated | undefined;
}

/** States of a TLS 1.3 client in handshake order (RFC 9846 §A.1). */
export interface Client13Facts {
  readonly 'client13/wait-encrypted-extensions': Handshaking & {
    readonly resumed: ClientSession13 | undefined;
  };
  readonly 'client13/wait-certificate-or-request': Handshaking;
  readonly 'client13/wait-certificate': Handshaking & { readonly requested: Requested };
  readonly 'client13/wait-certificate-verify': Handshaking & {
    readonly requested: Requested | undefined;
    readonly peer: ServerPeer;
  };
  readonly 'client13/wait-finished': Handshaking & {
    readonly requested: Requested | undefined;
    readonly peer: ServerPeer;
  };
  readonly 'client13/connected': {
    readonly proof: FinishedChecked;
    readonly suite: CipherSuite13;
    readonly clientTraffic: Secret<'traffic'>;
    readonly serverTraffic: Secret<'traffic'>;
    /** Whether our last wish for a KeyUpdate of the peer is still unanswered. */
    readonly awaitsUpdate: boolean;
    readonly exporter: Secret<'exporter'>;
    readonly resumption: Secret<'psk'>;
    readonly negotiated: Negotiated;
    readonly tickets: number;
  };
}
