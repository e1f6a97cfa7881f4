import { node } from '@tlsmith/crypto/node';
import { compute, isCertificateRejected } from '@tlsmith/types';
import { type ChainRequest, defaultBudget, verifyChain } from '@tlsmith/x509';
import { expect, test } from 'vitest';
import { hostiles, ordinary } from './hostile.ts';

function outcome(request: ChainRequest): { readonly code: string; readonly signatures: number } {
  let signatures = 0;
  const counting: typeof node = {
    ...node,
    verify: (...args) => {
      signatures++;
      return node.verify(...args);
    },
  };
  try {
    compute(counting, verifyChain(request));
    return { code: 'accepted', signatures };
  } catch (error) {
    if (!isCertificateRejected(error)) throw error;
    return { code: error.code, signatures };
  }
}

test('an ordinary chain takes two signatures', () => {
  expect(outcome(ordinary())).toEqual({ code: 'accepted', signatures: 2 });
});

test.each(hostiles)('$name: ends within the budget, and beyond its bytes without any work', ({ make }) => {
  const { code, signatures } = outcome(make(20_000));
  expect(code).toMatch(/^[a-z-]+$/);
  expect(signatures).toBeLessThanOrEqual(defaultBudget.signatures);
  expect(outcome(make(200_000))).toEqual({ code: 'budget-exceeded', signatures: 0 });
});
