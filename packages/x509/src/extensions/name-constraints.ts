import { type DerType, field, implicit, optional, sequence, sequenceOf } from '../der.ts';
import { type GeneralName, generalName } from '../general-name.ts';

/** `NameConstraints` (RFC 5280 §4.2.1.10). Empty means that the list is absent. */
export interface NameConstraints {
  readonly permitted: readonly GeneralName[];
  readonly excluded: readonly GeneralName[];
}

// minimum and maximum are not used in this profile: 0, which DER leaves out, and absent.
const subtree: DerType<GeneralName> = sequence('GeneralSubtree', (reader) =>
  field(reader, 'base', generalName),
);

const permitted = implicit(0, sequenceOf('GeneralSubtrees', subtree));
const excluded = implicit(1, sequenceOf('GeneralSubtrees', subtree));

/** `NameConstraints` (RFC 5280 §4.2.1.10): an empty sequence is forbidden. */
export const nameConstraints: DerType<NameConstraints> = sequence(
  'NameConstraints',
  (reader) => {
    const found = {
      permitted: optional(reader, 'permittedSubtrees', permitted) ?? [],
      excluded: optional(reader, 'excludedSubtrees', excluded) ?? [],
    };
    return found.permitted.length + found.excluded.length === 0 ? reader.fail('at least one subtree') : found;
  },
  'RFC 5280 §4.2.1.10',
);
