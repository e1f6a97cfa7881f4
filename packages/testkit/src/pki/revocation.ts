import {
  boolean,
  explicit,
  generalizedTime,
  ia5String,
  implicit,
  integer,
  namedBits,
  oid,
  sequence,
} from './der.ts';
import type { ExtensionInput } from './extensions.ts';
import { type GeneralNamesInput, generalNames, type NameInput } from './name.ts';

/** A distribution point of a certificate, or that of a CRL (RFC 5280 §4.2.1.13, §5.2.5). */
export interface PointInput {
  readonly names?: GeneralNamesInput;
  /** A RelativeDistinguishedName, DER, instead of names. */
  readonly relative?: Uint8Array;
  /** Bits of ReasonFlags. */
  readonly reasons?: readonly number[];
  readonly crlIssuer?: NameInput;
}

/** What a CRL is about (RFC 5280 §5.2.5). */
export interface IssuingPointInput extends Omit<PointInput, 'crlIssuer'> {
  readonly only?: 'users' | 'authorities' | 'attributes';
  readonly indirect?: boolean;
}

/** RFC 5280 §4.2.1.13; under another OID also freshestCRL. */
export const crlDistributionPoints = (
  points: readonly PointInput[],
  extension: '2.5.29.31' | '2.5.29.46' = '2.5.29.31',
): ExtensionInput => ({
  oid: extension,
  critical: false,
  value: sequence(...points.map(point)),
});

/** RFC 5280 §5.2.5. */
export const issuingDistributionPoint = (input: IssuingPointInput, critical = true): ExtensionInput => ({
  oid: '2.5.29.28',
  critical,
  value: sequence(
    ...pointName(input),
    ...(input.only === 'users' ? [implicit(1, boolean(true))] : []),
    ...(input.only === 'authorities' ? [implicit(2, boolean(true))] : []),
    ...(input.reasons === undefined ? [] : [implicit(3, namedBits(input.reasons))]),
    ...(input.indirect === true ? [implicit(4, boolean(true))] : []),
    ...(input.only === 'attributes' ? [implicit(5, boolean(true))] : []),
  ),
});

/** RFC 5280 §4.2.2.1, with every method: where issuers and OCSP responders are found. */
export const accessDescriptions = (urls: {
  readonly ocsp?: readonly string[];
  readonly caIssuers?: readonly string[];
}): ExtensionInput => ({
  oid: '1.3.6.1.5.5.7.1.1',
  critical: false,
  value: sequence(
    ...(urls.ocsp ?? []).map((url) => access('1.3.6.1.5.5.7.48.1', url)),
    ...(urls.caIssuers ?? []).map((url) => access('1.3.6.1.5.5.7.48.2', url)),
  ),
});

/** RFC 6960 §4.2.2.2.1. */
export const ocspNoCheck: ExtensionInput = {
  oid: '1.3.6.1.5.5.7.48.1.5',
  critical: false,
  value: Uint8Array.of(5, 0),
};

/** RFC 5280 §5.3.2. */
export const invalidityDate = (time: number): ExtensionInput => ({
  oid: '2.5.29.24',
  critical: false,
  value: generalizedTime(time),
});

/** RFC 5280 §5.3.3. */
export const certificateIssuer = (name: NameInput): ExtensionInput => ({
  oid: '2.5.29.29',
  critical: true,
  value: sequence(...generalNames({ directory: [name] })),
});

function point(input: PointInput): Uint8Array {
  const issuer = input.crlIssuer === undefined ? [] : generalNames({ directory: [input.crlIssuer] });
  return sequence(
    ...pointName(input),
    ...(input.reasons === undefined ? [] : [implicit(1, namedBits(input.reasons))]),
    ...(issuer.length === 0 ? [] : [explicit(2, ...issuer)]),
  );
}

function pointName({ names, relative }: Pick<PointInput, 'names' | 'relative'>): readonly Uint8Array[] {
  if (relative !== undefined) return [explicit(0, implicit(1, relative))];
  return names === undefined ? [] : [explicit(0, explicit(0, ...generalNames(names)))];
}

function access(method: string, url: string): Uint8Array {
  return sequence(oid(method), implicit(6, ia5String(url)));
}

/** An extension whose value is one INTEGER: CRLNumber, or BaseCRLNumber, which is critical (RFC 5280 §5.2.3, §5.2.4). */
export const crlNumber = (number: number | Uint8Array, of: 'crl' | 'base' = 'crl'): ExtensionInput => ({
  oid: of === 'crl' ? '2.5.29.20' : '2.5.29.27',
  critical: of === 'base',
  value: integer(number),
});
