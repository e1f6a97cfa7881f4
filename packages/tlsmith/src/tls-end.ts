import type { Negotiated } from '@tlsmith/handshake';
import { exporter12, exporter13 } from '@tlsmith/key-schedule';
import {
  type Awaitable,
  type Bytes,
  type CipherSuite12,
  type CipherSuite13,
  type CryptoProvider,
  compute,
  concat,
  noBytes,
  type Secret,
  TlsMisuse,
} from '@tlsmith/types';
import type { Connection } from './connection.ts';
import type { ConnectionEvent } from './events.ts';
import { negotiatedIn } from './state.ts';
import type { Trust } from './trust.ts';

/** What both ends of a connection can do; see {@link Client} and {@link Server}. */
export class TlsEnd {
  readonly #connection: Connection;
  readonly #provider: CryptoProvider;
  readonly #trust: Trust | undefined;

  /** `trust` is what peers are judged by; undefined for a server that does not ask its clients. */
  protected constructor(connection: Connection, provider: CryptoProvider, trust: Trust | undefined) {
    this.#connection = connection;
    this.#provider = provider;
    this.#trust = trust;
  }

  /** Called when output or events may be there although no method was called: after asynchronous answers. */
  set onReady(ready: (() => void) | undefined) {
    this.#connection.onReady = ready;
  }

  /** The state machine's state by name. */
  get at(): string {
    return this.#connection.state.at;
  }

  /** Whether application data may flow. */
  get connected(): boolean {
    return this.#connection.connected;
  }

  /** What was agreed on; undefined before the handshake is done and after the connection is over. */
  get negotiated(): Negotiated | undefined {
    return negotiatedIn(this.#connection.state);
  }

  /** Whether the peer showed a certificate that was judged and accepted, now or when the resumed session was made. */
  get peerAuthenticated(): boolean {
    const shown = (this.negotiated?.peerChain.length ?? 0) > 0;
    return shown && this.#trust !== undefined && !('dangerouslyAcceptAnyCertificate' in this.#trust);
  }

  /** Whether to read from the transport, and whether there is output for it. */
  get wants(): { readonly read: boolean; readonly write: boolean } {
    return this.#connection.wants;
  }

  /** Bytes that {@link takeOutput} would return. */
  get pendingOutput(): number {
    return this.#connection.pendingOutput;
  }

  /** Takes bytes from the transport; they may be reused when this returns, unless handed over as `owned`. */
  receive(bytes: Bytes, owned?: 'owned' | 'borrowed'): void {
    this.#connection.receive(bytes, owned);
  }

  /** Takes the transport's end. */
  end(): void {
    this.#connection.end();
  }

  /**
   * Sends application data; before the handshake is done it waits, up to `limits.pendingOutput` bytes. The bytes are
   * copied or sealed before this returns.
   *
   * @throws {TlsMisuse} `write-after-close`, `too-much-pending-output`.
   */
  write(bytes: Bytes): void {
    this.#connection.write(bytes);
  }

  /** Sends close_notify after what was written. */
  close(): void {
    this.#connection.close();
  }

  /** Ends the connection at once. */
  abort(error?: Error): void {
    this.#connection.abort(error);
  }

  /** Records for the transport, in order; the caller owns them. */
  takeOutput(): Bytes[] {
    return this.#connection.takeOutput();
  }

  /** What has happened since the last call, in order. */
  events(): ConnectionEvent[] {
    return this.#connection.events();
  }

  /**
   * Fresh keys for sending, and for receiving too when `peer` is asked for them (RFC 9846 §4.7.3).
   *
   * @throws {TlsMisuse} `no-key-update` before the handshake is done and in TLS 1.2.
   */
  updateKeys(peer: 'request' | 'leave' = 'leave'): void {
    if (this.negotiated?.version !== 'tls13') {
      throw new TlsMisuse('no-key-update', 'KeyUpdate needs a connected TLS 1.3 connection');
    }
    this.#connection.command({ event: 'update-keys', request: peer === 'request' });
  }

  /**
   * Keying material bound to this connection (RFC 9846 §7.5, RFC 5705 §4).
   *
   * @throws {TlsMisuse} `not-connected`; `no-extended-master-secret` where it would not be unique (RFC 7627 §5.4).
   */
  exportKeyingMaterial(label: string, length: number, context?: Bytes): Awaitable<Bytes> {
    const { state } = this.#connection;
    const negotiated = negotiatedIn(state);
    if (negotiated === undefined)
      throw new TlsMisuse('not-connected', 'there is nothing to export before connected');
    if (negotiated.version === 'tls13') {
      const { suite, exporter } = state as unknown as { suite: CipherSuite13; exporter: Secret<'exporter'> };
      return compute(this.#provider, exporter13(suite.hash, exporter, label, context ?? noBytes, length));
    }
    if (!negotiated.extendedMasterSecret) {
      throw new TlsMisuse('no-extended-master-secret', 'without RFC 7627 exported keys may not be unique');
    }
    const { hellos, keys } = state as unknown as Connected12;
    const seed = concat(hellos.clientRandom, hellos.serverRandom);
    return compute(this.#provider, exporter12(hellos.suite.hash, keys.master, label, seed, context, length));
  }
}

interface Connected12 {
  readonly hellos: {
    readonly suite: CipherSuite12;
    readonly clientRandom: Bytes;
    readonly serverRandom: Bytes;
  };
  readonly keys: { readonly master: Secret<'master'> };
}
