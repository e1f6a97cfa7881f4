import { node } from '@tlsmith/crypto/node';
import { noble } from '@tlsmith/crypto/noble';
import { isTlsMisuse, suites } from '@tlsmith/types';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { defaultSuites } from './defaults.ts';
import { identity } from './identity.ts';
import { type ClientOptions, defineClient, defineServer, type ServerOptions } from './options.ts';
import { host, identityOf, leaf, roots } from './pair.test-support.ts';
import type { Trust } from './trust.ts';

const client = { provider: node, serverName: host, trust: { roots } } satisfies ClientOptions;
const server = { provider: node, identity: [identityOf('p256')] } satisfies ServerOptions;

function codeOf(f: () => unknown): string {
  try {
    f();
  } catch (error) {
    return isTlsMisuse(error) ? error.code : String(error);
  }
  return 'nothing thrown';
}

describe('decisions are required by the types', () => {
  test('a client without trust, and a server without identity, do not compile', () => {
    // @ts-expect-error: whom to believe has no default
    expect(codeOf(() => defineClient({ provider: node, serverName: host }))).toBe('no-trust');
    // @ts-expect-error: who we are has no default
    expect(codeOf(() => defineServer({ provider: node }))).toBe('nothing thrown');
    // @ts-expect-error: a boolean is no decision
    const lax: Trust = { dangerouslyAcceptAnyCertificate: true };
    expect(lax).toBeDefined();
    expectTypeOf<{ rejectUnauthorized: false }>().not.toExtend<Trust>();
  });

  test('an empty list of identities does not compile and is refused', () => {
    // @ts-expect-error: at least one
    expect(codeOf(() => defineServer({ provider: node, identity: [] }))).toBe('identity-empty');
  });

  test('options that were not checked make no connection', () => {
    expectTypeOf<ClientOptions>().not.toExtend<ReturnType<typeof defineClient>>();
    expectTypeOf<ReturnType<typeof defineClient>>().not.toExtend<ReturnType<typeof defineServer>>();
  });
});

test('RSA key exchange is in no default', () => {
  expect(defaultSuites.filter((suite) => suite.version === 'tls12' && suite.keyExchange === 'rsa')).toEqual(
    [],
  );
});

test('contradictions are told at once', () => {
  expect(codeOf(() => defineClient({ ...client, versions: [] }))).toBe('no-versions');
  expect(codeOf(() => defineClient({ ...client, suites: [suites.TLS_AES_128_GCM_SHA256] }))).toBe(
    'no-suites',
  );
  expect(codeOf(() => defineClient({ ...client, schemes: [] }))).toBe('no-schemes');
  expect(codeOf(() => defineServer({ ...server, groups: [] }))).toBe('no-groups');
  expect(codeOf(() => defineServer({ ...server, alpn: [''] }))).toBe('alpn-length');
});

test('what a provider cannot do is not offered', () => {
  const { policy } = defineClient({
    ...client,
    provider: {
      ...noble,
      groups: { x25519: noble.groups.x25519 },
      supports: { ...noble.supports, groups: ['x25519'] },
    },
  });
  expect(policy.groups.map(({ name }) => name)).toEqual(['x25519']);
});

test('an IP address is proved but never sent as server_name (RFC 6066 §3)', () => {
  const config = defineClient({ ...client, serverName: '127.0.0.1' });
  expect([config.policy.serverName, config.reference]).toEqual([undefined, { ip: '127.0.0.1' }]);
});

test('configurations are frozen', () => {
  const config = defineClient(client);
  expect(Object.isFrozen(config)).toBe(true);
  expect(Object.isFrozen(config.policy)).toBe(true);
});

test('a key that is not the certificate’s makes no identity', () => {
  const wrong = { chain: leaf('p256').chain, key: leaf('p384').privateKeyPem };
  expect(codeOf(() => identity(node, wrong))).toBe('identity-key-mismatch');
  expect(codeOf(() => identity(node, { chain: [], key: leaf('p384').privateKeyPem }))).toBe('identity-empty');
});
