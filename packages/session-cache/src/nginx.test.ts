import { node } from '@tlsmith/crypto/node';
import { serverSession12, serverSession13, sessionTime } from '@tlsmith/testkit';
import { type Bytes, type ServerSession, toHex, utf8 } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { memoryStore } from './memory.ts';
import { sessionMetrics } from './metrics.ts';
import { type NginxSessions, type NginxSessionsEnvironment, nginxSessions } from './nginx.ts';
import type { NginxSessionOptions } from './nginx-options.ts';
import { type NginxZones, type SharedMemoryZones, sharedMemoryZones } from './nginx-zones.ts';
import type { IssuedSession } from './server.ts';

const now = sessionTime;
const day = { lifetime: 86_400 };
const shared = { sessionCache: 'shared:SSL:1m' };

test.each<[NginxSessionOptions, boolean, boolean, boolean]>([
  [{}, true, true, true],
  [{ sessionCache: 'off' }, false, true, true],
  [{ sessionCache: 'none', sessionTickets: 'off' }, true, false, false],
  [{ sessionCache: 'off', sessionTickets: 'off' }, false, false, false],
  [{ sessionCache: 'builtin' }, true, true, true],
  [{ sessionCache: 'builtin', sessionTickets: 'off' }, true, false, true],
  [{ ...shared, sessionTickets: 'off' }, true, false, true],
])('%j gives IDs %j, TLS 1.2 tickets %j, TLS 1.3 tickets %j', (options, sessionIds, tls12, tls13) => {
  expect(made(options).gives).toEqual({ sessionIds, tickets: { tls12, tls13 } });
});

test.each(['off', 'none'])('%s keeps no session', (sessionCache) => {
  const sessions = made({ sessionCache });
  const id = node.random(32);
  expect(sessions.remember(id, serverSession12(), now)).toBeUndefined();
  expect(sessions.find({ kind: 'session-id', id }, now)).toBeUndefined();
});

test.each(['builtin', 'shared:SSL:1m', 'builtin:10 shared:SSL:1m'])(
  '%s finds what it keeps',
  (sessionCache) => {
    const sessions = made({ sessionCache });
    const id = remembered(sessions);
    expect(sessions.find({ kind: 'session-id', id }, now)).toMatchObject({ version: 'tls12', alpn: 'h2' });
    expect(sessions.find({ kind: 'session-id', id }, now)).toMatchObject({ version: 'tls12', alpn: 'h2' });
    expect(sessions.forget({ kind: 'session-id', id }, now)).toBeUndefined();
    expect(sessions.find({ kind: 'session-id', id }, now)).toBeUndefined();
  },
);

test('builtin:2 keeps two sessions, builtin:0 any number', () => {
  const found = (sessionCache: string): number => {
    const sessions = made({ sessionCache });
    const ids = Array.from({ length: 100 }, () => remembered(sessions));
    return ids.filter((id) => sessions.find({ kind: 'session-id', id }, now) !== undefined).length;
  };
  expect([found('builtin:2'), found('builtin:0'), found('builtin:99999999999')]).toEqual([2, 100, 100]);
});

test('the timeout ends sessions and is announced with tickets; more than seven days count as seven', () => {
  const sessions = made({ sessionCache: 'builtin', sessionTimeout: '2m' });
  const id = remembered(sessions);
  expect(sessions.find({ kind: 'session-id', id }, now + 119_999)).toBeDefined();
  expect(sessions.find({ kind: 'session-id', id }, now + 120_000)).toBeUndefined();
  expect(issued(sessions).lifetime).toBe(120);
  expect([made({}).lifetime, made({ sessionTimeout: '1y' }).lifetime]).toEqual([300, 604_800]);
});

test('a timeout of 0 resumes nothing', () => {
  const sessions = made({ sessionCache: 'builtin', sessionTimeout: 0 });
  expect(sessions.find({ kind: 'session-id', id: remembered(sessions) }, now)).toBeUndefined();
  expect(sessions.issue(serverSession13(day), 'ticket', now)).toBeUndefined();
});

test('both caches: a session that one process made is found in another through the zone, then near', () => {
  const zones = sharedMemoryZones({ provider: node, aead: node.aeads['aes-256-gcm'] });
  const both = { sessionCache: 'builtin shared:SSL:32k', sessionTickets: 'off' as const };
  const [one, other, third] = [made(both, { zones }), made(both, { zones }), made(both, { zones })];
  const id = remembered(one);
  expect(other.find({ kind: 'session-id', id }, now)).toBeDefined();
  // The zone overflows: who has it near still finds it, who has not does not.
  for (let count = 0; count < 300; count++) remembered(one);
  expect(
    [one, other, third].map((sessions) => sessions.find({ kind: 'session-id', id }, now) !== undefined),
  ).toEqual([true, true, false]);
});

