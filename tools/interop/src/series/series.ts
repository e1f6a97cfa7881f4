import type { GroupName } from '@tlsmith/types';
import type { Role, VersionName } from '../cell.ts';

/** Many full handshakes of one kind with node:tls. */
export interface Series {
  /** Our role. */
  readonly role: Role;
  readonly version: VersionName;
  readonly group: GroupName;
  /** Whose signature proves the server. */
  readonly authentication: 'ecdsa' | 'rsa';
}

/** What came of a series. */
export interface Outcome extends Series {
  /** Handshakes after which a message came back over the connection and it was closed in order. */
  readonly done: number;
  /** What was wrong with each of the others. */
  readonly failures: readonly string[];
  /** Shared secrets of the key exchange as our side got them. */
  readonly secrets: number;
  /** Those of them whose first byte is zero. */
  readonly zeroSecrets: number;
  /** Signatures over the handshake that our side made, or as a client verified. */
  readonly signatures: number;
  /** Those of them with a leading zero byte: RSA's first byte; for ECDSA, r's or s's when written in full length. */
  readonly zeroSignatures: number;
}

/** Every series: both roles, both versions, three groups, two kinds of signature. */
export const allSeries: readonly Series[] = (['client', 'server'] as const).flatMap((role) =>
  (['1.2', '1.3'] as const).flatMap((version) =>
    (['x25519', 'secp256r1', 'secp384r1'] as const).flatMap((group) =>
      (['ecdsa', 'rsa'] as const).map((authentication) => ({ role, version, group, authentication })),
    ),
  ),
);

/** `server 1.3 x25519 ecdsa`. */
export const nameOf = ({ role, version, group, authentication }: Series): string =>
  `${role} ${version} ${group} ${authentication}`;
