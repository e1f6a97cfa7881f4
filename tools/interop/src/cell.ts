import type { Bench } from './bench/bench.ts';

/** Our role in a cell. */
export type Role = 'client' | 'server';

/** A protocol version as the matrix writes it. */
export type VersionName = '1.2' | '1.3';

/** One square of the matrix, as `--json` writes it. */
export interface Cell {
  readonly peer: string;
  readonly role: Role;
  readonly version: VersionName;
  readonly case: string;
  readonly result: 'pass' | 'fail' | 'left-out';
  /** Why it failed or was left out. */
  readonly reason?: string;
}

/** A cell that is still to be played. `play` throws what is wrong; {@link LeftOut} when this machine cannot play it. */
export interface Plan {
  readonly peer: string;
  readonly role: Role;
  readonly version: VersionName;
  readonly case: string;
  play(bench: Bench): Promise<void>;
}

/** Says that somebody else took a port between its choice and its use: worth another try. */
export class PortTaken extends Error {
  override readonly name: string = 'PortTaken';
}

/** Says that a cell cannot be played here, and why. */
export class LeftOut extends Error {
  override readonly name: string = 'LeftOut';
}
