import { type DerType, field, sequence, sequenceOf } from '../der.ts';
import { type GeneralName, generalName } from '../general-name.ts';
import { objectIdentifier } from '../oid.ts';

/** `AccessDescription` (RFC 5280 §4.2.2.1). */
export interface AccessDescription {
  /** An object identifier: `ocsp` or `caIssuers` in practice. */
  readonly method: string;
  readonly location: GeneralName;
}

const accessDescription: DerType<AccessDescription> = sequence('AccessDescription', (reader) => ({
  method: field(reader, 'accessMethod', objectIdentifier),
  location: field(reader, 'accessLocation', generalName),
}));

/** `AuthorityInfoAccessSyntax` (RFC 5280 §4.2.2.1): at least one description. */
export const authorityInfoAccess: DerType<readonly AccessDescription[]> = {
  ...sequenceOf('AuthorityInfoAccessSyntax', accessDescription),
  section: 'RFC 5280 §4.2.2.1',
};
