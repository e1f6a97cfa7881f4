import type { AlertName } from './alert.ts';
import { type Facts, TlsViolation } from './errors.ts';

/**
 * One way for the peer to be wrong, as a value: the alert it earns and whether the peer broke a rule (`broken`) or we
 * merely have nothing in common (`incompatible`). The RFC section and a sentence stand in `@tlsmith/types/explain`.
 */
export interface Violation<Code extends string = string> {
  readonly code: Code;
  readonly alert: AlertName;
  readonly blame: 'broken' | 'incompatible';
}

/**
 * Defines a violation; protocol modules define their own.
 *
 * @example
 * ```ts
 * import { defineViolation, violation } from '@tlsmith/types';
 * const tooShort = defineViolation({ code: 'my-extension-too-short', alert: 'illegal_parameter', blame: 'broken' });
 * throw violation(tooShort, { length: 3 });
 * ```
 */
export function defineViolation<const Code extends string>(row: Violation<Code>): Violation<Code> {
  return Object.freeze(row);
}

/** The error to throw for a row; `facts` are plain data for a person and never secret. */
export function violation(row: Violation, facts?: Facts): TlsViolation {
  return new TlsViolation(row, facts);
}
