import { smallInteger } from '../asn1.ts';
import { type DerType, sequenceOf } from '../der.ts';

/** `Features` (RFC 7633 §4): numbers of TLS extensions; 5 is status_request, 17 status_request_v2. */
export const tlsFeature: DerType<readonly number[]> = {
  ...sequenceOf('Features', smallInteger, 0),
  section: 'RFC 7633 §4',
};
