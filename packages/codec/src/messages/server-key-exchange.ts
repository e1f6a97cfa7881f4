import { type Bytes, concat } from '@tlsmith/types';
import { namedGroup, signatureScheme } from '../extensions/registries.ts';
import { type Codec, encode, opaque, refine, struct, uint } from '../schema.ts';

/** ServerECDHParams of a named curve, the only kind left (RFC 8422 §5.4). */
export interface ServerECDHParams {
  readonly curveType: number;
  readonly namedCurve: number;
  readonly publicPoint: Bytes;
}

/** ServerKeyExchange of ECDHE suites: parameters and the signature over both randoms and them. */
export interface ServerKeyExchange {
  readonly params: ServerECDHParams;
  readonly algorithm: number;
  readonly signature: Bytes;
}

/** ECCurveType named_curve. */
export const namedCurveType = 3;

export const ServerECDHParams: Codec<ServerECDHParams> = struct<ServerECDHParams>(
  'ServerECDHParams',
  {
    curveType: refine(uint(1, 'ECCurveType'), (type) => type === namedCurveType, 'curve type named_curve'),
    namedCurve: namedGroup,
    publicPoint: opaque(1, 1),
  },
  'RFC 8422 §5.4',
);

export const ServerKeyExchange: Codec<ServerKeyExchange> = struct<ServerKeyExchange>(
  'ServerKeyExchange',
  { params: ServerECDHParams, algorithm: signatureScheme, signature: opaque(2) },
  'RFC 8422 §5.4',
);

/** What the signature covers: client random, server random, parameters (RFC 8422 §5.4). */
export function signedServerKeyExchange(
  clientRandom: Bytes,
  serverRandom: Bytes,
  params: ServerECDHParams,
): Bytes {
  return concat(clientRandom, serverRandom, encode(ServerECDHParams, params));
}
