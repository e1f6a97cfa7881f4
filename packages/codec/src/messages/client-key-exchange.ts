import type { Bytes } from '@tlsmith/types';
import { type Codec, opaque, struct } from '../schema.ts';

/** The client's public point (RFC 8422 §5.7). */
export interface EcdheClientKeyExchange {
  readonly ecdhYc: Bytes;
}

/** The premaster secret under the server's RSA key (RFC 5246 §7.4.7.1). */
export interface RsaClientKeyExchange {
  readonly encryptedPremasterSecret: Bytes;
}

/** ClientKeyExchange; the cipher suite says which. */
export type ClientKeyExchange = EcdheClientKeyExchange | RsaClientKeyExchange;

export const EcdheClientKeyExchange: Codec<EcdheClientKeyExchange> = struct<EcdheClientKeyExchange>(
  'ClientKeyExchange',
  { ecdhYc: opaque(1, 1) },
  'RFC 8422 §5.7',
);

export const RsaClientKeyExchange: Codec<RsaClientKeyExchange> = struct<RsaClientKeyExchange>(
  'ClientKeyExchange',
  { encryptedPremasterSecret: opaque(2) },
  'RFC 5246 §7.4.7.1',
);
