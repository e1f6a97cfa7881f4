import { noBytes, utf8 } from '@tlsmith/types';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type RedisClient, redisStore } from './redis.ts';
import { fromRedisText, toRedisText } from './redis-text.ts';

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
    { get: say('get'), getDel: say('getDel'), set: say('set') },
    { get: say('get'), getdel: say('getdel'), set: say('set') },
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
    redisStore({ get: async () => reply, getdel: async () => reply, set: async () => 'OK' });
  expect(await store(null).get('ticket:aa', 1)).toBeUndefined();
  expect(await store(utf8('z.')).get('ticket:aa', 34)).toEqual(noBytes);
  expect(await store('z.').get('ticket:aa', 35)).toBeUndefined();
  for (const reply of ['hello', 7, {}, undefined, ['z.']]) {
    await expect(store(reply).get('ticket:aa', 1)).rejects.toMatchObject({ code: 'garbage' });
    await expect(store(reply).take('ticket:aa', 1)).rejects.toMatchObject({ code: 'garbage' });
  }
});
