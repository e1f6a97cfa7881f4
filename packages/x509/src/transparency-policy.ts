import type { SctSource } from './sct.ts';

/** How many logs have to know a certificate. */
export interface TransparencyPolicy {
  /** Distinct logs, by where the timestamps come from and how long the certificate is valid, in milliseconds. */
  logs(source: SctSource, lifetime: number): number;
  /** Distinct operators among them. */
  readonly operators: number;
}

const day = 86_400_000;

/**
 * What Chrome and Apple ask of public certificates: two logs, three where timestamps are embedded in a certificate
 * that is valid for more than 180 days, in either case of two operators.
 */
export const browserTransparencyPolicy: TransparencyPolicy = {
  logs: (source, lifetime) => (source === 'certificate' && lifetime > 180 * day ? 3 : 2),
  operators: 2,
};
