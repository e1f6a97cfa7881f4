import type { TrustAnchor } from './anchor.ts';
import type { Certificate } from './certificate.ts';
import { describeName } from './name.ts';
import { rejections } from './rejection.ts';
import type { Failure } from './report.ts';

/**
 * RFC 7633 §4.2.2: whoever an authority with TLS features certifies promises the same, or more. Hardly any authority
 * has them; that a server keeps its own promise is another matter, and nobody knows here.
 */
export function checkTlsFeatures(
  path: readonly Certificate[],
  { certificate: top }: TrustAnchor,
): Failure | undefined {
  for (const [place, certificate] of path.entries()) {
    const promised = new Set(certificate.tlsFeature);
    const issuer = path[place + 1] ?? top;
    const missing = issuer?.tlsFeature?.filter((feature) => !promised.has(feature)) ?? [];
    if (missing.length > 0) {
      const facts = { certificate: describeName(certificate.subject), missing: missing.slice(0, shown) };
      return { reason: rejections.tlsFeatureMissing, facts };
    }
  }
  return undefined;
}

// An extension holds thousands of numbers; a message needs a few.
const shown = 20;
