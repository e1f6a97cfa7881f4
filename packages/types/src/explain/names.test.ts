import { expect, test } from 'vitest';
import { alertDescription } from '../alert.ts';
import { nameOf } from './names.ts';
import {
  alertDescriptions,
  cipherSuites,
  extensionTypes,
  handshakeTypes,
  namedGroups,
  protocolVersions,
  pskKeyExchangeModes,
  signatureSchemes,
} from './registries.gen.ts';

test('registered numbers carry the names of their registries', () => {
  expect(nameOf(cipherSuites, 0x1301)).toBe('TLS_AES_128_GCM_SHA256');
  expect(nameOf(cipherSuites, 0xc02f)).toBe('TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256');
  expect(nameOf(extensionTypes, 0xff01)).toBe('renegotiation_info');
  expect(nameOf(signatureSchemes, 0x0804)).toBe('rsa_pss_rsae_sha256');
  expect(nameOf(handshakeTypes, 0)).toBe('hello_request');
  expect(nameOf(protocolVersions, 0x0304)).toBe('TLS 1.3');
});

test('groups that the registry packs into one row come apart in order', () => {
  expect([1, 8, 9, 14, 15, 21, 22].map((group) => nameOf(namedGroups, group))).toEqual([
    'sect163k1',
    'sect239k1',
    'sect283k1',
    'sect571r1',
    'secp160k1',
    'secp224r1',
    'secp256k1',
  ]);
  expect([34, 40].map((group) => nameOf(namedGroups, group))).toEqual(['GC256A', 'GC512C']);
});

test('an unknown number keeps its digits, as many as its registry has octets', () => {
  expect(nameOf(namedGroups, 0x9999)).toBe('unassigned(0x9999)');
  expect(nameOf(extensionTypes, 0x2e)).toBe('unassigned(0x002e)');
  expect(nameOf(handshakeTypes, 0x7)).toBe('unassigned(0x07)');
  expect(nameOf({ 7: 'seven' }, 8)).toBe('unassigned(0x0008)');
});

test('the sixteen two-octet values of RFC 8701 are called GREASE, their neighbours are not', () => {
  const grease = Array.from({ length: 16 }, (_, high) => ((high << 4) | 0xa) * 0x0101);
  expect(
    grease.map((value) => nameOf(cipherSuites, value)).filter((name) => name.startsWith('GREASE(')),
  ).toHaveLength(16);
  expect(nameOf(cipherSuites, 0x0a0a)).toBe('GREASE(0x0a0a)');
  expect(nameOf(cipherSuites, 0xfafa)).toBe('GREASE(0xfafa)');
  expect([0x0a1a, 0x0a0b, 0xa0a0].map((value) => nameOf(cipherSuites, value))).toEqual([
    'unassigned(0x0a1a)',
    'unassigned(0x0a0b)',
    'unassigned(0xa0a0)',
  ]);
});

test('PskKeyExchangeModes have GREASE values of their own (RFC 8701 §2)', () => {
  const modes = [0x0b, 0x2a, 0x49, 0x68, 0x87, 0xa6, 0xc5, 0xe4];
  const named = Array.from({ length: 256 }, (_, mode) => nameOf(pskKeyExchangeModes, mode));
  expect(named.flatMap((name, mode) => (name.startsWith('GREASE(') ? [mode] : []))).toEqual(modes);
  expect(named[0x2a]).toBe('GREASE(0x2a)');
});

test('nothing in a one-octet registry is GREASE by the two-octet pattern', () => {
  expect(nameOf(handshakeTypes, 0x0a)).toBe('new_connection_id');
  expect(nameOf(alertDescriptions, 0x0b)).toBe('unassigned(0x0b)');
});

test('alert names agree with the alert table that the code uses', () => {
  const fromCode = Object.entries(alertDescription).map(([name, value]) => [value, name] as const);
  expect(Object.entries(alertDescriptions).map(([value, name]) => [Number(value), name])).toEqual(fromCode);
});
