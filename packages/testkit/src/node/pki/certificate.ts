import { createHash, randomBytes } from 'node:crypto';
import { bitString, explicit, integer, pem, sequence, validityTime } from '../../pki/der.ts';
import {
  authorityKeyIdentifier,
  basicConstraints,
  type ExtensionInput,
  encodeExtension,
  extendedKeyUsage,
  type KeyPurpose,
  type KeyUsageName,
  keyUsage,
  nameConstraints,
  subjectAltName,
  subjectKeyIdentifier,
  unknownExtension,
} from '../../pki/extensions.ts';
import { makeKey, type TestKey, type TestKeyType } from './keys.ts';
import { distinguishedName, type GeneralNamesInput, generalNames, type NameInput } from '../../pki/name.ts';
import { type SignatureHash, signContent } from './signature.ts';

/** What a certificate says; every field but the subject has a default that makes an ordinary, valid leaf. */
export interface CertificateInput extends GeneralNamesInput {
  readonly subject: NameInput;
  /** Default `p256`. */
  readonly keyType?: TestKeyType;
  /** A key to certify, instead of making one. */
  readonly key?: TestKey;
  /** Milliseconds since the epoch; default 2020-01-01. */
  readonly notBefore?: number;
  /** Milliseconds since the epoch; default 2049-12-31, so that no test ever expires. */
  readonly notAfter?: number;
  /** Default 16 random octets, positive. */
  readonly serial?: number | bigint | Uint8Array;
  readonly isCa?: boolean;
  readonly pathLength?: number;
  /** Default none for authorities, `['server', 'client']` for leaves; `[]` leaves the extension out. */
  readonly eku?: readonly KeyPurpose[];
  /** Default by `isCa` and key type; `[]` leaves the extension out. */
  readonly keyUsage?: readonly KeyUsageName[];
  readonly nameConstraints?: {
    readonly permitted?: GeneralNamesInput;
    readonly excluded?: GeneralNamesInput;
  };
  /** Adds a critical extension that nobody knows. */
  readonly criticalUnknown?: boolean;
  /** Extensions after the usual ones. */
  readonly extensions?: readonly ExtensionInput[];
  /** Extensions left out, by OID, such as `2.5.29.19` for basicConstraints. */
  readonly omit?: readonly string[];
  /** Default SHA-256, or the curve's hash under P-384 and P-521; ignored by EdDSA issuers. */
  readonly signatureHash?: SignatureHash;
  /** How an `rsa` issuer signs; default `pkcs1`. */
  readonly signaturePadding?: 'pkcs1' | 'pss';
  /** Default 3; 1 has no extensions. */
  readonly version?: 1 | 3;
  /** Breaks the signature after it was made. */
  readonly breakSignature?: boolean;
}

/** A certificate with its private key. */
export interface Issued {
  /** DER. */
  readonly certificate: Uint8Array;
  readonly certificatePem: string;
  readonly key: TestKey;
  /** PKCS #8, PEM. */
  readonly privateKeyPem: string;
  /** What a TLS peer sends: DER, leaf first, without the self-signed root (but a lone self-signed certificate). */
  readonly chain: readonly Uint8Array[];
  /** The chain as concatenated PEM, as OpenSSL and nginx read it. */
  readonly chainPem: string;
}

/** Who signs: an issuer's name and key, and the chain that goes after the new certificate. */
export interface Signer {
  readonly name: Uint8Array;
  readonly key: TestKey;
  readonly chain: readonly Uint8Array[];
}

/** A certificate signed by `signer`, or by its own key when there is none. */
export function certify(input: CertificateInput, signer?: Signer): Issued {
  const key = input.key ?? makeKey(input.keyType ?? 'p256');
  const issuer = signer ?? { name: distinguishedName(input.subject), key, chain: [] };
  const certificate = signed(input, key, issuer);
  const chain = [certificate, ...issuer.chain];
  return {
    certificate,
    certificatePem: pem('CERTIFICATE', certificate),
    key,
    privateKeyPem: key.privateKeyPem,
    chain,
    chainPem: chain.map((one) => pem('CERTIFICATE', one)).join(''),
  };
}

