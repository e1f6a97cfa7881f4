import { groups, schemes, suites } from '@tlsmith/types';
import { expect, test } from 'vitest';
import {
  commonName,
  ianaGroup,
  ianaScheme,
  ianaSuite,
  opensslGroup,
  opensslSignature,
  opensslSuite,
} from './names.ts';

test.each([
  [suites.TLS_AES_128_GCM_SHA256, 'TLS_AES_128_GCM_SHA256'],
  [suites.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, 'ECDHE-ECDSA-AES256-GCM-SHA384'],
  [suites.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, 'ECDHE-RSA-CHACHA20-POLY1305'],
  [suites.TLS_RSA_WITH_AES_128_GCM_SHA256, 'AES128-GCM-SHA256'],
])('OpenSSL calls $name %s', (suite, name) => {
  expect(opensslSuite(suite)).toBe(name);
});

test('every suite has another name, which leads back to it', () => {
  for (const suite of Object.values(suites)) expect(ianaSuite(opensslSuite(suite))).toBe(suite.name);
  expect(ianaSuite('DHE-RSA-AES128-SHA')).toBe('DHE-RSA-AES128-SHA');
});

test('groups are told apart by the names that OpenSSL takes and prints', () => {
  expect(Object.values(groups).map(opensslGroup)).toEqual(['X25519', 'P-256', 'P-384', 'P-521', 'X448']);
  expect(['X25519', 'prime256v1', 'secp384r1', 'x448'].map(ianaGroup)).toEqual([
    'x25519',
    'secp256r1',
    'secp384r1',
    'x448',
  ]);
  expect(ianaGroup('ffdhe2048')).toBe('ffdhe2048');
});

test('signatures are told apart by type and digest, and RSA-PSS by what was allowed', () => {
  expect(opensslSignature(schemes.ecdsa_secp384r1_sha384)).toBe('ECDSA SHA384');
  expect(opensslSignature(schemes.ed25519)).toBe('Ed25519');
  expect(opensslSignature(schemes.rsa_pkcs1_sha512)).toBe('RSA SHA512');
  expect(ianaScheme('RSA-PSS SHA256')).toBe('rsa_pss_rsae_sha256');
  expect(ianaScheme('RSA-PSS SHA256', [schemes.rsa_pss_pss_sha256])).toBe('rsa_pss_pss_sha256');
  expect(ianaScheme('DSA SHA1')).toBe('DSA SHA1');
});

test('the common name is found however it is printed', () => {
  expect(['CN = a.example', 'O=x, CN=a.example', 'CN=a.example\nO=x', 'O=x'].map(commonName)).toEqual([
    'a.example',
    'a.example',
    'a.example',
    '',
  ]);
});
