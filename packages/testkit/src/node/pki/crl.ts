import { bitString, der, enumerated, explicit, integer, sequence, validityTime } from '../../pki/der.ts';
import { authorityKeyIdentifier, type ExtensionInput, encodeExtension } from '../../pki/extensions.ts';
import { crlNumber } from '../../pki/revocation.ts';
import { keyIdentifier, type Signer } from './certificate.ts';
import { type SignatureHash, signContent } from './signature.ts';

/** What a CRL says; every field has a default that makes an ordinary, current one without entries. */
export interface CrlInput {
  readonly revoked?: readonly RevokedInput[];
  /** Milliseconds since the epoch; default 2026-01-01. */
  readonly thisUpdate?: number;
  /** Milliseconds since the epoch, or none; default 2049-12-31. */
  readonly nextUpdate?: number | 'none';
  /** Default 1. */
  readonly number?: number | Uint8Array;
  /** Makes it a delta CRL of the one with that number. */
  readonly base?: number | Uint8Array;
  /** Extensions after the usual ones. */
  readonly extensions?: readonly ExtensionInput[];
  /** Extensions left out, by OID. */
  readonly omit?: readonly string[];
  /** Default 2; 1 has no extensions. */
  readonly version?: 1 | 2;
  readonly signatureHash?: SignatureHash;
  /** Breaks the signature after it was made. */
  readonly breakSignature?: boolean;
}

/** An entry of a CRL. */
export interface RevokedInput {
  /** The serial number, or its content octets. */
  readonly serial: number | Uint8Array;
  /** Milliseconds since the epoch; default 2026-01-01. */
  readonly at?: number;
  /** A CRLReason (RFC 5280 §5.3.1). */
  readonly reason?: number;
  readonly extensions?: readonly ExtensionInput[];
}

/**
 * A CRL, DER (RFC 5280 §5.1).
 *
 * @example
 * ```ts
 * import { makeAuthority, makeCrl } from '@tlsmith/testkit/node';
 * makeCrl(makeAuthority({ name: 'Root' }), { revoked: [{ serial: 5, reason: 1 }] });
 * ```
 */
export function makeCrl(issuer: Pick<Signer, 'name' | 'key'>, input: CrlInput = {}): Uint8Array {
  const { key } = issuer;
  const choice = { hash: input.signatureHash ?? 'sha256', padding: 'pkcs1' as const };
  const { algorithm, content, value } = signContent(key, choice, (identifier) =>
    sequence(
      ...(input.version === 1 ? [] : [integer(1)]),
      identifier,
      issuer.name,
      validityTime(input.thisUpdate ?? from2026),
      ...(input.nextUpdate === 'none' ? [] : [validityTime(input.nextUpdate ?? until2049)]),
      ...(input.revoked === undefined ? [] : [sequence(...input.revoked.map(entry))]),
      ...listExtensions(issuer, input),
    ),
  );
  const signature = value.slice();
  if (input.breakSignature === true) signature[signature.length - 1] = (signature.at(-1) as number) ^ 1;
  return sequence(content, algorithm, bitString(signature));
}

function entry({ serial, at, reason, extensions = [] }: RevokedInput): Uint8Array {
  const all = [
    ...(reason === undefined ? [] : [{ oid: '2.5.29.21', critical: false, value: enumerated(reason) }]),
    ...extensions,
  ];
  return sequence(
    typeof serial === 'number' ? integer(serial) : der(0x02, serial),
    validityTime(at ?? from2026),
    ...(all.length === 0 ? [] : [sequence(...all.map(encodeExtension))]),
  );
}

function listExtensions({ key }: Pick<Signer, 'key'>, input: CrlInput): readonly Uint8Array[] {
  if (input.version === 1) return [];
  const all = [
    authorityKeyIdentifier(keyIdentifier(key)),
    crlNumber(input.number ?? 1),
    ...(input.base === undefined ? [] : [crlNumber(input.base, 'base')]),
    ...(input.extensions ?? []),
  ].filter(({ oid }) => input.omit?.includes(oid) !== true);
  return all.length === 0 ? [] : [explicit(0, sequence(...all.map(encodeExtension)))];
}

const from2026 = Date.UTC(2026, 0, 1);
const until2049 = Date.UTC(2049, 11, 31);
