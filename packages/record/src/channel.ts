import { type Bytes, type Epoch, protocolVersion, type Role, TlsMisuse, type Version } from '@tlsmith/types';
import type { ContentType } from './content-type.ts';
import { type RecordLimits, withRecordLimits } from './limits.ts';
import type { Protection } from './protection.ts';
import { type OpenedRecord, ReadSide } from './read-side.ts';
import type { OnRecord } from './record-info.ts';
import { type PaddingPolicy, WriteSide } from './write-side.ts';

/** What a {@link RecordChannel} is made with. */
export interface RecordChannelOptions {
  readonly role: Role;
  /** Padding of protected TLS 1.3 records; none by default. The answer is cut to what fits. */
  readonly padding?: PaddingPolicy | undefined;
  readonly limits?: Partial<RecordLimits> | undefined;
  /** Version in the records of a client's first ClientHello: 0x0301 unless given (RFC 9846 §5.1). */
  readonly firstVersion?: number | undefined;
  /** For traces; also a property. */
  readonly onRecord?: OnRecord | undefined;
}

/**
 * The record layer of one connection (RFC 9846 §5, RFC 5246 §6.2): bytes to records and back, under keys that are
 * installed as the handshake makes them. Knows no sockets and no messages, and everything in it is synchronous.
 *
 * Between batches a channel holds two keys, two IVs and two sequence numbers, and no buffer.
 *
 * @example
 * ```ts
 * import { RecordChannel } from '@tlsmith/record';
 * const [client, server] = [new RecordChannel({ role: 'client' }), new RecordChannel({ role: 'server' })];
 * client.send('handshake', Uint8Array.of(1, 0, 0, 0));
 * for (const bytes of client.takeOutput()) server.feed(bytes);
 * server.next(); // { type: 'handshake', epoch: 'initial', legacyVersion: 0x0301, ... }
 * ```
 */
export class RecordChannel {
  readonly #read: ReadSide;
  readonly #write: WriteSide;
  #closed = false;

  /** @throws {TlsMisuse} `record-limits` for limits out of their range. */
  constructor(options: RecordChannelOptions) {
    const { role, padding, firstVersion = protocolVersion.tls10 } = options;
    const limits = withRecordLimits(options.limits);
    this.#read = new ReadSide(role, limits);
    this.#write = new WriteSide({ role, limits, padding, firstVersion });
    this.onRecord = options.onRecord;
  }

  /** Told of every record, for traces only. It must not throw. */
  get onRecord(): OnRecord | undefined {
    return this.#read.onRecord;
  }

  set onRecord(hook: OnRecord | undefined) {
    this.#read.onRecord = hook;
    this.#write.onRecord = hook;
  }

  /** Whose keys open the next record. */
  get readEpoch(): Epoch {
    return this.#read.epoch;
  }

  /** Whose keys protect what is sent next. */
  get writeEpoch(): Epoch {
    return this.#write.epoch;
  }

  /** The negotiated version, which decides what a ChangeCipherSpec means; undefined until it is known. */
  setVersion(version: Version | undefined): void {
    this.#read.version = version;
    this.#write.version = version;
  }

