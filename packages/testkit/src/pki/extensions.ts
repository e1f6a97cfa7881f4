import {
  boolean,
  explicit,
  ia5String,
  implicit,
  integer,
  namedBits,
  octetString,
  oid,
  sequence,
} from './der.ts';
import { type GeneralNamesInput, generalNames } from './name.ts';

/** One extension as it goes into a certificate; `value` is what the OCTET STRING holds. */
export interface ExtensionInput {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Uint8Array;
}

/** Bits of keyUsage by their names in RFC 5280 §4.2.1.3. */
export type KeyUsageName = (typeof keyUsageBits)[number];

/** Purposes of extendedKeyUsage by short name, or any OID. */
export type KeyPurpose = keyof typeof purposes | `${number}.${string}`;

/** RFC 5280 §4.2.1.4, without qualifiers. */
export const certificatePolicies = (policies: readonly string[], critical = false): ExtensionInput => ({
  oid: '2.5.29.32',
  critical,
  value: sequence(...policies.map((policy) => sequence(oid(policy)))),
});

/** RFC 5280 §4.2.1.5: issuer's policy to subject's policy. */
export const policyMappings = (mappings: readonly (readonly [string, string])[]): ExtensionInput => ({
  oid: '2.5.29.33',
  critical: true,
  value: sequence(...mappings.map(([issuer, subject]) => sequence(oid(issuer), oid(subject)))),
});

/** RFC 5280 §4.2.1.11: after how many certificates a policy is required and mapping ends. */
export const policyConstraints = (skip: {
  readonly requireExplicitPolicy?: number;
  readonly inhibitPolicyMapping?: number;
}): ExtensionInput => ({
  oid: '2.5.29.36',
  critical: true,
  value: sequence(...tagged(0, skip.requireExplicitPolicy), ...tagged(1, skip.inhibitPolicyMapping)),
});

/** RFC 5280 §4.2.1.14. */
export const inhibitAnyPolicy = (skip: number): ExtensionInput => ({
  oid: '2.5.29.54',
  critical: true,
  value: integer(skip),
});

/** RFC 5280 §4.2.1.9; `cA` false is written as the empty SEQUENCE. */
export const basicConstraints = (isCa: boolean, pathLength?: number): ExtensionInput => ({
  oid: '2.5.29.19',
  critical: true,
  value: sequence(
    ...(isCa ? [boolean(true)] : []),
    ...(pathLength === undefined ? [] : [integer(pathLength)]),
  ),
});

/** RFC 5280 §4.2.1.3. */
export const keyUsage = (usages: readonly KeyUsageName[]): ExtensionInput => ({
  oid: '2.5.29.15',
  critical: true,
  value: namedBits(usages.map((usage) => keyUsageBits.indexOf(usage))),
});

/** RFC 5280 §4.2.1.12. */
export const extendedKeyUsage = (wanted: readonly KeyPurpose[], critical = false): ExtensionInput => ({
  oid: '2.5.29.37',
  critical,
  value: sequence(...wanted.map((purpose) => oid(purposes[purpose as keyof typeof purposes] ?? purpose))),
});

/** RFC 5280 §4.2.1.6; critical where the subject is empty. */
export const subjectAltName = (names: GeneralNamesInput, critical = false): ExtensionInput => ({
  oid: '2.5.29.17',
  critical,
  value: sequence(...generalNames(names)),
});

/** RFC 5280 §4.2.1.10. */
export const nameConstraints = (
  subtrees: { readonly permitted?: GeneralNamesInput; readonly excluded?: GeneralNamesInput },
  critical = true,
): ExtensionInput => ({
  oid: '2.5.29.30',
  critical,
  value: sequence(...subtreeList(0, subtrees.permitted), ...subtreeList(1, subtrees.excluded)),
});

/** RFC 5280 §4.2.1.2. */
export const subjectKeyIdentifier = (identifier: Uint8Array): ExtensionInput => ({
  oid: '2.5.29.14',
  critical: false,
  value: octetString(identifier),
});

/** RFC 5280 §4.2.1.1, by key identifier alone. */
export const authorityKeyIdentifier = (identifier: Uint8Array): ExtensionInput => ({
  oid: '2.5.29.35',
  critical: false,
  value: sequence(implicit(0, octetString(identifier))),
});

/** RFC 7633: the server promises to staple; feature 5 is status_request. */
export const tlsFeature = (features: readonly number[] = [5]): ExtensionInput => ({
  oid: '1.3.6.1.5.5.7.1.24',
  critical: false,
  value: sequence(...features.map((feature) => integer(feature))),
});

/** RFC 5280 §4.2.2.1: where the OCSP responder is found. */
export const authorityInfoAccess = (ocsp: string): ExtensionInput => ({
  oid: '1.3.6.1.5.5.7.1.1',
  critical: false,
  value: sequence(sequence(oid('1.3.6.1.5.5.7.48.1'), implicit(6, ia5String(ocsp)))),
});

/** An extension that nobody knows. */
export const unknownExtension = (critical: boolean): ExtensionInput => ({
  oid: '1.3.6.1.4.1.55555.1',
  critical,
  value: octetString(new Uint8Array(4)),
});

/** Extension, DER (RFC 5280 §4.1). */
export const encodeExtension = (extension: ExtensionInput): Uint8Array =>
  sequence(oid(extension.oid), ...(extension.critical ? [boolean(true)] : []), octetString(extension.value));

function subtreeList(number: number, names: GeneralNamesInput | undefined): readonly Uint8Array[] {
  return names === undefined ? [] : [explicit(number, ...generalNames(names).map((name) => sequence(name)))];
}

function tagged(number: number, skip: number | undefined): readonly Uint8Array[] {
  return skip === undefined ? [] : [implicit(number, integer(skip))];
}

const keyUsageBits = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;

const purposes = {
  server: '1.3.6.1.5.5.7.3.1',
  client: '1.3.6.1.5.5.7.3.2',
  'code-signing': '1.3.6.1.5.5.7.3.3',
  ocsp: '1.3.6.1.5.5.7.3.9',
  any: '2.5.29.37.0',
} as const;
