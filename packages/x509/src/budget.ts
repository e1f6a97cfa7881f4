/**
 * How much work a chain may cause. A peer chooses its chain freely, so without bounds a few kilobytes could keep a
 * verifier busy for minutes.
 */
export interface Budget {
  /** Signatures verified: the expensive part. */
  readonly signatures: number;
  /** Certificates looked at as possible issuers while paths are built. */
  readonly steps: number;
  /** Names compared with name constraints, policies with policies, and CRLs with distribution points. */
  readonly comparisons: number;
  /** Things fetched, where the caller allows it: certificates of issuers, CRLs, OCSP responses. */
  readonly fetches: number;
}

/** Far above what real chains need (three signatures, ten steps), and little enough to end within a second. */
export const defaultBudget: Budget = { signatures: 100, steps: 1000, comparisons: 250_000, fetches: 16 };

/** A budget being spent. */
export interface Purse {
  readonly budget: Budget;
  readonly left: { -readonly [Kind in keyof Budget]: number };
}

/** A purse full of a budget. */
export function openPurse(given: Partial<Budget> = {}): Purse {
  const budget = { ...defaultBudget, ...given };
  return { budget, left: { ...budget } };
}

/** Takes from the purse; false when there is not enough left. */
export function spend(purse: Purse, kind: keyof Budget, amount = 1): boolean {
  purse.left[kind] -= amount;
  return purse.left[kind] >= 0;
}
