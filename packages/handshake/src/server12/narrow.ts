import {
  type CipherSuite12,
  groups as builtIn,
  type NamedGroup,
  type SignatureScheme,
  violation,
  violations,
} from '@tlsmith/types';
import type { Credential } from '../ask.ts';
import { schemeFor } from '../certificate-verify.ts';
import { type ServerPolicy, suites12 } from '../policy.ts';
import { type ClientOffer, signallingSuites } from '../server/offer.ts';

/** What an offer and a policy have in common, before the credential is known. */
export interface Candidates12 {
  /** Ours, in our order of preference; at least one. */
  readonly suites: readonly CipherSuite12[];
  /** The group for ECDHE; undefined leaves RSA key exchange, where it is allowed. */
  readonly group: NamedGroup | undefined;
  readonly schemes: readonly SignatureScheme[];
  readonly extendedMasterSecret: boolean;
}

/** One suite with everything that it needs. */
export interface Chosen12 {
  readonly suite: CipherSuite12;
  readonly exchange:
    | { readonly kind: 'ecdhe'; readonly group: NamedGroup; readonly scheme: SignatureScheme }
    | { readonly kind: 'rsa' };
}

/**
 * Narrows a TLS 1.2 offer down to what we can do (RFC 5246 §7.4.1.2, RFC 8422 §5.1, RFC 5746 §3.6).
 *
 * @throws {TlsViolation} when nothing is in common or the client does not meet our conditions.
 */
export function narrow12(offer: ClientOffer, policy: ServerPolicy): Candidates12 {
  const { hello, renegotiationInfo } = offer;
  const indicated =
    renegotiationInfo !== undefined || hello.cipherSuites.includes(signallingSuites.emptyRenegotiationInfo);
  if (!indicated) throw violation(violations.missingClientRenegotiationInfo);
  if (renegotiationInfo !== undefined && renegotiationInfo.length > 0) {
    throw violation(violations.renegotiationInfoMismatch);
  }
  if (!offer.extendedMasterSecret && policy.extendedMasterSecret === 'require') {
    throw violation(violations.missingExtendedMasterSecret);
  }
  if (offer.pointFormats?.includes(0) === false) throw violation(violations.noUncompressedPoints);
  const group = commonGroup(offer, policy);
  const offered = suites12(policy).filter(({ code }) => hello.cipherSuites.includes(code));
  const suites = offered.filter(({ keyExchange }) => keyExchange === 'rsa' || group !== undefined);
  if (suites.length === 0) {
    const row = offered.length === 0 ? violations.noCommonCipherSuite : violations.noCommonGroup;
    throw violation(row, { cipherSuites: hello.cipherSuites, groups: offer.groups });
  }
  // Without the extension the defaults are SHA-1 signatures (RFC 5246 §7.4.1.4.1), which we do not make.
  const schemes = policy.schemes.filter((scheme) => offer.schemes?.includes(scheme.code) === true);
  return { suites, group, schemes, extendedMasterSecret: offer.extendedMasterSecret };
}

/**
 * The first suite that the credential can serve.
 *
 * @throws {TlsViolation} `no-common-signature-scheme` or `no-common-cipher-suite`.
 */
export function settle12({ suites, group, schemes }: Candidates12, own: Credential): Chosen12 {
  const kind = own.keyType === 'rsa' || own.keyType === 'rsa-pss' ? 'rsa' : 'ecdsa';
  const scheme = schemeFor(
    { type: own.keyType, schemes: own.schemes },
    schemes.map(({ code }) => code),
    'tls12',
  );
  for (const suite of suites.filter(({ authentication }) => authentication === kind)) {
    if (suite.keyExchange === 'rsa') {
      if (own.keyType === 'rsa' && own.mayEncipher) return { suite, exchange: { kind: 'rsa' } };
    } else if (group !== undefined && scheme !== undefined) {
      return { suite, exchange: { kind: 'ecdhe', group, scheme } };
    }
  }
  const row = scheme === undefined ? violations.noCommonSignatureScheme : violations.noCommonCipherSuite;
  throw violation(row, { suites: suites.map(({ name }) => name), keyType: own.keyType });
}

/** Our most preferred common group; a client that lists none is taken to know P-256 (RFC 8422 §5.1.1, §4). */
function commonGroup(offer: ClientOffer, policy: ServerPolicy): NamedGroup | undefined {
  const known = offer.groups ?? [builtIn.secp256r1.code];
  return policy.groups.find(({ code, versions }) => known.includes(code) && versions.includes('tls12'));
}
