import { clientSession12, clientSession13, sessionTime } from '@tlsmith/testkit';
import { type ClientSession, type ClientSession13, type Secret, toHex, uint } from '@tlsmith/types';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clientSessionCache } from './client.ts';

const now = sessionTime;
const origin = 'server.example:443';

/** A ticket that is told from others by its number. */
function ticket(number: number, change: Partial<ClientSession13> = {}): ClientSession13 {
  return clientSession13({ ticket: uint(number, 4), ...change });
}

function numberOf(session: ClientSession | undefined): string | undefined {
  return session?.version === 'tls13' ? toHex(session.ticket.subarray(3)) : session?.version;
}

test('TLS 1.3 tickets come newest first, each once (RFC 9846 §C.4)', () => {
  const cache = clientSessionCache();
  for (const number of [1, 2, 3]) cache.put(origin, ticket(number), now);
  expect([1, 2, 3, 4].map(() => numberOf(cache.take(origin, now)))).toEqual(['03', '02', '01', undefined]);
});

test('a TLS 1.2 session stays, and a newer one takes its place', () => {
  const cache = clientSessionCache();
  cache.put(origin, clientSession12({ alpn: 'old' }), now);
  cache.put(origin, clientSession12({ alpn: 'new' }), now);
  expect([1, 2, 3].map(() => cache.take(origin, now)?.alpn)).toEqual(['new', 'new', 'new']);
  expect([...cache.entries()]).toHaveLength(1);
});

test('tickets that are newer than a TLS 1.2 session go first', () => {
  const cache = clientSessionCache();
  for (const session of [ticket(1), clientSession12(), ticket(2)]) cache.put(origin, session, now);
  expect([1, 2, 3].map(() => numberOf(cache.take(origin, now)))).toEqual(['02', 'tls12', 'tls12']);
});

test('the same ticket put twice is there once', () => {
  const cache = clientSessionCache();
  cache.put(origin, ticket(1), now);
  cache.put(origin, ticket(1), now);
  expect([1, 2].map(() => numberOf(cache.take(origin, now)))).toEqual(['01', undefined]);
});

test('a session is offered up to, and not at, the millisecond of its end (RFC 9846 §4.3.11.1)', () => {
  for (const session of [ticket(1, { lifetime: 5 }), clientSession12({ lifetime: 5 })]) {
    const cache = clientSessionCache();
    cache.put(origin, session, now);
    expect(cache.take(origin, now + 5000)).toBeUndefined();
    cache.put(origin, session, now);
    expect(cache.take(origin, now + 4999)).toBeDefined();
  }
});

test('an older session that lives longer is found behind expired ones', () => {
  const cache = clientSessionCache();
  cache.put(origin, ticket(1), now);
  cache.put(origin, ticket(2, { lifetime: 5 }), now);
  expect(numberOf(cache.take(origin, now + 5000))).toBe('01');
});

test('no session is kept for longer than seven days (RFC 9846 §4.7.1)', () => {
  const cache = clientSessionCache();
  cache.put(origin, clientSession12({ lifetime: 2 ** 32 - 1 }), now);
  expect(cache.take(origin, now)?.lifetime).toBe(604_800);
  expect(cache.take(origin, now + 604_800_000)).toBeUndefined();
});

test('a ticket with lifetime 0 is not kept (RFC 9846 §4.7.1)', () => {
  const cache = clientSessionCache();
  cache.put(origin, ticket(1, { lifetime: 0 }), now);
  expect([...cache.entries()]).toEqual([]);
});

test('origins are apart, and forgetting one leaves the other', () => {
  const cache = clientSessionCache();
  cache.put('a:443', ticket(1), now);
  cache.put('b:443', ticket(2), now);
  cache.forget('a:443');
  expect([cache.take('a:443', now), numberOf(cache.take('b:443', now))]).toEqual([undefined, '02']);
});

test('what was put and what was taken belong to their owners', () => {
  const cache = clientSessionCache();
  for (const put of [ticket(1), clientSession12()]) {
    cache.put(origin, put, now);
    secretOf(put).wipe();
    const taken = cache.take(origin, now) as ClientSession;
    expect(secretOf(taken).length).toBe(48);
    expect(secretOf(taken).use((bytes) => bytes.some((byte) => byte !== 0))).toBe(true);
  }
  const first = cache.take(origin, now) as ClientSession;
  secretOf(first).wipe();
  expect(() => secretOf(cache.take(origin, now) as ClientSession).use(toHex)).not.toThrow();
});

