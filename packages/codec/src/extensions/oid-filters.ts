import type { Bytes } from '@tlsmith/types';
import { type Codec, opaque, struct, vector } from '../schema.ts';
import type { Extension } from './extension.ts';

/** An object identifier (DER) and values that a client certificate must have under it. */
export interface OidFilter {
  readonly certificateExtensionOid: Bytes;
  readonly certificateExtensionValues: Bytes;
}

const filter: Codec<OidFilter> = struct<OidFilter>(
  'OIDFilter',
  { certificateExtensionOid: opaque(1, 1), certificateExtensionValues: opaque(2) },
  'RFC 9846 §4.3.5',
);

/** oid_filters. */
export const oidFilters: Extension<{ certificate_request: readonly OidFilter[] }> = {
  type: 48,
  name: 'oid_filters',
  section: 'RFC 9846 §4.3.5',
  in: { certificate_request: vector(2, filter) },
};
