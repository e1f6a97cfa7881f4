import type { MissReason } from './decisions.ts';
import type { MetricsSnapshot } from './metrics-snapshot.ts';
import type { StoreCounts } from './metrics-store.ts';
import { prometheusText } from './metrics-text.ts';

/** What a server decided about resumption, as its `onResumption` is told. */
export interface DecisionTold {
  readonly outcome: 'resumed' | 'full';
  /** How a resumed session was offered. */
  readonly by?: 'session-id' | 'ticket';
  /** Why a handshake is a full one. */
  readonly reason?: string;
  /** Why nothing was found. */
  readonly missed?: MissReason;
}

/** Counts of decisions and stores in one place. */
export interface SessionMetrics {
  /** Counts a decision. Hand it to a server as `onResumption`. */
  readonly decided: (decision: DecisionTold) => void;
  /** A fresh object at every call. */
  snapshot(): MetricsSnapshot;
  /** The same for Prometheus: text format 0.0.4, `text/plain; version=0.0.4`. */
  prometheus(): string;
}

/**
 * Metrics of a server's resumption: why sessions were resumed or not, and what each store did.
 *
 * @param stores Stores by the name that they get in the metrics; those that do not count themselves go in as
 *   `meteredStore`.
 * @example
 * ```ts
 * import { serverSessionStore, sessionMetrics } from '@tlsmith/session-cache';
 * const store = serverSessionStore({ capacity: 20_480 });
 * const metrics = sessionMetrics({ memory: store });
 * metrics.decided({ outcome: 'full', reason: 'nothing-offered' }); // createServer({ onResumption: metrics.decided })
 * metrics.prometheus(); // # HELP tls_session_full_total ...
 * ```
 */
export function sessionMetrics(
  stores: Readonly<Record<string, { metrics(): StoreCounts }>> = {},
): SessionMetrics {
  const resumed = { 'session-id': 0, ticket: 0 };
  const full = new Map<string, { reason: string; missed?: MissReason; count: number }>();
  const snapshot = (): MetricsSnapshot => ({
    handshakes: { resumed: { ...resumed }, full: Array.from(full.values(), (one) => ({ ...one })) },
    stores: Object.fromEntries(Object.entries(stores).map(([name, store]) => [name, store.metrics()])),
  });
  return {
    decided: ({ outcome, by = 'ticket', reason = 'unknown', missed }) => {
      if (outcome === 'resumed') {
        resumed[by]++;
        return;
      }
      const key = `${reason} ${missed ?? ''}`;
      const known = full.get(key) ?? { reason, ...(missed === undefined ? {} : { missed }), count: 0 };
      known.count++;
      full.set(key, known);
    },
    snapshot,
    prometheus: () => prometheusText(snapshot()),
  };
}
