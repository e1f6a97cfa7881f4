import { type HashName, toHex } from '@tlsmith/types';
import type { Bytes } from '@tlsmith/types';
import { contentOf, derContent, derValues, Tag, unsignedInteger } from './der.ts';

/**
 * Whether the parameters of an RSASSA-PSS key allow this hash for message and mask, and a salt of its length
 * (RFC 4055 §3.3). A key without parameters allows all.
 *
 * @throws {DecodeError} for malformed parameters.
 */
export function allowsPss(spki: Bytes, name: HashName): boolean {
  const [algorithm] = derValues(derContent(spki, Tag.sequence));
  const [, parameters] = derValues(contentOf(algorithm, Tag.sequence));
  if (parameters === undefined) return true;
  const fields = derValues(contentOf(parameters, Tag.sequence));
  const field = (tag: number): Bytes | undefined => fields.find((one) => one.tag === tag)?.content;
  const [hash, mask, salt, trailer] = [Tag.context0, Tag.context1, Tag.context2, Tag.context3].map(field);
  return (
    hashOf(hash) === hashes[name] &&
    maskHashOf(mask) === hashes[name] &&
    number(salt, defaultSalt) <= saltLengths[name] &&
    number(trailer, 1) === 1
  );
}

function hashOf(algorithm: Bytes | undefined): string {
  if (algorithm === undefined) return hashes.sha1;
  const [identifier] = derValues(derContent(algorithm, Tag.sequence));
  return toHex(contentOf(identifier, Tag.objectIdentifier));
}

/** maskGenAlgorithm: the identifier of MGF1, then the hash that it uses. */
function maskHashOf(algorithm: Bytes | undefined): string | undefined {
  if (algorithm === undefined) return hashes.sha1;
  const [identifier, hash] = derValues(derContent(algorithm, Tag.sequence));
  return toHex(contentOf(identifier, Tag.objectIdentifier)) === mgf1 ? hashOf(hash?.whole) : undefined;
}

function number(integer: Bytes | undefined, otherwise: number): number {
  if (integer === undefined) return otherwise;
  const magnitude = unsignedInteger(derValues(integer)[0]);
  return magnitude.length > 2 ? Infinity : magnitude.reduce((sum, byte) => sum * 256 + byte, 0);
}

// Defaults of RSASSA-PSS-params (RFC 4055 §3.1): SHA-1, MGF1 with SHA-1, salts of 20 bytes, trailer 1.
const defaultSalt = 20;
const mgf1 = '2a864886f70d010108';
const hashes: Readonly<Record<HashName, string>> = {
  sha1: '2b0e03021a',
  sha256: '608648016503040201',
  sha384: '608648016503040202',
  sha512: '608648016503040203',
};
const saltLengths: Readonly<Record<HashName, number>> = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 };
