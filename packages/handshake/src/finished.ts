import { type Bytes, equal, violation, violations } from '@tlsmith/types';

declare const checked: unique symbol;

/** Proof that the peer's Finished was right: a connected state cannot be made without it. */
export interface FinishedChecked {
  readonly [checked]: true;
}

/**
 * Compares the peer's verify_data in constant time (RFC 9846 §4.5.3, RFC 5246 §7.4.9).
 *
 * @throws {TlsViolation} `finished-mismatch` (decrypt_error).
 */
export function checkFinished(expected: Bytes, verifyData: Bytes): FinishedChecked {
  if (!equal(expected, verifyData)) throw violation(violations.finishedMismatch);
  return {} as FinishedChecked;
}
