import type { Reader } from '@tlsmith/codec';
import { type DerType, sequenceOf } from '../der.ts';
import { type GeneralName, generalName } from '../general-name.ts';

/** `GeneralNames` (RFC 5280 §4.2.1.6): at least one name; IP addresses of 4 or 16 octets. */
export const generalNames: DerType<readonly GeneralName[]> = {
  ...sequenceOf('GeneralNames', {
    ...generalName,
    read: (reader: Reader) => {
      const found = generalName.read(reader);
      const isRange = found.form === 'iPAddress' && found.value.length !== 4 && found.value.length !== 16;
      return isRange ? reader.fail('an address of 4 or 16 octets') : found;
    },
  }),
  section: 'RFC 5280 §4.2.1.6',
};
