import { clientSession13, serverSession13, sessionTime } from '@tlsmith/testkit';
import { expect, test } from 'vitest';
import { cappedLifetime, expiryOf, isFresh, isLive, maximumLifetime, statedAge } from './policy.ts';

test('no lifetime is above seven days (RFC 9846 §4.7.1)', () => {
  expect(maximumLifetime).toBe(7 * 24 * 3600);
  expect([604_799, 604_800, 604_801, 2 ** 32 - 1, 0, -5, 1.9].map(cappedLifetime)).toEqual([
    604_799, 604_800, 604_800, 604_800, 0, 0, 1,
  ]);
});

test.each([serverSession13({ lifetime: 5 }), clientSession13({ lifetime: 5 })])(
  'a session is live up to, and not at, the millisecond of its end',
  (session) => {
    expect(expiryOf(session)).toBe(sessionTime + 5000);
    expect([0, 4999, 5000, 5001].map((age) => isLive(session, sessionTime + age))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  },
);

test('a lifetime of 0 is over at once (RFC 9846 §4.7.1)', () => {
  expect(isLive(clientSession13({ lifetime: 0 }), sessionTime)).toBe(false);
});

test('whatever its lifetime says, a session is over after seven days', () => {
  const session = clientSession13({ lifetime: 2 ** 32 - 1 });
  expect(isLive(session, sessionTime + 604_800_000 - 1)).toBe(true);
  expect(isLive(session, sessionTime + 604_800_000)).toBe(false);
});

test('clocks may differ by a minute; a session from further in the future is not used', () => {
  expect(isLive(serverSession13(), sessionTime - 60_000)).toBe(true);
  expect(isLive(serverSession13(), sessionTime - 60_001)).toBe(false);
});

test('the stated age is the obfuscated one less ticket_age_add modulo 2^32 (RFC 9846 §4.3.11.1)', () => {
  expect(statedAge(5007, 7)).toBe(5000);
  expect(statedAge(3, 0xffffffff)).toBe(4);
  expect(statedAge(0xfffffffe, 0xffffffff)).toBe(0xffffffff);
});

test('a ClientHello is fresh while its stated age is ten seconds off at most (RFC 9846 §8.3)', () => {
  const session = { createdAt: sessionTime, ticketAgeAdd: 0xfffffff0 };
  const obfuscated = (60_000 + session.ticketAgeAdd) % 2 ** 32;
  const fresh = (age: number): boolean => isFresh(session, obfuscated, sessionTime + age);
  expect([49_999, 50_000, 60_000, 70_000, 70_001].map(fresh)).toEqual([false, true, true, true, false]);
  expect(isFresh(session, obfuscated, sessionTime + 60_101, 100)).toBe(false);
});
