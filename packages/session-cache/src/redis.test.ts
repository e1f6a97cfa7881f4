import { noBytes, utf8 } from '@tlsmith/types';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type RedisClient, redisStore } from './redis.ts';
import { fromRedisText, toRedisText } from './redis-text.ts';
import type { StoreKey } from './store.ts';

test('values survive the way through text, whatever their bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(2 ** 45), (value, expiresAt) => {
      const text = toRedisText(value, expiresAt);
      expect(text.split('.')[1]).toBe(Buffer.from(value).toString('base64').replace(/=+$/, ''));
      expect(fromRedisText(text)).toEqual({ value, expiresAt });
    }),
  );
});

test('any other text is no value, and none breaks anything', () => {
  for (const text of [
    '',
    '.',
    'a',
    'zz.A',
    'zz.AAAAA',
    'zz.AA*A',
    'zz.AAAé',
    '-5.AAAA',
    '!.AAAA',
    'zzzzzzzzzzzz.AA',
  ]) {
    expect(fromRedisText(text), text).toBeUndefined();
  }
  fc.assert(
    fc.property(fc.string(), (text) => {
      const found = fromRedisText(text);
      expect(found === undefined || found.value instanceof Uint8Array).toBe(true);
    }),
  );
});

test('both families of clients are asked by their own names, with the time that is left', async () => {
  const asked: unknown[] = [];
  const say =
    (command: string) =>
    async (...args: unknown[]) => {
      asked.push([command, ...args]);
      return null;
    };
  const families: readonly RedisClient[] = [
    { get: say('get'), mGet: say('mGet'), getDel: say('getDel'), set: say('set') },
    { get: say('get'), mget: say('mget'), getdel: say('getdel'), set: say('set') },
  ];
  for (const client of families) {
    const store = redisStore(client, { prefix: 'x:' });
    await store.put('ticket:aa', Uint8Array.of(0), { now: 10, expiresAt: 35 });
    await store.put('ticket:aa', Uint8Array.of(0), { now: 35, expiresAt: 35 });
    await store.get('ticket:aa', 1);
    await store.take('ticket:aa', 1);
  }
  expect(asked).toEqual([
    ['set', 'x:ticket:aa', 'z.AA', { PX: 25 }],
    ['getDel', 'x:ticket:aa'],
    ['get', 'x:ticket:aa'],
    ['getDel', 'x:ticket:aa'],
    ['set', 'x:ticket:aa', 'z.AA', 'PX', 25],
    ['getdel', 'x:ticket:aa'],
    ['get', 'x:ticket:aa'],
    ['getdel', 'x:ticket:aa'],
  ]);
});

test('replies as bytes are taken, and what no store put there is told apart from nothing', async () => {
  const store = (reply: unknown) =>
    redisStore({
      get: async () => reply,
      mget: async () => reply,
      getdel: async () => reply,
      set: async () => 'OK',
    });
  expect(await store(null).get('ticket:aa', 1)).toBeUndefined();
  expect(await store(utf8('z.')).get('ticket:aa', 34)).toEqual(noBytes);
  expect(await store('z.').get('ticket:aa', 35)).toBeUndefined();
  for (const reply of ['hello', 7, {}, undefined, ['z.']]) {
    await expect(store(reply).get('ticket:aa', 1)).rejects.toMatchObject({ code: 'garbage' });
    await expect(store(reply).take('ticket:aa', 1)).rejects.toMatchObject({ code: 'garbage' });
  }
});

describe('look-ups that come together', () => {
  const keys = Array.from({ length: 300 }, (_, index): StoreKey => `ticket:${index}`);

  /** A Redis that holds `z.` and the key's last digit for even keys, and what it was asked. */
  function scene(many: (keys: string[]) => unknown = (asked) => asked.map(replyTo)) {
    const asked: (string | number)[] = [];
    const turns: (() => void)[] = [];
    const client = {
      get: async (key: string) => (asked.push(key), replyTo(key)),
      mget: async (all: string[]) => (asked.push(all.length), many(all)),
      getdel: async () => null,
      set: async () => 'OK',
    };
    const store = redisStore(client, { defer: (run) => turns.push(run) });
    const look = (some: readonly StoreKey[]) =>
      Promise.allSettled(some.map(async (key) => store.get(key, 1)));
    return { asked, turns, look };
  }
  const replyTo = (key: string): string | null => (Number(key.at(-1)) % 2 === 0 ? `z.A${key.at(-1)}` : null);

  test('share one command, of 128 keys at most, and each gets its own answer', async () => {
    const { asked, turns, look } = scene();
    const found = look(keys);
    expect([asked, turns.length]).toEqual([[], 1]);
    turns[0]?.();
    expect(asked).toEqual([128, 128, 44]);
    expect(await found).toEqual(
      keys.map((key) => ({ status: 'fulfilled', value: fromRedisText(replyTo(key) ?? '')?.value })),
    );
    const one = look(['ticket:4']);
    expect(turns).toHaveLength(2);
    turns[1]?.();
    expect(await one).toMatchObject([{ value: fromRedisText('z.A4')?.value }]);
    expect(asked).toEqual([128, 128, 44, 'tls:ticket:4']);
  });

  test.each([
    ['no list', () => 'OK'],
    ['a list that is too short', () => [null]],
  ])('all fail when Redis answers %s', async (_, many) => {
    const { turns, look } = scene(many);
    const found = look(keys.slice(0, 3));
    turns[0]?.();
    for (const one of await found) expect(one).toMatchObject({ reason: { code: 'garbage' } });
  });

  test('one bad value is nobody else’s, and a failing command everybody’s', async () => {
    const bad = scene(() => ['z.A2', 'nonsense', null]);
    const found = bad.look(keys.slice(0, 3));
    bad.turns[0]?.();
    expect(await found).toMatchObject([
      { status: 'fulfilled' },
      { reason: { code: 'garbage' } },
      { status: 'fulfilled', value: undefined },
    ]);
    const failing = scene(() => {
      throw new Error('LOADING');
    });
    const none = failing.look(keys.slice(0, 2));
    failing.turns[0]?.();
    expect((await none).map((one) => one.status)).toEqual(['rejected', 'rejected']);
    expect(failing.asked).toEqual([2]);
  });

  test('are asked for apart, then and for good, where Redis is a cluster', async () => {
    const { asked, turns, look } = scene(() => {
      throw new Error("CROSSSLOT Keys in request don't hash to the same slot");
    });
    const found = look(keys.slice(0, 3));
    turns[0]?.();
    expect(await found).toMatchObject([{ status: 'fulfilled' }, {}, { status: 'fulfilled' }]);
    await look(keys.slice(0, 2));
    expect(asked).toEqual([3, ...[0, 1, 2, 0, 1].map((index) => `tls:ticket:${index}`)]);
    expect(turns).toHaveLength(1);
  });
});