/** The 20 octets that name a key: any function of it that is unique will do (RFC 5280 §4.2.1.2). */
export function keyIdentifier(key: TestKey): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(key.spki).digest().subarray(0, 20));
}

/** Certificate (RFC 5280 §4.1). */
function signed(input: CertificateInput, key: TestKey, issuer: Signer): Uint8Array {
  const hash = input.signatureHash ?? usualHash(issuer.key.type);
  const signature = signContent(
    issuer.key,
    { hash, padding: input.signaturePadding ?? 'pkcs1' },
    (algorithm) =>
      sequence(
        ...(input.version === 1 ? [] : [explicit(0, integer(2))]),
        integer(input.serial ?? randomSerial()),
        algorithm,
        issuer.name,
        sequence(validityTime(input.notBefore ?? from2020), validityTime(input.notAfter ?? until2049)),
        distinguishedName(input.subject),
        key.spki,
        ...extensionList(input, key, issuer.key),
      ),
  );
  const value = signature.value.slice();
  // The last octet: any change there breaks RSA, EdDSA and the S of an ECDSA signature, which stays well-formed.
  if (input.breakSignature === true) value[value.length - 1] = (value.at(-1) as number) ^ 1;
  return sequence(signature.content, signature.algorithm, bitString(value));
}

function extensionList(input: CertificateInput, key: TestKey, issuerKey: TestKey): readonly Uint8Array[] {
  if (input.version === 1) return [];
  const extensions = usualExtensions(input, key, issuerKey).filter(
    (extension) => input.omit?.includes(extension.oid) !== true,
  );
  return extensions.length === 0 ? [] : [explicit(3, sequence(...extensions.map(encodeExtension)))];
}

function usualExtensions(
  input: CertificateInput,
  key: TestKey,
  issuerKey: TestKey,
): readonly ExtensionInput[] {
  const isCa = input.isCa ?? false;
  const usages = input.keyUsage ?? usualUsage(isCa, key.type);
  const purposes = input.eku ?? (isCa ? [] : (['server', 'client'] as const));
  return [
    basicConstraints(isCa, input.pathLength),
    ...(usages.length === 0 ? [] : [keyUsage(usages)]),
    ...(purposes.length === 0 ? [] : [extendedKeyUsage(purposes)]),
    subjectKeyIdentifier(keyIdentifier(key)),
    ...(key === issuerKey ? [] : [authorityKeyIdentifier(keyIdentifier(issuerKey))]),
    ...(generalNames(input).length === 0 ? [] : [subjectAltName(input, input.subject.length === 0)]),
    ...(input.nameConstraints === undefined ? [] : [nameConstraints(input.nameConstraints)]),
    ...(input.criticalUnknown === true ? [unknownExtension(true)] : []),
    ...(input.extensions ?? []),
  ];
}

/** Only RSA keys of the plain kind encipher: they carry TLS 1.2's RSA key exchange. */
function usualUsage(isCa: boolean, type: TestKeyType): readonly KeyUsageName[] {
  if (isCa) return ['digitalSignature', 'keyCertSign', 'cRLSign'];
  return type === 'rsa' || type === 'rsa-1024'
    ? ['digitalSignature', 'keyEncipherment']
    : ['digitalSignature'];
}

function usualHash(type: TestKeyType): SignatureHash {
  if (type === 'p521') return 'sha512';
  return type === 'p384' ? 'sha384' : 'sha256';
}

function randomSerial(): Uint8Array {
  const serial = Uint8Array.from(randomBytes(16));
  serial[0] = 0x40 | ((serial[0] as number) & 0x3f);
  return serial;
}

const from2020 = Date.UTC(2020, 0, 1);
const until2049 = Date.UTC(2049, 11, 31);
