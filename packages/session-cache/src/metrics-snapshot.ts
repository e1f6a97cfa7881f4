import type { MissReason } from './decisions.ts';
import type { StoreCounts } from './metrics-store.ts';

/** Full handshakes for one reason. */
export interface FullHandshakes {
  readonly reason: string;
  readonly missed?: MissReason;
  readonly count: number;
}

/** Everything counted, as plain data. */
export interface MetricsSnapshot {
  readonly handshakes: {
    readonly resumed: { readonly 'session-id': number; readonly ticket: number };
    readonly full: readonly FullHandshakes[];
  };
  readonly stores: Readonly<Record<string, StoreCounts>>;
}
