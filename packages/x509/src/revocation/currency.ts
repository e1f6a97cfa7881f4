/** How a statement's period of validity relates to the moment of verification. */
export type Currency = 'current' | 'not-yet-valid' | 'stale';

/** When a statement about a certificate holds (RFC 5280 §5.1.2.4, RFC 6960 §2.4), in milliseconds since 1970. */
export interface Period {
  readonly thisUpdate: number;
  readonly nextUpdate: number | undefined;
}

/** What the caller allows clocks and statements. */
export interface Leeway {
  /** The moment of verification, in milliseconds since 1970. */
  readonly at: number;
  /** By how much clocks may disagree, in milliseconds. */
  readonly tolerance: number;
  /** How old a statement without nextUpdate may be, in milliseconds. */
  readonly maximumAge: number;
}

/**
 * Whether a statement holds at a moment: from thisUpdate to nextUpdate, give or take the tolerance of RFC 5019 §4.
 * Without nextUpdate newer information is always to be had (RFC 6960 §4.2.2.1), so only a young statement counts.
 */
export function currencyOf({ thisUpdate, nextUpdate }: Period, leeway: Leeway): Currency {
  const { at, tolerance, maximumAge } = leeway;
  if (thisUpdate > at + tolerance) return 'not-yet-valid';
  return at <= (nextUpdate ?? thisUpdate + maximumAge) + tolerance ? 'current' : 'stale';
}
