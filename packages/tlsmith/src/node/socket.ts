import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Negotiated } from '@tlsmith/handshake';
import { type Bytes, type ClientSession, ConnectionFailed, TlsMisuse } from '@tlsmith/types';
import type { ConnectionEvent } from '../events.ts';
import type { TlsEnd } from '../tls-end.ts';
import { leave, unread } from './leave.ts';
import { SocketFacts } from './socket-facts.ts';
import { TransportWriter } from './transport-writer.ts';

/** How a {@link TLSSocket} behaves. */
export interface TLSSocketOptions {
  /** Whether writing may go on after the peer's close_notify; if not, the stream ends itself when it has been read. */
  readonly allowHalfOpen: boolean;
  /** Milliseconds for the handshake. */
  readonly handshakeTimeout: number;
}

/**
 * TLS over TCP or over any other Duplex, with the names of node:tls: a `stream.Duplex` of plaintext. Events beside a
 * stream's: `secureConnect` when the handshake is done, `session` (a {@link ClientSession} to resume later).
 *
 * An error never overtakes data: what was received before it is read first.
 */
export class TLSSocket extends SocketFacts {
  readonly #transport: Duplex;
  readonly #deadline: NodeJS.Timeout;
  #end: TlsEnd | undefined;
  /** Kept after the connection is over. */
  #negotiated: Negotiated | undefined;
  #authorized = false;
  #session: ClientSession | undefined;
  /** The write or end that waits for the handshake; a stream has at most one under way. */
  #held: (() => void) | undefined;
  #failure: Error | undefined;
  /** The reader has enough for now. */
  #full = false;
  readonly #writer: TransportWriter;
  /** Whether there was a connection that can be lost. */
  #reached: boolean;

