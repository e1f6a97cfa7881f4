import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatSslSessionCache, type NginxSessionCache, parseSslSessionCache } from './nginx-cache.ts';
import { nginxSettings } from './nginx-options.ts';

const megabyte = 1_048_576;
const shared = { name: 'SSL', bytes: 10 * megabyte };

test.each<[string, NginxSessionCache]>([
  ['off', 'off'],
  ['none', 'none'],
  ['builtin', { builtin: 'default' }],
  ['builtin:1000', { builtin: 1000 }],
  ['builtin:0', { builtin: 0 }],
  ['shared:SSL:10m', { shared }],
  ['builtin:1000 shared:SSL:10m', { builtin: 1000, shared }],
  ['  shared:SSL:10m\n builtin ', { builtin: 'default', shared }],
  ['none builtin', { builtin: 'default' }],
  ['builtin none', 'none'],
  ['shared:SSL:10m off', 'off'],
  ['off shared:SSL:10m', 'off'],
  ['shared:a:1m shared:SSL:10M', { shared }],
  ['builtin:1 builtin:2', { builtin: 2 }],
])('%j', (text, cache) => {
  expect(parseSslSessionCache(text)).toEqual(cache);
});

// biome-ignore format: a list
const wrong = [
  'foo', 'OFF', 'builtin:', 'builtin:-1', 'builtin:abc', 'builtin:10k', 'shared', 'shared:', 'shared:SSL', 'shared:SSL:',
  'shared::10m', 'shared::', 'shared:SSL:abc', 'shared:SSL:10g', 'shared:SSL:10m:20', 'shared:a:m', 'shared:a:10MB',
  'shared:SSL:-1', 'builtin:99999999999999999999', 'shared:a:99999999999999m',
];

test.each(wrong)('%s is refused, and the message says what, where and what is allowed', (part) => {
  expect(() => parseSslSessionCache(`builtin ${part}`, 'site.conf:7')).toThrow(
    expect.objectContaining({
      code: 'nginx-value',
      message:
        `invalid session cache "${part}" in ssl_session_cache, site.conf:7: allowed are off, none, builtin, ` +
        'builtin:sessions, shared:name:size (bytes, or with k or m), or builtin and shared',
    }),
  );
});

test.each(['shared:a:10', 'shared:a:31k', 'shared:a:32767', 'shared:a:0', 'shared:SSL:10 m'])(
  '%s is too small',
  (text) => {
    const [part] = text.split(' ');
    expect(() => parseSslSessionCache(text)).toThrow(
      `session cache "${part}" is too small in ssl_session_cache: at least 32k`,
    );
  },
);

test('no value at all is refused', () => {
  expect(() => parseSslSessionCache(' ')).toThrow('no value in ssl_session_cache: allowed are off');
});

test('every value survives its text', () => {
  const zone = fc.record({
    name: fc.stringMatching(/^[A-Za-z0-9_.-]{1,20}$/),
    bytes: fc.oneof(
      fc.integer({ min: 32, max: 2 ** 20 }).map((n) => n * 1024),
      fc.integer({ min: 32_768, max: 2 ** 40 }),
    ),
  });
  const builtin = fc.oneof(fc.constant('default' as const), fc.nat());
  const cache = fc.oneof<fc.Arbitrary<NginxSessionCache>[]>(
    fc.constant('off'),
    fc.constant('none'),
    fc.record({ shared: zone }),
    fc.record({ builtin }),
    fc.record({ builtin, shared: zone }),
  );
  fc.assert(
    fc.property(cache, (value) => {
      expect(parseSslSessionCache(formatSslSessionCache(value))).toEqual(value);
      if (typeof value !== 'string')
        expect(nginxSettings({ sessionCache: value }).sessionCache).toEqual(value);
    }),
  );
});

test.each<[NginxSessionCache, string]>([
  [{ builtin: -1 }, 'invalid session cache "builtin:-1"'],
  [{ builtin: 1.5 }, 'invalid session cache "builtin:1.5"'],
  [{ shared: { name: 'a', bytes: 100 } }, 'session cache "shared:a:100" is too small'],
  [{ shared: { name: '', bytes: megabyte } }, 'invalid session cache "shared::1m"'],
  [{ shared: { name: 'a b', bytes: megabyte } }, 'names have no spaces and no colons'],
  [{ shared: { name: 'a:b', bytes: megabyte } }, 'names have no spaces and no colons'],
])('a wrong value that is no text is refused as well: %j', (sessionCache, message) => {
  expect(() => nginxSettings({ sessionCache: sessionCache as Exclude<NginxSessionCache, string> })).toThrow(
    message,
  );
});

test('a name with two sizes is refused, a name twice with one size is not', () => {
  expect(parseSslSessionCache('shared:a:1m shared:a:1024k')).toEqual({
    shared: { name: 'a', bytes: megabyte },
  });
  expect(() => parseSslSessionCache('shared:a:1m shared:b:2m shared:a:2m', 'site.conf:3')).toThrow(
    'the size 2097152 of shared memory zone "a" conflicts with already declared size 1048576 in ssl_session_cache, site.conf:3',
  );
});
