import { node } from '@tlsmith/crypto/node';
import { testClientPolicy, testServerPolicy } from '@tlsmith/testkit/node';
import { groups, isTlsMisuse, suites } from '@tlsmith/types';
import { describe, expect, test } from 'vitest';
import { type CommonPolicy, sevenDays, suites12, suites13 } from './policy.ts';

const roles = [
  ['client', testClientPolicy],
  ['server', testServerPolicy],
] as const;

describe.each(roles)('the policy of a %s', (_role, make) => {
  test('is checked once and cannot be changed afterwards', () => {
    const policy = make(node);
    expect(Object.isFrozen(policy)).toBe(true);
    expect(() => Object.assign(policy, { tickets: 9 })).toThrow(TypeError);
  });

  test.each<readonly [string, string, Partial<CommonPolicy>]>([
    ['no-versions', 'speaks no version', { versions: [] }],
    ['no-suites', 'has no suite for a version', { suites: [suites.TLS_AES_128_GCM_SHA256] }],
    ['no-schemes', 'accepts no signature', { schemes: [] }],
    ['no-groups', 'has no group for TLS 1.3', { groups: [], ...{ keyShares: [] } }],
    ['session-lifetime', 'lets sessions live for more than a week', { sessionLifetime: sevenDays + 1 }],
    ['session-lifetime', 'lets sessions live for less than no time', { sessionLifetime: -1 }],
    ['session-lifetime', 'lets sessions live for who knows how long', { sessionLifetime: Number.NaN }],
    ['alpn-length', 'has a protocol without a name', { alpn: [''] }],
    ['alpn-length', 'has a protocol with too long a name', { alpn: ['a'.repeat(256)] }],
  ])('is refused with %s when it %s', (code, _what, change) => {
    expect(() => make(node, change)).toThrowError(expect.objectContaining({ code }));
    try {
      make(node, change);
    } catch (error) {
      expect(isTlsMisuse(error)).toBe(true);
    }
  });

  test('may have no group where TLS 1.2 alone is spoken, for RSA key exchange', () => {
    expect(make(node, { versions: ['tls12'], groups: [], ...{ keyShares: [] } }).groups).toEqual([]);
  });
});

test('a client’s key shares are among its groups, or it is refused with key-share-not-in-groups', () => {
  const change = { groups: [groups.secp256r1], keyShares: [groups.x25519] };
  expect(() => testClientPolicy(node, change)).toThrowError(
    expect.objectContaining({ code: 'key-share-not-in-groups' }),
  );
  expect(testClientPolicy(node, { groups: [groups.x25519], keyShares: [] }).keyShares).toEqual([]);
});

test('the suites of a version are there where the version is, in the order of the policy', () => {
  const mixed = [
    suites.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    suites.TLS_CHACHA20_POLY1305_SHA256,
    suites.TLS_AES_128_GCM_SHA256,
  ];
  const policy = testClientPolicy(node, { suites: mixed });
  expect(suites13(policy)).toEqual(mixed.slice(1));
  expect(suites12(policy)).toEqual(mixed.slice(0, 1));
  expect(suites13(testClientPolicy(node, { suites: mixed, versions: ['tls12'] }))).toEqual([]);
});
