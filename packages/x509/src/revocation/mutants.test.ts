import { node } from '@tlsmith/crypto/node';
import { issue, makeAuthority, makeCrl, makeOcspResponse } from '@tlsmith/testkit/node';
import { compute, isCertificateRejected } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { trustAnchor } from '../anchor.ts';
import { parseCrl } from '../crl/crl.ts';
import { verifyChain } from '../verify.ts';
import type { Revocation } from './options.ts';

const at = Date.UTC(2026, 6, 1);
const root = makeAuthority({ name: 'Root' });
const leaf = issue(root, { subject: 'a.example', serial: 77 });
const anchors = [trustAnchor(root.certificate)];
const outcomeOf = (revocation: () => Revocation): string => {
  try {
    const request = { chain: leaf.chain, anchors, at, purpose: 'server', revocation: revocation() } as const;
    return compute(node, verifyChain(request)).statuses[0]?.status ?? 'none';
  } catch (error) {
    if (!isCertificateRejected(error)) throw error;
    return error.code;
  }
};
const response = makeOcspResponse(root, { responses: [{ about: leaf.certificate }] });
const list = makeCrl(root, { revoked: [{ serial: 5, reason: 1 }] });

test.each<[string, Uint8Array, (bytes: Uint8Array) => Revocation, readonly string[]]>([
  [
    'an OCSP response',
    response,
    (bytes) => ({ mode: 'hard', stapled: [bytes] }),
    ['bad-status-response', 'revocation-stale', 'revocation-unknown'],
  ],
  [
    'a CRL',
    list,
    (bytes) => ({ mode: 'hard', crls: [parseCrl(bytes)] }),
    ['malformed-crl', 'revocation-stale', 'revocation-unknown'],
  ],
])(
  'no single octet of %s can be changed: every mutant ends in a typed error',
  (_, bytes, revocation, codes) => {
    expect(outcomeOf(() => revocation(bytes))).toBe('good');
    const seen = new Set<string>();
    for (let place = 0; place < bytes.length; place++) {
      for (const change of [0x01, 0x80, 0xff]) {
        const mutant = Uint8Array.from(bytes);
        mutant[place] = (mutant[place] as number) ^ change;
        seen.add(outcomeOf(() => revocation(mutant)));
      }
    }
    for (let length = 0; length < bytes.length; length++) {
      seen.add(outcomeOf(() => revocation(bytes.subarray(0, length))));
    }
    expect([...seen].filter((code) => !codes.includes(code))).toEqual([]);
    expect(seen.size).toBeGreaterThan(1);
  },
);
