import type { Bytes } from '@tlsmith/types';

/**
 * The additional data of TLS 1.2: sequence number, then type and version as in the record's header, then the length of
 * the content (RFC 5246 §6.2.3.3), in one array that every call overwrites. TLS 1.3 needs none of this: its additional
 * data is the header.
 */
export class AdditionalData12 {
  readonly #bytes: Bytes = new Uint8Array(13);
  readonly #view: DataView = new DataView(this.#bytes.buffer);

  of(sequence: number, header: Bytes, contentLength: number): Bytes {
    this.#view.setUint32(0, Math.floor(sequence / 2 ** 32));
    this.#view.setUint32(4, sequence);
    this.#view.setUint8(8, header[0] as number);
    this.#view.setUint8(9, header[1] as number);
    this.#view.setUint8(10, header[2] as number);
    this.#view.setUint16(11, contentLength);
    return this.#bytes;
  }
}