test('with both caches a single-use ticket is used once among all processes', () => {
  const zones = sharedMemoryZones({ provider: node, aead: node.aeads['aes-256-gcm'] });
  const both = { sessionCache: 'builtin shared:SSL:1m', sessionTickets: 'off' as const };
  const [one, other] = [made(both, { zones, singleUse: true }), made(both, { zones, singleUse: true })];
  const { id } = issued(one);
  expect(other.find({ kind: 'ticket', id }, now)).toMatchObject({ version: 'tls13' });
  expect(one.find({ kind: 'ticket', id }, now)).toBeUndefined();
});

test('without single use, as in nginx, a TLS 1.3 ticket out of the cache works again', () => {
  const sessions = made({ sessionCache: 'builtin', sessionTickets: 'off' });
  const { id } = issued(sessions);
  expect([1, 2].map(() => sessions.find({ kind: 'ticket', id }, now) !== undefined)).toEqual([true, true]);
  expect(id).toHaveLength(32);
});

test('a name used twice is one cache and must agree in size', () => {
  const zones = sharedMemoryZones({ provider: node, aead: node.aeads['aes-256-gcm'] });
  const id = remembered(made(shared, { zones }));
  expect(
    made({ sessionCache: 'shared:SSL:1024k' }, { zones }).find({ kind: 'session-id', id }, now),
  ).toBeDefined();
  expect(
    made({ sessionCache: 'shared:other:1m' }, { zones }).find({ kind: 'session-id', id }, now),
  ).toBeUndefined();
  expect(() => made({ sessionCache: 'shared:SSL:2m' }, { zones })).toThrow(
    'the size 2097152 of shared memory zone "SSL" conflicts with already declared size 1048576 in ssl_session_cache',
  );
});

test.each(['toString', '__proto__', 'constructor'])('%s is a name like any other', (name) => {
  const zones = sharedMemoryZones({ provider: node, aead: node.aeads['aes-256-gcm'] });
  const id = remembered(made({ sessionCache: `shared:${name}:1m` }, { zones }));
  const { memory } = zones;
  const worker = sharedMemoryZones({ provider: node, aead: node.aeads['aes-256-gcm'], memory });
  const sessions = made({ sessionCache: `shared:${name}:1m` }, { zones: worker });
  expect(sessions.find({ kind: 'session-id', id }, now)).toBeDefined();
});

test('a worker’s zones are the main thread’s', () => {
  const main = sharedMemoryZones({ provider: node, aead: node.aeads['aes-256-gcm'] });
  const id = remembered(made(shared, { zones: main }));
  const { memory } = main;
  const worker = (): SharedMemoryZones =>
    sharedMemoryZones({ provider: node, aead: node.aeads['aes-256-gcm'], memory });
  expect(made(shared, { zones: worker() }).find({ kind: 'session-id', id }, now)).toBeDefined();
  expect(() => made({ sessionCache: 'shared:SSL:2m' }, { zones: worker() })).toThrow(
    expect.objectContaining({ code: 'zone-conflict' }),
  );
  expect(() => made({ sessionCache: 'shared:new:1m' }, { zones: worker() })).toThrow(
    'the shared memory zone "new" is not open in the main thread',
  );
});

test('a zone that no machine has memory for is refused', () => {
  expect(() => made({ sessionCache: 'shared:SSL:9000000m' })).toThrow(
    expect.objectContaining({ code: 'zone-too-big' }),
  );
});

test('servers that share a cache open each other’s tickets; those that do not, do not (nginx 1.23.2)', () => {
  const zones = sharedMemoryZones({ provider: node, aead: node.aeads['aes-256-gcm'] });
  const { id } = issued(made(shared, { zones }));
  const opens = (sessions: NginxSessions): boolean =>
    sessions.find({ kind: 'ticket', id }, now) !== undefined;
  expect([opens(made(shared, { zones })), opens(made(shared)), opens(made({}))]).toEqual([
    true,
    false,
    false,
  ]);
});

test.each([shared, {}])(
  '%j: a ticket opens for as long as its session lives, and keys change by themselves',
  (options) => {
    const sessions = made({ ...options, sessionTimeout: 60 });
    const names = new Set<string>();
    for (let second = 0; second < 300; second++) {
      const at = now + 1000 * second;
      const { id } = issued(sessions, at);
      names.add(toHex(id.subarray(0, 16)));
      expect(sessions.find({ kind: 'ticket', id }, at + 59_999)).toBeDefined();
    }
    expect(names.size).toBeGreaterThan(3);
  },
);

