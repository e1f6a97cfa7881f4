import type { Bytes } from '@tlsmith/types';

/** The bytes of a Buffer without its class, whose `slice` shares memory. The Buffer must not be from Node's pool. */
export function plain(buffer: Buffer): Bytes {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

/** A byte per character. */
export function fromLatin1(text: string): Bytes {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < bytes.length; index++) bytes[index] = text.charCodeAt(index);
  return bytes;
}

/** base64url, as JSON Web Keys hold numbers and keys (RFC 7518 §6). */
export function toBase64Url(bytes: Bytes): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url');
}

/** Fresh bytes from base64url. */
export function fromBase64Url(text: string | undefined): Bytes {
  return new Uint8Array(Buffer.from(text ?? '', 'base64url'));
}
