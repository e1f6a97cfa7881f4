import { type Bytes, type Epoch, protocolVersion, type Role, TlsMisuse, type Version } from '@tlsmith/types';
import { type ContentType, contentType, contentTypeName } from './content-type.ts';
import { headerLength, writeHeader } from './frame.ts';
import type { RecordLimits } from './limits.ts';
import { RecordOutput } from './output.ts';
import { expansion, type Protection } from './protection.ts';
import type { OnRecord } from './record-info.ts';
import { Sealer } from './sealer.ts';

/** Says how many zero bytes to add to a record with this much content (RFC 9846 §5.4). */
export type PaddingPolicy = (contentLength: number) => number;

/** What a write side is made with. */
export interface WriteOptions {
  readonly role: Role;
  readonly limits: RecordLimits;
  readonly padding: PaddingPolicy | undefined;
  readonly firstVersion: number;
}

/** The writing half of a channel: content to fragments to records to one array per batch. */
export class WriteSide {
  readonly output: RecordOutput = new RecordOutput();
  version: Version | undefined;
  onRecord: OnRecord | undefined;
  readonly #options: WriteOptions;
  #epoch: Epoch = 'initial';
  #sealer: Sealer | undefined;
  /** Bytes that a record has more than content and padding. */
  #overhead: number = headerLength;
  #pads = false;
  #first: boolean;

  constructor(options: WriteOptions) {
    this.#options = options;
    this.#first = options.role === 'client';
  }

  get epoch(): Epoch {
    return this.#epoch;
  }

  get needsKeyUpdate(): boolean {
    return this.#sealer?.needsKeyUpdate ?? false;
  }

  install(epoch: Epoch, protection: Protection | undefined): void {
    const sealer = protection === undefined ? undefined : new Sealer(protection);
    this.#sealer?.destroy();
    this.#sealer = sealer;
    this.#epoch = epoch;
    this.#overhead = headerLength + (protection === undefined ? 0 : expansion(protection.suite));
    this.#pads = this.#options.padding !== undefined && protection?.suite.version === 'tls13';
  }

  send(type: ContentType, content: Bytes): void {
    const { maxFragment } = this.#options.limits;
    checkSendable(type, content.length, this.#sealer !== undefined);
    const fragments = Math.max(1, Math.ceil(content.length / maxFragment));
    if (type === 'alert' && fragments > 1) {
      throw new TlsMisuse('alert-fragmented', 'an alert goes into one record (RFC 9846 §5.1)');
    }
    this.output.reserve(content.length + fragments * this.#overhead);
    const legacyVersion = this.#takeVersion(type);
    if (fragments === 1) return this.#write(type, content, legacyVersion);
    for (let at = 0; at < content.length; at += maxFragment) {
      this.#write(type, content.subarray(at, at + maxFragment), legacyVersion);
    }
  }

  /** In TLS 1.3 always in the clear (RFC 9846 §5), in TLS 1.2 a record like any other. */
  sendChangeCipherSpec(): void {
    if (this.version === 'tls12') this.#write('change_cipher_spec', changeCipherSpec, protocolVersion.tls12);
    else this.#writeClear('change_cipher_spec', changeCipherSpec, protocolVersion.tls12);
  }

  close(): void {
    this.install(this.#epoch, undefined);
    this.output.clear();
  }

  #write(type: ContentType, content: Bytes, legacyVersion: number): void {
    const sealer = this.#sealer;
    if (sealer === undefined) return this.#writeClear(type, content, legacyVersion);
    const padding = this.#pads ? this.#paddingFor(content.length) : 0;
    const length = this.#overhead + content.length + padding;
    const room = this.output.room(length);
    // A throw leaves the room uncommitted: no half-made record goes out.
    this.output.commit(sealer.seal(type, content, room, padding));
    if (this.onRecord === undefined) return;
    const outer = contentTypeName(room[0] as number) as ContentType;
    const written = { direction: 'write', epoch: this.#epoch, length, innerType: type, padding } as const;
    this.onRecord({ ...written, type: outer, legacyVersion: protocolVersion.tls12 });
  }

  #writeClear(type: ContentType, content: Bytes, legacyVersion: number): void {
    const length = headerLength + content.length;
    const room = this.output.room(length);
    writeHeader(room, contentType[type], legacyVersion, content.length);
    room.set(content, headerLength);
    this.output.commit(length);
    this.onRecord?.({ direction: 'write', type, epoch: 'initial', length, legacyVersion });
  }

  #paddingFor(contentLength: number): number {
    const wanted = this.#options.padding?.(contentLength) ?? 0;
    if (!Number.isInteger(wanted) || wanted < 0) {
      throw new TlsMisuse('padding', 'a padding policy answers with a whole number of bytes, 0 or more');
    }
    // A reduced limit counts padding too (RFC 9846 §5.4).
    return Math.min(wanted, this.#options.limits.maxFragment - contentLength);
  }

  /** RFC 9846 §5.1: 0x0303, but for the first ClientHello, where old servers know 0x0301 better. */
  #takeVersion(type: ContentType): number {
    if (!this.#first || type !== 'handshake') return protocolVersion.tls12;
    this.#first = false;
    return this.#options.firstVersion;
  }
}

function checkSendable(type: ContentType, length: number, sealed: boolean): void {
  if (type === 'change_cipher_spec') {
    throw new TlsMisuse('record-content', 'sendChangeCipherSpec() sends the one there is');
  }
  if (type === 'application_data' ? !sealed : length === 0) {
    const reason = sealed || length === 0 ? 'is never empty' : 'is never sent in the clear';
    throw new TlsMisuse('record-content', `${type} ${reason} (RFC 9846 §5.1)`);
  }
}

const changeCipherSpec: Bytes = Uint8Array.of(1);
