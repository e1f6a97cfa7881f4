import { node } from '@tlsmith/crypto/node';
import { type Authority, issue, type Issued, makeAuthority } from '@tlsmith/testkit/node';
import { type CryptoProvider, compute, type Facts, isCertificateRejected } from '@tlsmith/types';
import { trustAnchor } from './anchor.ts';
import { describeName } from './name.ts';
import { type ChainRequest, reportOf, type VerifiedChain, verifyChain } from './verify.ts';

/** When all of these chains are verified, unless a test says otherwise. */
export const at = Date.UTC(2026, 6, 1);
export const host = 'www.example';
/** A leaf for {@link host}. */
export const leafOf = (authority: Authority, input: Partial<Parameters<typeof issue>[1]> = {}): Issued =>
  issue(authority, { subject: 'leaf', dns: [host], ...input });

/** What a client of {@link host} asks about a chain, with this root. */
export function request(
  issued: Pick<Issued, 'chain'>,
  root: Pick<Issued, 'certificate'>,
  more: Partial<ChainRequest> = {},
): ChainRequest {
  return {
    chain: issued.chain,
    anchors: [trustAnchor(root.certificate)],
    at,
    purpose: 'server',
    name: { dns: host },
    ...more,
  };
}

/** `accepted`, or the code of the rejection. */
export function outcome(
  of: ChainRequest,
  provider: CryptoProvider & { readonly synchronous: true } = node,
): string {
  return tried(of, provider).code;
}

/** All that verification tells. */
export function tried(of: ChainRequest, provider: CryptoProvider & { readonly synchronous: true } = node) {
  try {
    const chain: VerifiedChain = compute(provider, verifyChain(of));
    return {
      code: 'accepted',
      path: names(chain),
      facts: {} as Facts,
      alert: undefined,
      report: chain.report,
    };
  } catch (error) {
    if (!isCertificateRejected(error)) throw error;
    return {
      code: error.code,
      path: undefined,
      facts: error.facts,
      alert: error.alert,
      report: reportOf(error),
    };
  }
}

/** The path from leaf to anchor in words. */
export const names = ({ path, anchor }: VerifiedChain) =>
  [...path.map(({ subject }) => subject), anchor.subject].map(describeName).join(' < ');

export const root = makeAuthority({ name: 'Root' });
export const between = makeAuthority({ name: 'Between', under: root });
