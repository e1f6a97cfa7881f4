import { expect, test } from 'vitest';
import { memoryStore } from './memory.ts';
import { sessionMetrics } from './metrics.ts';
import { meteredStore } from './metrics-store.ts';
import type { SessionStore } from './store.ts';

const times = { now: 0, expiresAt: 10 };

test('decisions are counted by outcome, way and reason', () => {
  const { decided, snapshot } = sessionMetrics();
  decided({ outcome: 'resumed', by: 'ticket' });
  decided({ outcome: 'resumed', by: 'session-id' });
  decided({ outcome: 'resumed', by: 'ticket' });
  decided({ outcome: 'full', reason: 'nothing-offered' });
  decided({ outcome: 'full', reason: 'not-found', missed: 'expired' });
  decided({ outcome: 'full', reason: 'not-found', missed: 'unknown' });
  decided({ outcome: 'full', reason: 'not-found', missed: 'expired' });
  expect(snapshot()).toEqual({
    handshakes: {
      resumed: { 'session-id': 1, ticket: 2 },
      full: [
        { reason: 'nothing-offered', count: 1 },
        { reason: 'not-found', missed: 'expired', count: 2 },
        { reason: 'not-found', missed: 'unknown', count: 1 },
      ],
    },
    stores: {},
  });
});

test('a snapshot does not change with what comes after it', () => {
  const { decided, snapshot } = sessionMetrics();
  decided({ outcome: 'full', reason: 'expired' });
  const before = snapshot();
  decided({ outcome: 'full', reason: 'expired' });
  expect(before.handshakes.full).toEqual([{ reason: 'expired', count: 1 }]);
});

test('a store is counted from outside, at once or later, with what it counts itself', async () => {
  const memory = memoryStore<string>({ capacity: 1, bytes: { limit: 10, of: (value) => value.length } });
  const later: SessionStore<string> = {
    get: async (key, now) => memory.get(key, now),
    take: () => Promise.reject(new Error('away')),
    put: async (key, value, when) => memory.put(key, value, when),
  };
  const stores = { memory: meteredStore(memory), later: meteredStore(later) };
  stores.memory.put('ticket:aa', 'a', times);
  await stores.later.put('ticket:bb', 'bbb', times);
  expect(stores.memory.get('ticket:aa', 1)).toBeUndefined();
  expect(await stores.later.get('ticket:bb', 1)).toBe('bbb');
  await expect(stores.later.take('ticket:bb', 1)).rejects.toThrow('away');
  expect(sessionMetrics(stores).snapshot().stores).toEqual({
    memory: { hits: 0, misses: 1, puts: 1, expired: 0, evicted: 1, entries: 1, bytes: 3 },
    later: { hits: 1, misses: 1, puts: 1 },
  });
});

test('Prometheus reads the same, escaped as its text format asks', () => {
  const memory = memoryStore<string>({ capacity: 1 });
  memory.put('ticket:aa', 'a', times);
  memory.get('ticket:aa', 1);
  const open = { metrics: () => ({ errors: 2, circuit: 'open' as const }) };
  const metrics = sessionMetrics({ 'in "memory"': memory, redis: open });
  metrics.decided({ outcome: 'resumed', by: 'session-id' });
  metrics.decided({ outcome: 'full', reason: 'not-found', missed: 'unknown-key' });
  metrics.decided({ outcome: 'full', reason: 'a\\b\n' });
  const lines = metrics.prometheus().trimEnd().split('\n');
  expect(lines.filter((line) => !line.startsWith('#'))).toEqual([
    'tls_session_resumed_total{by="session-id"} 1',
    'tls_session_resumed_total{by="ticket"} 0',
    'tls_session_full_total{reason="not-found",missed="unknown-key"} 1',
    'tls_session_full_total{reason="a\\\\b\\n"} 1',
    'tls_session_store_hits_total{store="in \\"memory\\""} 1',
    'tls_session_store_misses_total{store="in \\"memory\\""} 0',
    'tls_session_store_expired_total{store="in \\"memory\\""} 0',
    'tls_session_store_evicted_total{store="in \\"memory\\""} 0',
    'tls_session_store_entries{store="in \\"memory\\""} 1',
    'tls_session_store_bytes{store="in \\"memory\\""} 0',
    'tls_session_store_errors_total{store="redis"} 2',
    'tls_session_store_circuit_open{store="redis"} 1',
  ]);
  // Each family has its help and type once, before its samples; the text ends with a line feed.
  expect(lines.filter((line) => line.startsWith('# TYPE'))).toHaveLength(10);
  expect(lines.filter((line) => line.startsWith('# HELP'))).toHaveLength(10);
  expect(lines[1]).toBe('# TYPE tls_session_resumed_total counter');
  expect(metrics.prometheus().endsWith('\n')).toBe(true);
});
