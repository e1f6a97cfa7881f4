import { type DerType, sequenceOf } from '../der.ts';
import { objectIdentifier } from '../oid.ts';

/** `ExtKeyUsageSyntax` (RFC 5280 §4.2.1.12): at least one purpose, as object identifiers. */
export const extendedKeyUsage: DerType<readonly string[]> = {
  ...sequenceOf('ExtKeyUsageSyntax', objectIdentifier),
  section: 'RFC 5280 §4.2.1.12',
};
