import { TlsMisuse } from '@tlsmith/types';
import type { Certificate } from './certificate.ts';
import type { Part } from './profile.ts';
import { oidName } from './oid.ts';
import { oids } from './oids.ts';

/**
 * What a certificate is verified for: a TLS server, a TLS client, or any other key purpose by its object identifier in
 * dotted form, such as those in {@link keyPurposes}.
 */
export type Purpose = 'server' | 'client' | `${0 | 1 | 2}.${string}`;

/** Key purposes (KeyPurposeId) by the names that RFC 5280 §4.2.1.12 gives them, without `id-kp-`. */
export const keyPurposes: {
  readonly serverAuth: '1.3.6.1.5.5.7.3.1';
  readonly clientAuth: '1.3.6.1.5.5.7.3.2';
  readonly codeSigning: '1.3.6.1.5.5.7.3.3';
  readonly emailProtection: '1.3.6.1.5.5.7.3.4';
  readonly timeStamping: '1.3.6.1.5.5.7.3.8';
  readonly ocspSigning: '1.3.6.1.5.5.7.3.9';
} = {
  serverAuth: oids.serverAuth,
  clientAuth: oids.clientAuth,
  codeSigning: oids.codeSigning,
  emailProtection: oids.emailProtection,
  timeStamping: oids.timeStamping,
  ocspSigning: oids.ocspSigning,
};

/**
 * The object identifier of a purpose.
 *
 * @throws {TlsMisuse} `not-a-purpose` for anything else, anyExtendedKeyUsage included: it names no purpose.
 */
export function purposeId(purpose: Purpose): string {
  if (purpose === 'server') return oids.serverAuth;
  if (purpose === 'client') return oids.clientAuth;
  if (isIdentifier(purpose) && purpose !== oids.anyExtendedKeyUsage) return purpose;
  throw new TlsMisuse(
    'not-a-purpose',
    "`purpose` is 'server', 'client' or the object identifier of a key purpose, such as keyPurposes.codeSigning",
  );
}

/** An extendedKeyUsage that does not allow a purpose. */
export interface PurposeFault {
  readonly needed: string;
  readonly present: readonly string[];
}

/**
 * Whether a certificate may be used for a purpose (RFC 5280 §4.2.1.12), undefined when it may. The usages of authorities
 * bound what they may certify, which is common practice and not in the RFC.
 */
export function purposeFault(
  { extendedKeyUsage, extensions }: Certificate,
  wanted: string,
  part: Part,
): PurposeFault | undefined {
  const present = extendedKeyUsage ?? [];
  const fault = { needed: oidName(wanted), present: present.map(oidName) };
  if (part === 'leaf' && wanted === oids.timeStamping) {
    // RFC 3161 §2.3: this purpose alone, in a critical extension.
    const isCritical = extensions.some(({ key, critical }) => key === 'extendedKeyUsage' && critical);
    return present.length === 1 && present[0] === wanted && isCritical ? undefined : fault;
  }
  // RFC 6960 §4.2.2.2: an authority delegates with this very identifier; what is good for anything does not say so.
  if (part === 'leaf' && wanted === oids.ocspSigning) return present.includes(wanted) ? undefined : fault;
  if (extendedKeyUsage === undefined) return undefined;
  return present.includes(wanted) || present.includes(oids.anyExtendedKeyUsage) ? undefined : fault;
}

function isIdentifier(text: unknown): boolean {
  return typeof text === 'string' && /^(?:[01]\.[1-3]?\d|2\.(?:0|[1-9]\d*))(?:\.(?:0|[1-9]\d*))+$/.test(text);
}
