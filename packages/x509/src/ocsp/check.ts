import { type Bytes, type HashAsk, type VerifyAsk, type Work } from '@tlsmith/types';
import { anchorOf, type TrustAnchor, trustAnchor } from '../anchor.ts';
import { openPurse } from '../budget.ts';
import { parseCertificate } from '../certificate.ts';
import { crlStatus } from '../crl/status.ts';
import { bytesOf, momentOf, objectOf } from '../input.ts';
import { openRevocation } from '../revocation/options.ts';
import { type CertificateStatus, questionAt } from '../revocation/status.ts';
import type { Search } from '../search.ts';
import { ocspStatus } from './status.ts';

/** An OCSP response to judge without a chain. */
export interface OcspCheck {
  /** The OCSPResponse, DER. */
  readonly response: Bytes;
  /** The certificate that it should be about, DER. */
  readonly certificate: Bytes;
  /** Who issued that certificate: a certificate in DER, taken at its word, or a trust anchor. */
  readonly issuer: Bytes | TrustAnchor;
  /** The moment of verification, in milliseconds since 1970-01-01T00:00:00Z. */
  readonly at: number;
  /** The nonce that was sent, which the response has to repeat. */
  readonly nonce?: Bytes;
  /** By how much clocks may disagree, in milliseconds; five minutes when left out. */
  readonly tolerance?: number;
  /** How old a response without nextUpdate may be, in milliseconds; one day when left out. */
  readonly maximumAge?: number;
}

/**
 * Judges an OCSP response (RFC 6960 §3.2) as a server does before it staples one: whether it is about the certificate,
 * current, and signed by its issuer or a responder of that one's. What it proves nothing for has the status `unknown`.
 *
 * @throws {CertificateRejected} `malformed` for the certificate or its issuer, `budget-exceeded`.
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { compute } from '@tlsmith/types';
 * import { checkOcspResponse } from '@tlsmith/x509';
 * const isFit = (response: Uint8Array, [certificate, issuer]: [Uint8Array, Uint8Array]) =>
 *   compute(node, checkOcspResponse({ response, certificate, issuer, at: Date.now() })).status === 'good';
 * ```
 */
export function* checkOcspResponse(check: OcspCheck): Work<CertificateStatus, VerifyAsk | HashAsk> {
  const { response, issuer, nonce, at, ...wanted } = objectOf(check, 'check');
  const anchor = issuer instanceof Uint8Array ? trustAnchor(issuer) : anchorOf(issuer, 'issuer');
  const isFresh = nonce === undefined ? 'none' : 'required';
  const state = openRevocation(
    { mode: 'hard', nonce: isFresh, ...wanted },
    aside(momentOf(at, 'at'), anchor),
    crlStatus,
  );
  const question = questionAt([parseCertificate(check.certificate)], 0, anchor);
  // Nothing may be fetched here, so that nothing else is asked.
  return yield* ocspStatus(state, question, {
    der: bytesOf(response, 'response'),
    source: 'ocsp',
    nonce,
  }) as Work<CertificateStatus, VerifyAsk | HashAsk>;
}

function aside(at: number, anchor: TrustAnchor): Search {
  const purse = openPurse();
  return {
    settings: {
      at,
      purpose: 'any',
      profile: 'default',
      weak: new Set(),
      maxDepth: 0,
      reference: undefined,
      publicSuffix: undefined,
    },
    policy: {},
    anchors: [anchor],
    intermediates: [],
    purse,
    report: [],
    verified: new Map(),
    signatures: undefined,
    fetching: { allowed: [], purse, seen: new Map() },
    accepts: undefined,
  };
}
