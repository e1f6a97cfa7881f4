import { amountOf, objectOf } from './input.ts';

/**
 * How much work a chain may cause. A peer chooses its chain freely, so without bounds a few kilobytes could keep a
 * verifier busy for minutes.
 */
export interface Budget {
  /**
   * Signatures verified, the expensive part. One with a slow key counts for several: Ed448 for 2, P-384 for 7, P-521 for 16, RSA
   * beyond 4096 bits for more the longer it is.
   */
  readonly signatures: number;
  /** Bytes of all certificates of a chain, and of what is stapled to it. */
  readonly bytes: number;
  /** Certificates looked at as possible issuers while paths are built. */
  readonly steps: number;
  /** Names compared with name constraints, policies with policies, and CRLs with distribution points. */
  readonly comparisons: number;
  /** Things fetched, where the caller allows it: certificates of issuers, CRLs, OCSP responses. */
  readonly fetches: number;
}

/**
 * Far above what real chains need (three signatures, ten steps, ten kilobytes), and little enough that the worst chain
 * takes less than fifty times as long as an ordinary one.
 */
export const defaultBudget: Budget = {
  signatures: 64,
  bytes: 131_072,
  steps: 500,
  comparisons: 250_000,
  fetches: 16,
};

/** A budget being spent. */
export interface Purse {
  readonly budget: Budget;
  readonly left: { -readonly [Kind in keyof Budget]: number };
}

/**
 * A purse full of a budget.
 *
 * @throws {TlsMisuse} `not-an-amount`, `not-an-object`.
 */
export function openPurse(given: Partial<Budget> = {}): Purse {
  const wanted = Object.entries(objectOf(given, 'budget'))
    .filter(([, amount]) => amount !== undefined)
    .map(([kind, amount]) => [kind, amountOf(amount, `budget.${kind}`)]);
  const budget: Budget = { ...defaultBudget, ...(Object.fromEntries(wanted) as Partial<Budget>) };
  return { budget, left: { ...budget } };
}

/** Takes from the purse; false when there is not enough left. */
export function spend(purse: Purse, kind: keyof Budget, amount = 1): boolean {
  purse.left[kind] -= amount;
  return purse.left[kind] >= 0;
}
