import { expect, test } from 'vitest';
import { cipherSuites, nameOf, namedGroups, signatureSchemes } from './explain/index.ts';
import { groups } from './group.ts';
import { schemes } from './scheme.ts';
import { suites } from './suite.ts';

const hashOf = (name: string): string => `sha${/(256|384|512)$/.exec(name)?.[1]}`;

test.each([
  ['suites', suites, cipherSuites],
  ['groups', groups, namedGroups],
  ['schemes', schemes, signatureSchemes],
] as const)('%s stand under the names that IANA gives to their numbers', (_what, entries, registry) => {
  const named: readonly (readonly [string, { readonly name: string; readonly code: number }])[] =
    Object.entries(entries);
  for (const [key, { name, code }] of named) {
    expect(key).toBe(name);
    expect(nameOf(registry, code)).toBe(name);
  }
});

test('the parts of a cipher suite are those in its name', () => {
  for (const { name, hash, aead } of Object.values(suites)) {
    expect(hash.name).toBe(hashOf(name));
    const algorithm = /(AES_\d+_GCM|CHACHA20_POLY1305)/.exec(name)?.[1] as string;
    expect(aead.name).toBe(algorithm.toLowerCase().replaceAll('_', '-'));
    expect(aead.keyLength).toBe(algorithm.startsWith('AES_128') ? 16 : 32);
    expect(aead.tagLength).toBe(16);
  }
});

test('TLS 1.3 suites are those of 0x13xx, and a TLS 1.2 suite names its key exchange and signature', () => {
  for (const suite of Object.values(suites)) {
    expect(suite.version).toBe(suite.code >> 8 === 0x13 ? 'tls13' : 'tls12');
    if (suite.version === 'tls13') continue;
    const [, exchange, authentication] = /^TLS_(?:(ECDHE)_)?(RSA|ECDSA)_WITH/.exec(suite.name) ?? [];
    expect(suite.keyExchange).toBe(exchange === undefined ? 'rsa' : 'ecdhe');
    expect(suite.authentication).toBe((authentication as string).toLowerCase());
  }
});

test('nonces of TLS 1.2 are 12 bytes long (RFC 5288 §3, RFC 7905 §2)', () => {
  for (const suite of Object.values(suites)) {
    if (suite.version === 'tls13') continue;
    expect(suite.fixedIvLength + suite.recordIvLength).toBe(12);
    expect(suite.recordIvLength).toBe(suite.aead.name === 'chacha20-poly1305' ? 0 : 8);
  }
});

test('AES-GCM protects at most 2^24.5 records under one key (RFC 9846 §5.5)', () => {
  const limits = Object.values(suites).map(({ aead }) => [aead.name, Math.log2(aead.recordLimit)] as const);
  for (const [name, limit] of limits) {
    if (name.endsWith('gcm')) expect(limit).toBeLessThanOrEqual(24.5);
    else expect(limit).toBeGreaterThanOrEqual(48);
  }
});

test('hashes have the lengths of FIPS 180-4', () => {
  const lengths = Object.values(suites).map(({ hash }) => [hash.name, hash.length, hash.blockLength]);
  expect(new Set(lengths.map(String))).toEqual(new Set(['sha256,32,64', 'sha384,48,128']));
});

test('key shares are as long as RFC 9846 §4.3.8.2 says: points uncompressed, X25519 and X448 raw', () => {
  const lengths = Object.fromEntries(
    Object.values(groups).map(({ name, shareLength }) => [name, shareLength.client]),
  );
  expect(lengths).toEqual({
    x25519: 32,
    x448: 56,
    secp256r1: 1 + 2 * 32,
    secp384r1: 1 + 2 * 48,
    secp521r1: 1 + 2 * 66,
  });
  for (const { shareLength } of Object.values(groups)) expect(shareLength.server).toBe(shareLength.client);
});

test('a signature scheme computes what its name says', () => {
  for (const { name, algorithm } of Object.values(schemes)) {
    if (name.startsWith('ed')) expect(algorithm).toBe(name);
    else if (name.startsWith('ecdsa')) expect(algorithm).toBe(`ecdsa-${hashOf(name)}`);
    else expect(algorithm).toBe(`${name.split('_').slice(0, 2).join('-')}-${hashOf(name)}`);
  }
});

test('in TLS 1.3 PKCS #1 v1.5 signs nothing and ECDSA is bound to its curve (RFC 9846 §4.3.3)', () => {
  const keysOf = (name: string): readonly string[] => {
    if (name.startsWith('rsa_pkcs1')) return [];
    if (name.startsWith('rsa_pss')) return [name.includes('rsae') ? 'rsa' : 'rsa-pss'];
    return [name.replace(/^ecdsa_secp(\d+)r1_.*$/, 'p$1')];
  };
  for (const { name, tls13 } of Object.values(schemes)) expect(tls13, name).toEqual(keysOf(name));
});