  /**
   * Takes received bytes without copying them: they must not change until {@link next} has consumed them or
   * {@link detachInput} was called. A record in the clear is handed on as a view of them. After {@link close} they are
   * ignored.
   */
  feed(bytes: Bytes): void {
    if (!this.#closed) this.#read.input.feed(bytes);
  }

  /** Bytes fed and not yet consumed. */
  get pendingInput(): number {
    return this.#read.input.pending;
  }

  /**
   * Copies what is pending, so that the arrays given to {@link feed} may be reused: for transports that read into one
   * buffer. After `next()` has returned undefined that is less than a record.
   */
  detachInput(): void {
    this.#read.input.detach();
  }

  /**
   * Opens one record with the keys now installed, or undefined when a whole one has not arrived. Act on it (install
   * keys, set the version) before asking for the next. Dropped records are passed over in silence: tolerated
   * ChangeCipherSpecs, skipped early data.
   *
   * @throws {TlsViolation} for a record that may not be: what `deframe` and {@link Opener.open} say, and
   * `unexpected-application-data`, `plaintext-record`, `bad-change-cipher-spec`, `unexpected-change-cipher-spec`,
   * `too-many-change-cipher-specs`, `too-many-empty-records` (all unexpected_message). The connection is then over.
   */
  next(): OpenedRecord | undefined {
    return this.#read.next();
  }

  /**
   * Sets the keys that open the records from here on; undefined goes back to none. The protection is the channel's
   * from here on, and the key before it is destroyed.
   *
   * @throws {TlsMisuse} `channel-closed`.
   */
  installRead(epoch: Epoch, protection: Protection | undefined): void {
    this.#open();
    this.#read.install(epoch, protection);
  }

  /**
   * Whether a ChangeCipherSpec is dropped (RFC 9846 §5: from the first ClientHello to the peer's Finished) or refused,
   * which is how a channel begins. Says nothing in TLS 1.2, where it is a record like others.
   */
  tolerateChangeCipherSpec(tolerate: boolean): void {
    this.#read.toleratesChangeCipherSpec = tolerate;
  }

  /**
   * Starts dropping the early data that a server has rejected (RFC 9846 §4.3.10), until the first record that is
   * accepted: under keys, what does not authenticate; without keys (after HelloRetryRequest), application_data.
   * `maxBytes` counts whole fragments, so it has to allow for the AEAD's expansion; what exceeds it gets the answer
   * that it gets without skipping.
   */
  skipEarlyData(maxBytes: number): void {
    this.#read.skipEarlyData(maxBytes);
  }

  /** Ends {@link skipEarlyData} before a record does. */
  stopSkipping(): void {
    this.#read.skipEarlyData(undefined);
  }

  /**
   * Sends content, in as many records as it needs. It is copied or sealed before this returns. Empty application data
   * makes one empty record.
   *
   * @throws {TlsMisuse} `record-content` for application data before keys, empty handshake or alert content and
   * change_cipher_spec; `alert-fragmented`; `padding`; `channel-closed`.
   * @throws {ConnectionFailed} `limit` when the key may protect no more; records made before that are in the output.
   */
  send(type: ContentType, content: Bytes): void {
    this.#open();
    this.#write.send(type, content);
  }

  /**
   * Sends a ChangeCipherSpec: in TLS 1.2 part of the protocol, else a record in the clear for middleboxes
   * (RFC 9846 §E.4).
   *
   * @throws {TlsMisuse} `channel-closed`.
   */
  sendChangeCipherSpec(): void {
    this.#open();
    this.#write.sendChangeCipherSpec();
  }

  /**
   * Sets the keys that protect what is sent from here on; undefined goes back to none, as a client does whose early
   * data met a HelloRetryRequest. The protection is the channel's from here on, and the key before it is destroyed.
   *
   * @throws {TlsMisuse} `protection-in-use`, `channel-closed`.
   */
  installWrite(epoch: Epoch, protection: Protection | undefined): void {
    this.#open();
    this.#write.install(epoch, protection);
  }

  /** The records made since the last call, in order; they are the caller's and never written again. */
  takeOutput(): Bytes[] {
    return this.#write.output.take();
  }

  /** Bytes that {@link takeOutput} would return. */
  get pendingOutput(): number {
    return this.#write.output.pending;
  }

  /** Whether the write key should be replaced soon; see {@link Sealer.needsKeyUpdate}. */
  get writeNeedsKeyUpdate(): boolean {
    return this.#write.needsKeyUpdate;
  }

  /** Destroys the keys and drops all buffers, the output among them: take it before. Further calls do nothing. */
  close(): void {
    this.#closed = true;
    this.#read.close();
    this.#write.close();
  }

  #open(): void {
    if (this.#closed)
      throw new TlsMisuse('channel-closed', 'this channel is closed: make one per connection');
  }
}
