import {
  type Bytes,
  equal,
  type HashAsk,
  isTlsMisuse,
  type PublicKey,
  type Rejection,
  type SignatureAlgorithm,
  verify,
  type VerifyAsk,
  type Work,
} from '@tlsmith/types';
import { type AlgorithmIdentifier, signatureAlgorithm } from './algorithm.ts';
import { type Purse, spend } from './budget.ts';
import { dsaSignature } from './dsa.ts';
import { oidName } from './oid.ts';
import type { Profile } from './profile.ts';
import { rejections } from './rejection.ts';
import { exhausted, type Failure } from './report.ts';
import { type SignatureMemory, signatureName } from './signature-memory.ts';
import { acceptedKey, type CertificateKey, keyFits } from './spki.ts';
import type { WeakAlgorithm } from './weak.ts';

/** Whatever is signed in the way of certificates: they, CRLs and OCSP responses. */
export interface Signed {
  readonly tbs: Bytes;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Bytes;
}

/** Signatures already verified, by what bears them. */
export type VerifiedSignatures = Map<Signed, { readonly key: PublicKey; readonly good: boolean }[]>;

/** What verifying needs of a search. */
export interface Verifying {
  readonly purse: Purse;
  readonly verified: VerifiedSignatures;
  /** Good signatures of earlier searches, if the caller keeps them. */
  readonly signatures: SignatureMemory | undefined;
  readonly settings: { readonly profile: Profile; readonly weak: ReadonlySet<WeakAlgorithm> };
}

/** Why something is not signed with a key; undefined when it is. No signature is verified twice under one key. */
export function* signatureFault(
  { purse, verified, signatures, settings }: Verifying,
  signed: Signed,
  given: CertificateKey,
): Work<Failure | undefined, VerifyAsk | HashAsk> {
  const { signatureAlgorithm: identifier } = signed;
  const dsa = settings.profile === 'pkits' ? dsaSignature(identifier) : undefined;
  const algorithm = dsa ?? signatureAlgorithm(identifier, settings.weak);
  const key = acceptedKey(given, settings.weak);
  if (typeof algorithm !== 'string') return fault(signed, algorithm);
  if (key.type === 'unusable') return fault(signed, key.reason, key.detail);
  if (!keyFits(key, algorithm)) return fault(signed, rejections.badSignature, key.type);
  const before = verified.get(signed) ?? [];
  const known = before.find((one) => equal(one.key.spki, key.spki));
  if (known === undefined && !spend(purse, 'signatures', costOf(key)))
    return exhausted('signatures', purse.budget);
  // A key of DSA may have parameters that its bytes do not show (RFC 3279 §2.3.2).
  const memory = dsa === undefined ? signatures : undefined;
  const good = known?.good ?? (yield* remembered(memory, algorithm, key, signed));
  if (good === undefined) return fault(signed, rejections.unsupportedSignature);
  if (known === undefined) verified.set(signed, [...before, { key, good }]);
  return good ? undefined : fault(signed, rejections.badSignature);
}

// What is remembered has been paid for all the same, so that a verdict never depends on what was verified before.
function* remembered(
  memory: SignatureMemory | undefined,
  algorithm: SignatureAlgorithm,
  key: PublicKey,
  signed: Signed,
): Work<boolean | undefined, VerifyAsk | HashAsk> {
  const name = memory && (yield* signatureName(algorithm, key, signed));
  if (memory === undefined || name === undefined) return yield* verdict(algorithm, key, signed);
  if (memory.has(name)) return true;
  const good = yield* verdict(algorithm, key, signed);
  if (good === true) memory.add(name);
  return good;
}

// What a peer signs with is no misuse of ours: undefined where the provider does not know the algorithm.
function* verdict(
  algorithm: SignatureAlgorithm,
  key: PublicKey,
  { tbs, signature }: Signed,
): Work<boolean | undefined, VerifyAsk> {
  try {
    return yield* verify(algorithm, key, tbs, signature);
  } catch (error) {
    if (isTlsMisuse(error) && error.code === 'unsupported-signature-algorithm') return undefined;
    throw error;
  }
}

// In signatures on P-256, key import included, as OpenSSL takes them. The public exponent of a long RSA key may be long.
function costOf({ type, bits }: PublicKey): number {
  if (type === 'ed448' || type === 'ml-dsa-44') return 2;
  if (type === 'ml-dsa-65') return 3;
  if (type === 'ml-dsa-87') return 5;
  if (type === 'p384') return 7;
  if (type === 'p521') return 16;
  const isLong = (type === 'rsa' || type === 'rsa-pss') && bits > 4096;
  return isLong ? Math.ceil(2 * (bits / 4096) ** 2) : 1;
}

function fault({ signatureAlgorithm: of }: Signed, reason: Rejection, issuerKey?: string): Failure {
  const facts = { algorithm: oidName(of.algorithm) };
  return { reason, facts: issuerKey === undefined ? facts : { ...facts, issuerKey } };
}
