import { type ViolationCode, type ViolationText, violationText } from './data/violation-texts.ts';

export { type ViolationCode, type ViolationText, violationText };

/**
 * What a violation means, for a person; undefined for a row that somebody else defined.
 *
 * @param code `TlsViolation.code`
 * @example
 * ```ts
 * import { explainViolation } from '@tlsmith/types/explain';
 * explainViolation('second-retry')?.section; // 'RFC 9846 §4.2.4'
 * ```
 */
export function explainViolation(code: string): ViolationText | undefined {
  return Object.hasOwn(violationText, code) ? violationText[code as ViolationCode] : undefined;
}
