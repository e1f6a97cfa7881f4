import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { node } from '@tlsmith/crypto/node';
import { sharedFile } from '@tlsmith/testkit/node';
import { compute, isCertificateRejected } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { trustAnchors } from './anchor.ts';
import { defaultBudget } from './budget.ts';
import { certificatesFromPem } from './pem.ts';
import { verifyChain } from './verify.ts';

interface LimboCase {
  readonly id: string;
  readonly validation_time: string | null;
  readonly trusted_certs: readonly string[];
  readonly untrusted_intermediates: readonly string[];
  readonly peer_certificate: string;
  readonly max_chain_depth: number | null;
}

const limbo = sharedFile('limbo/limbo.json.gz');
const isAbsent = limbo === undefined;
if (isAbsent) console.log('x509-limbo is absent: its pathological chains are left out');

test.skipIf(isAbsent)('all pathological chains of x509-limbo end within the budget', () => {
  const { testcases } = JSON.parse(gunzipSync(readFileSync(limbo as string)).toString()) as {
    testcases: readonly LimboCase[];
  };
  const cases = testcases.filter(({ id }) => id.startsWith('pathological::'));
  const outcomes = cases.map((of) => ({ id: of.id, ...outcome(of) }));
  expect(outcomes.length).toBeGreaterThan(5);
  const endedBy = (wanted: string) =>
    outcomes.flatMap(({ id, code }) => (code === wanted ? [id.slice('pathological::'.length)] : []));
  // The names of the last are parts of its subject, which none of its constraints is about.
  expect(endedBy('accepted')).toEqual(['multiple-chains-expired-intermediate', 'nc-dos-3']);
  expect(endedBy('budget-exceeded')).toEqual(
    expect.arrayContaining(['nc-dos-1', 'nc-dos-2', 'pathological-chain-same-subject-distinct-key']),
  );
  expect(outcomes.filter(({ signatures }) => signatures > defaultBudget.signatures)).toEqual([]);
});

function outcome(of: LimboCase): { readonly code: string; readonly signatures: number } {
  let signatures = 0;
  const counting: typeof node = {
    ...node,
    verify: (...args) => {
      signatures++;
      return node.verify(...args);
    },
  };
  const ders = (pems: readonly string[]) => pems.flatMap((pem) => certificatesFromPem(pem));
  const chain = ders([of.peer_certificate, ...of.untrusted_intermediates]);
  const at = of.validation_time === null ? Date.now() : Date.parse(of.validation_time);
  try {
    compute(
      counting,
      verifyChain({
        chain,
        anchors: trustAnchors(ders(of.trusted_certs)),
        at,
        purpose: 'server',
        ...(of.max_chain_depth === null ? {} : { maxDepth: of.max_chain_depth }),
      }),
    );
    return { code: 'accepted', signatures };
  } catch (error) {
    if (!isCertificateRejected(error)) throw error;
    return { code: error.code, signatures };
  }
}
