import { inspect, Reader, type Span } from '@tlsmith/codec';
import { type Bytes, copyBytes, isDecodeError, type Rejection } from '@tlsmith/types';
import type { DerType } from './der.ts';
import { bytesOf } from './input.ts';
import { rejected } from './rejection.ts';

/**
 * Decodes a whole element; the bytes are copied, and all views are of that copy.
 *
 * @throws {CertificateRejected} `reason`, with the offset, the path of fields and what was expected there.
 * @throws {TlsMisuse} `not-bytes`.
 */
export function decodeDer<T>(type: DerType<T>, der: Bytes, reason: Rejection): T {
  return rejecting(reason, () => {
    const reader = new Reader(copyBytes(bytesOf(der, type.name)));
    const value = type.read(reader);
    return reader.at === reader.end ? value : reader.fail(`the end of ${type.name}`);
  });
}

/** Decodes as {@link decodeDer} does and says what each byte is: the children of every span cover it. */
export function inspectDer<T>(
  { name, section, read }: DerType<T>,
  der: Bytes,
  reason: Rejection,
): { readonly value: T; readonly span: Span } {
  // What is signed is never written anew: its bytes are its identity.
  const codec = { name, section, read, write: () => undefined };
  return rejecting(reason, () => inspect(codec, copyBytes(bytesOf(der, name))));
}

function rejecting<T>(reason: Rejection, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!isDecodeError(error)) throw error;
    const { at, path, expected } = error;
    throw rejected(reason, { at, path: path.join('.'), expected });
  }
}
