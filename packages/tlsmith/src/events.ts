import type { Negotiated } from '@tlsmith/handshake';
import type { Bytes, ClientSession } from '@tlsmith/types';

/** What a connection tells its owner, in order. */
export type ConnectionEvent =
  /** The handshake is done: from here on data may be sent and believed. */
  | { readonly event: 'connected'; readonly negotiated: Negotiated }
  /** Application data; the bytes are the receiver's. */
  | { readonly event: 'data'; readonly bytes: Bytes }
  /** A session to resume later; its secret is the receiver's to wipe. Clients only. */
  | { readonly event: 'session'; readonly session: ClientSession }
  /** The peer sent close_notify: no more data will come (RFC 9846 §6.1). */
  | { readonly event: 'end' }
  /** The connection is over. `error` is one of the five classes; what came before it is valid and stays so. */
  | { readonly event: 'failed'; readonly error: Error }
  /** Both directions are closed in good order. */
  | { readonly event: 'closed' };
