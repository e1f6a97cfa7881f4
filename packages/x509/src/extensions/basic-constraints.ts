import { boolean, smallInteger } from '../asn1.ts';
import { type DerType, optional, sequence } from '../der.ts';

/** `BasicConstraints` (RFC 5280 §4.2.1.9). */
export interface BasicConstraints {
  readonly isAuthority: boolean;
  /** How many intermediate certificates that are not self-issued may follow. */
  readonly pathLength: number | undefined;
}

/** `BasicConstraints` (RFC 5280 §4.2.1.9). */
export const basicConstraints: DerType<BasicConstraints> = sequence(
  'BasicConstraints',
  (reader) => ({
    // DER leaves out a default; FALSE is let through where it stands nevertheless, since many authorities wrote it.
    isAuthority: optional(reader, 'cA', boolean) ?? false,
    pathLength: optional(reader, 'pathLenConstraint', smallInteger),
  }),
  'RFC 5280 §4.2.1.9',
);
