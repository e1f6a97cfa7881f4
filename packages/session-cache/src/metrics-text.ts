import type { MetricsSnapshot } from './metrics-snapshot.ts';
import type { StoreCounts } from './metrics-store.ts';

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

/** The snapshot in Prometheus's text format, version 0.0.4. */
export function prometheusText({ handshakes, stores }: MetricsSnapshot): string {
  const resumed = Object.entries(handshakes.resumed).map(([by, count]): Sample => [{ by }, count]);
  const full = handshakes.full.map(({ reason, missed, count }): Sample => {
    return [{ reason, ...(missed === undefined ? {} : { missed }) }, count];
  });
  return [
    family(['tls_session_resumed_total', 'counter', 'Handshakes that resumed a session.'], resumed),
    family(['tls_session_full_total', 'counter', 'Full handshakes, by why no session was resumed.'], full),
    ...Object.entries(storeFamilies).map(([count, [type, help]]) => {
      const name = `tls_session_store_${count}${type === 'counter' ? '_total' : ''}`;
      const samples = Object.entries(stores).flatMap(([store, counts]): Sample[] => {
        const value = valueOf(counts, count);
        return value === undefined ? [] : [[{ store }, value]];
      });
      return family([name, type, help], samples);
    }),
  ].join('');
}

function valueOf(counts: StoreCounts, name: string): number | undefined {
  if (name === 'circuit_open') return counts.circuit && (counts.circuit === 'open' ? 1 : 0);
  return (counts as Readonly<Record<string, number | undefined>>)[name];
}

function family([name, type, help]: readonly [string, string, string], samples: readonly Sample[]): string {
  if (samples.length === 0) return '';
  const lines = samples.map(([labels, value]) => `${name}{${labelText(labels)}} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

const labelText = (labels: Labels): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',');

const escaped = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

const storeFamilies: Readonly<Record<string, readonly ['counter' | 'gauge', string]>> = {
  hits: ['counter', 'Look-ups that found a session.'],
  misses: ['counter', 'Look-ups that found none.'],
  puts: ['counter', 'Sessions put.'],
  expired: ['counter', 'Sessions dropped because their time was over.'],
  evicted: ['counter', 'Sessions dropped to make room.'],
  entries: ['gauge', 'Sessions held.'],
  bytes: ['gauge', 'Bytes held.'],
  timeouts: ['counter', 'Operations not answered within the limit.'],
  errors: ['counter', 'Operations that failed.'],
  garbage: ['counter', 'Answers that were no value.'],
  skipped: ['counter', 'Operations not tried while the store was failing.'],
  circuit_open: ['gauge', 'Whether the store is left alone for now.'],
};
