import {
  type Bytes,
  equal,
  type PublicKey,
  type Rejection,
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
import { type CertificateKey, keyFits } from './spki.ts';

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
  readonly settings: { readonly profile: Profile };
}

/** Why something is not signed with a key; undefined when it is. No signature is verified twice under one key. */
export function* signatureFault(
  { purse, verified, settings }: Verifying,
  signed: Signed,
  key: CertificateKey,
): Work<Failure | undefined, VerifyAsk> {
  const { signatureAlgorithm: identifier } = signed;
  const dsa = settings.profile === 'pkits' ? dsaSignature(identifier) : undefined;
  const algorithm = dsa ?? signatureAlgorithm(identifier);
  if (typeof algorithm !== 'string') return fault(signed, algorithm);
  if (key.type === 'unusable') return fault(signed, key.reason, key.detail);
  if (!keyFits(key, algorithm)) return fault(signed, rejections.badSignature, key.type);
  const before = verified.get(signed) ?? [];
  const known = before.find((one) => equal(one.key.spki, key.spki));
  if (known === undefined && !spend(purse, 'signatures', costOf(key)))
    return exhausted('signatures', purse.budget);
  const good = known?.good ?? (yield* verify(algorithm, key, signed.tbs, signed.signature));
  if (known === undefined) verified.set(signed, [...before, { key, good }]);
  return good ? undefined : fault(signed, rejections.badSignature);
}

// In signatures on P-256, key import included, as OpenSSL takes them. The public exponent of a long RSA key may be long.
function costOf({ type, bits }: PublicKey): number {
  if (type === 'ed448') return 2;
  if (type === 'p384') return 7;
  if (type === 'p521') return 16;
  const isLong = (type === 'rsa' || type === 'rsa-pss') && bits > 4096;
  return isLong ? Math.ceil(2 * (bits / 4096) ** 2) : 1;
}

function fault({ signatureAlgorithm: of }: Signed, reason: Rejection, issuerKey?: string): Failure {
  const facts = { algorithm: oidName(of.algorithm) };
  return { reason, facts: issuerKey === undefined ? facts : { ...facts, issuerKey } };
}
