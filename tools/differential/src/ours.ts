import { node } from '@tlsmith/crypto/node';
import { compute, isCertificateRejected } from '@tlsmith/types';
import { referenceIdentity, reportOf, trustAnchors, verifyChain } from '@tlsmith/x509';
import type { Chain, Verdict } from './chain.ts';

/** Our verdict with the default profile; the reason is the rejection's code, and those of other failures. */
export function ours({ root, leaf, others, name, at }: Chain): Verdict {
  try {
    compute(
      node,
      verifyChain({
        chain: [leaf, ...others],
        anchors: trustAnchors([root]),
        at,
        purpose: 'server',
        name: referenceIdentity(name),
      }),
    );
    return { accepted: true, reason: '' };
  } catch (error) {
    // Anything else is a defect, and ends the run with its stack.
    if (!isCertificateRejected(error)) throw error;
    const codes = reportOf(error).flatMap(({ failure }) =>
      failure === undefined ? [] : [failure.reason.code],
    );
    return { accepted: false, reason: [...new Set([error.code, ...codes])].join(' ') };
  }
}