test('key files: the first encrypts, all decrypt, a file that is gone leads to a full handshake', () => {
  const [a, b] = [
    { path: 'a', content: node.random(48) },
    { path: 'b', content: node.random(80) },
  ];
  const { id } = issued(made({ ...shared, sessionTicketKeys: [a] }));
  const opens = (...sessionTicketKeys: (typeof a)[]): boolean =>
    made({ ...shared, sessionTicketKeys }).find({ kind: 'ticket', id }, now) !== undefined;
  expect([opens(a), opens(b, a), opens(b)]).toEqual([true, true, false]);
  expect(() => made({ sessionTicketKeys: [{ path: 'c', content: node.random(47) }] })).toThrow(
    '"c" must be 48 or 80 bytes in ssl_session_ticket_key: it has 47',
  );
});

test('sessions of one context are not found in another through the same zone', () => {
  const zones = sharedMemoryZones({ provider: node, aead: node.aeads['aes-256-gcm'] });
  const id = remembered(made(shared, { zones, context: utf8('a') }));
  const found = ['a', 'b'].map(
    (context) =>
      made(shared, { zones, context: utf8(context) }).find({ kind: 'session-id', id }, now) !== undefined,
  );
  expect(found).toEqual([true, false]);
});

test('wrong values and a provider without the AEAD are refused when the server starts', () => {
  expect(() => made({ sessionCache: 'sharde:SSL:10m' })).toThrow('invalid session cache "sharde:SSL:10m"');
  expect(() => made({ sessionTimeout: -1 })).toThrow('invalid time "-1" in ssl_session_timeout');
  expect(() => made({ sessionTickets: 'maybe' as 'on' })).toThrow(
    'invalid value "maybe" in ssl_session_tickets',
  );
  const bare = { ...node, aeads: {} };
  expect(() => nginxSessions({}, { provider: bare })).toThrow(
    expect.objectContaining({ code: 'aead-missing' }),
  );
});

test('a miss has its reason, and the caches count', () => {
  const sessions = made({ sessionCache: 'builtin shared:SSL:1m' });
  const id = remembered(sessions);
  const reasons: string[] = [];
  const missed = (reason: string): void => void reasons.push(reason);
  expect(sessions.find({ kind: 'session-id', id: node.random(32) }, now, missed)).toBeUndefined();
  expect(sessions.findFirst([{ kind: 'ticket', id: node.random(200) }], now, missed)).toBeUndefined();
  expect(sessions.find({ kind: 'session-id', id }, now, missed)).toBeDefined();
  expect(reasons).toEqual(['unknown', 'unknown-key']);
  const { stores } = sessionMetrics(sessions.stores).snapshot();
  expect(stores).toMatchObject({
    builtin: { hits: 1, misses: 1, entries: 1 },
    shared: { misses: 1, entries: 1 },
  });
  expect(made({ sessionCache: 'none' }).stores).toEqual({});
});

test('a zone of somebody else’s making is counted too', () => {
  const store = memoryStore<Bytes>({ capacity: 10 });
  const { get, put, take } = store;
  const bare = { get: get.bind(store), put: put.bind(store), take: take.bind(store) };
  const own = sharedMemoryZones({ provider: node, aead: node.aeads['aes-256-gcm'] });
  const zones: NginxZones = {
    open: (zone) => ({ store: bare, keys: (lifetime) => own.open(zone).keys(lifetime) }),
  };
  const sessions = made(shared, { zones });
  const id = remembered(sessions);
  expect(sessions.find({ kind: 'session-id', id }, now)).toBeDefined();
  expect(sessions.stores.shared?.metrics()).toMatchObject({ hits: 1, puts: 1 });
});

test('findFirst and the settings are there for the server', () => {
  const sessions = made({ sessionTimeout: '1h', sessionCache: 'builtin' });
  const id = remembered(sessions);
  const identities = [
    { kind: 'session-id' as const, id: node.random(32) },
    { kind: 'session-id' as const, id },
  ];
  expect(sessions.findFirst(identities, now)).toMatchObject({ index: 1 });
  expect(sessions.settings).toMatchObject({ sessionTimeout: 3600, sessionTickets: 'on' });
});

function made(options: NginxSessionOptions, change: Partial<NginxSessionsEnvironment> = {}): NginxSessions {
  return nginxSessions(options, { provider: node, ...change });
}

function remembered(sessions: NginxSessions): Bytes {
  const id = node.random(32);
  const session: ServerSession = serverSession12(day);
  expect(sessions.remember(id, session, now)).toBeUndefined();
  return id;
}

function issued(sessions: NginxSessions, at: number = now): IssuedSession {
  const result = sessions.issue(serverSession13({ ...day, createdAt: at }), 'ticket', at);
  expect(result).toHaveProperty('id');
  return result as IssuedSession;
}