test.each<[string, (cache: ReturnType<typeof clientSessionCache>) => void]>([
  ['expired', (cache) => void cache.take(origin, now + 3_600_000)],
  ['forgotten', (cache) => cache.forget(origin)],
  ['cleared', (cache) => cache.clear()],
  ['pushed out by newer tickets', (cache) => [2, 3].forEach((n) => cache.put(origin, ticket(n), now))],
  ['pushed out by other origins', (cache) => ['b', 'c'].forEach((one) => cache.put(one, ticket(2), now))],
])('a session that is %s is wiped', (_, drop) => {
  const cache = clientSessionCache({ perOrigin: 2, origins: 2 });
  cache.put(origin, ticket(1), now);
  const [held] = [...cache.entries()].map(([, session]) => session);
  drop(cache);
  expect(() => secretOf(held as ClientSession).use(toHex)).toThrow(
    expect.objectContaining({ code: 'secret-wiped' }),
  );
});

test('a superseded TLS 1.2 session is wiped', () => {
  const cache = clientSessionCache();
  cache.put(origin, clientSession12(), now);
  const [held] = [...cache.entries()].map(([, session]) => session);
  cache.put(origin, clientSession12(), now);
  expect(() => secretOf(held as ClientSession).use(toHex)).toThrow(
    expect.objectContaining({ code: 'secret-wiped' }),
  );
});

test.each([{ perOrigin: 0 }, { origins: 0 }, { perOrigin: 1.5 }])('%o is misuse', (options) => {
  expect(() => clientSessionCache(options)).toThrow(
    expect.objectContaining({ code: 'capacity-out-of-range' }),
  );
});

test('the cache does what naive lists do, for any sequence of operations', () => {
  const step = fc.record({
    do: fc.constantFrom('put13' as const, 'put12' as const, 'take' as const, 'forget' as const),
    origin: fc.constantFrom('a', 'b', 'c', 'd'),
    wait: fc.nat(1500),
    lifetime: fc.nat(6),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const cache = clientSessionCache({ perOrigin: 2, origins: 3 });
      const naive = new NaiveCache();
      let time = now;
      for (const [index, { do: operation, origin: at, wait, lifetime }] of steps.entries()) {
        time += wait;
        const session = numbered(operation === 'put12' ? 'tls12' : 'tls13', index, {
          receivedAt: time,
          lifetime,
        });
        if (operation === 'forget') {
          cache.forget(at);
          naive.forget(at);
        } else if (operation === 'take') {
          const taken = cache.take(at, time);
          expect(taken && nameOf(taken)).toBe(naive.take(at, time));
        } else {
          cache.put(at, session, time);
          naive.put(at, session, time);
        }
        expect([...cache.entries()].map(([where, held]) => [where, nameOf(held)])).toEqual(naive.entries());
      }
    }),
    { numRuns: 500 },
  );
});

/** The cache as one would write it without a thought for speed, for two sessions at three origins. */
class NaiveCache {
  origins: { readonly origin: string; readonly held: readonly ClientSession[] }[] = [];

  put(at: string, session: ClientSession, time: number): void {
    const held = this.live(at, time);
    if (session.lifetime === 0) return this.keep(at, held);
    const rest = held.filter((other) => session.version === 'tls13' || other.version === 'tls13');
    this.keep(at, [...rest, session].slice(-2));
  }

  take(at: string, time: number): string | undefined {
    const held = this.live(at, time);
    const newest = held.at(-1);
    this.keep(at, newest?.version === 'tls13' ? held.slice(0, -1) : held);
    return newest && nameOf(newest);
  }

  forget(at: string): void {
    this.keep(at, []);
  }

  entries(): unknown {
    return this.origins.flatMap(({ origin: at, held }) => held.map((session) => [at, nameOf(session)]));
  }

  live(at: string, time: number): readonly ClientSession[] {
    const held = this.origins.find((entry) => entry.origin === at)?.held ?? [];
    return held.filter((session) => time < session.receivedAt + 1000 * session.lifetime);
  }

  keep(at: string, held: readonly ClientSession[]): void {
    const others = this.origins.filter((entry) => entry.origin !== at);
    this.origins = [...others, ...(held.length === 0 ? [] : [{ origin: at, held }])].slice(-3);
  }
}

function numbered(
  version: ClientSession['version'],
  number: number,
  times: { readonly receivedAt: number; readonly lifetime: number },
): ClientSession {
  return version === 'tls13'
    ? clientSession13({ ...times, ticket: uint(number, 4) })
    : clientSession12({ ...times, sessionId: uint(number, 4) });
}

function nameOf(session: ClientSession): string {
  return toHex(session.version === 'tls13' ? session.ticket : session.sessionId);
}

function secretOf(session: ClientSession): Secret {
  return session.version === 'tls13' ? session.psk : session.master;
}
