import { type Facts, TlsViolation, type Violation } from './errors.ts';

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