  constructor(transport: Duplex, options: TLSSocketOptions) {
    super({ allowHalfOpen: options.allowHalfOpen });
    this.#transport = transport;
    this.#writer = new TransportWriter(transport, () => this.#flow());
    this.#reached = (transport as Partial<Socket>).connecting !== true;
    transport.once('connect', () => (this.#reached = true));
    this.#deadline = setTimeout(() => this.#timedOut(options), options.handshakeTimeout);
    transport.on('data', (chunk: Buffer) => this.#received(chunk));
    transport.on('end', () => this.#step((end) => end.end()));
    transport.on('error', (error) => this.#lost(error));
    transport.on('close', () => this.#step((end) => end.end()));
    for (const name of ['timeout', 'connect', 'lookup']) {
      transport.on(name, (...facts: readonly unknown[]) => this.emit(name, ...facts));
    }
    transport.pause();
  }

  override get negotiated(): Negotiated | undefined {
    return this.#negotiated;
  }

  override get authorized(): boolean {
    return this.#authorized;
  }

  /** Gives the socket its TLS end; bytes flow from here on. Called by those who make sockets. */
  attach(end: TlsEnd): this {
    if (this.destroyed) return this;
    this.#end = end;
    this.#writer.from(end);
    const move = (): void => {
      this.#step(() => undefined);
      this.#flow();
    };
    end.onReady = move;
    move();
    return this;
  }

  /** The newest session; the same that the last `session` event gave. */
  getSession(): ClientSession | undefined {
    return this.#session;
  }

  /** Keying material bound to this connection (RFC 9846 §7.5, RFC 5705 §4). */
  async exportKeyingMaterial(length: number, label: string, context?: Bytes): Promise<Buffer> {
    if (this.#end === undefined) throw new ConnectionFailed('aborted', 'not connected');
    return Buffer.from(await this.#end.exportKeyingMaterial(label, length, context));
  }

  /** Fresh keys for sending, and for receiving too with `request` (RFC 9846 §4.7.3). */
  updateKeys(peer: 'request' | 'leave' = 'leave'): void {
    if (this.#negotiated?.version !== 'tls13') {
      throw new TlsMisuse('no-key-update', 'KeyUpdate needs a connected TLS 1.3 connection');
    }
    this.#step((end) => end.updateKeys(peer));
  }

  /** Destroys the socket when everything written has been sent. */
  destroySoon(): void {
    if (this.writableFinished) this.destroy();
    else this.end(() => this.destroy());
  }

  override read(size?: number): Buffer | null {
    const chunk = super.read(size) as Buffer | null;
    if (this.#failure !== undefined && this.readableLength === 0)
      process.nextTick(() => this.#destroyFailed());
    return chunk;
  }

  override _read(): void {
    this.#full = false;
    this.#flow();
  }

  override _write(
    chunk: Buffer,
    encoding: BufferEncoding | 'buffer',
    done: (error?: Error | null) => void,
  ): void {
    if (this.#waits(() => this._write(chunk, encoding, done))) return;
    this.#writer.notAnAnswer();
    this.#step((end) => end.write(chunk));
    if (this.#failure !== undefined) done(this.#failure);
    else if (this.#transport.writableNeedDrain === true) this.#transport.once('drain', () => done());
    // A tick later: what is written until then comes together, in full records (_writev).
    else process.nextTick(done);
  }

  override _writev(
    chunks: readonly { readonly chunk: Buffer }[],
    done: (error?: Error | null) => void,
  ): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), 'buffer', done);
  }

  override _final(done: (error?: Error | null) => void): void {
    if (this.#waits(() => this._final(done))) return;
    this.#step((end) => end.close());
    this.#writer.end();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#deadline);
    this.#held = undefined;
    this.#end?.abort();
    this.#writer.flush();
    leave(this.#transport);
    done(error);
  }

  protected override get tcp(): Partial<Socket> {
    return this.#transport as Partial<Socket>;
  }

  /** Holds a write back until the handshake is done. */
  #waits(later: () => void): boolean {
    const early = this.#negotiated === undefined && this.#failure === undefined;
    if (early) this.#held = later;
    return early;
  }

  #received(chunk: Buffer): void {
    this.#step((end) => end.receive(chunk, 'owned'));
    this.#flow();
  }

  /** Reads on, unless our reader, an answer of our own or the peer's reading is behind. */
  #flow(): void {
    const wanted = this.#end?.wants.read === true && !this.#full && !this.#writer.unread;
    if (wanted || this.#failure !== undefined) this.#transport.resume();
    else this.#transport.pause();
  }

  /** A transport that breaks after it was reached truncates the connection; what had arrived by then counts first. */
  #lost(cause: Error): void {
    for (const chunk of unread(this.#transport)) this.#received(chunk);
    this.#fail(this.#reached ? new ConnectionFailed('truncated', 'the transport failed', { cause }) : cause);
  }

  /** One thing done to the TLS end, its news told, and its output left to be written. */
  #step(act: (end: TlsEnd) => void): void {
    const end = this.#end;
    if (end === undefined || this.destroyed) return;
    try {
      act(end);
    } catch (error) {
      this.#fail(error as Error);
    }
    for (const event of end.events()) this.#tell(event);
    this.#writer.flushSoon();
  }

  #tell(event: ConnectionEvent): void {
    switch (event.event) {
      case 'connected':
        clearTimeout(this.#deadline);
        this.#negotiated = event.negotiated;
        this.#authorized = this.#end?.peerAuthenticated === true;
        this.emit('secureConnect');
        this.#held?.();
        this.#held = undefined;
        return;
      case 'data':
        if (!this.push(event.bytes)) this.#full = true;
        return;
      case 'session':
        this.#session = event.session;
        this.emit('session', event.session);
        return;
      case 'end':
        this.push(null);
        return;
      case 'failed':
        this.#fail(event.error);
        return;
      case 'closed':
        this.#writer.end();
    }
  }

  #timedOut({ handshakeTimeout }: TLSSocketOptions): void {
    this.#fail(new ConnectionFailed('timeout', `no handshake within ${handshakeTimeout} ms`));
  }

  /** The connection is over; the stream follows when everything received before has been read. */
  #fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#held?.();
    this.#held = undefined;
    if (this.readableLength === 0) this.#destroyFailed();
  }

  #destroyFailed(): void {
    if (!this.destroyed) this.destroy(this.#failure);
  }
}
