import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { MlDsa } from '@tlsmith/types';
import { testRsaKeys } from './data/rsa-keys.ts';

/** Key types as the crypto provider names them, and RSA keys too short to be accepted. ML-DSA needs Node 24.6. */
export type TestKeyType =
  | 'rsa'
  | 'rsa-pss'
  | 'rsa-1024'
  | 'p256'
  | 'p384'
  | 'p521'
  | 'ed25519'
  | 'ed448'
  | MlDsa;

/** A private key for tests, in the forms that its users want. */
export interface TestKey {
  readonly type: TestKeyType;
  readonly privateKey: KeyObject;
  /** PKCS #8, PEM. */
  readonly privateKeyPem: string;
  /** PKCS #8, DER. */
  readonly pkcs8: Uint8Array;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
}

/**
 * A key. Elliptic-curve keys are fresh; RSA keys (2048 bits) come from a stored set, four of `rsa` and two of
 * `rsa-pss` in turn, because generating them is slow. Use `importKey` for others.
 *
 * @example
 * ```ts
 * import { makeKey } from '@tlsmith/testkit/node';
 * makeKey('p256').privateKeyPem; // '-----BEGIN PRIVATE KEY-----...'
 * ```
 */
export function makeKey(type: TestKeyType): TestKey {
  if (type === 'rsa' || type === 'rsa-pss' || type === 'rsa-1024') return storedKey(type);
  return testKey(type, generate[type]());
}

/** The key in a PKCS #8 PEM; the caller says its type. */
export function importKey(type: TestKeyType, privateKeyPem: string): TestKey {
  return testKey(type, createPrivateKey(privateKeyPem));
}

function storedKey(type: keyof typeof testRsaKeys): TestKey {
  const keys = testRsaKeys[type];
  const turn = turns[type]++ % keys.length;
  const key = Buffer.from(keys[turn] as string, 'base64');
  return testKey(type, createPrivateKey({ key, format: 'der', type: 'pkcs8' }));
}

function testKey(type: TestKeyType, privateKey: KeyObject): TestKey {
  return {
    type,
    privateKey,
    privateKeyPem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    pkcs8: Uint8Array.from(privateKey.export({ format: 'der', type: 'pkcs8' })),
    spki: Uint8Array.from(createPublicKey(privateKey).export({ format: 'der', type: 'spki' })),
  };
}

const curve = (namedCurve: string): KeyObject => generateKeyPairSync('ec', { namedCurve }).privateKey;

// The types of Node 20 do not know it yet.
const mlDsa = (type: MlDsa): KeyObject => generateKeyPairSync(type as 'ed25519').privateKey;

const generate = {
  p256: () => curve('P-256'),
  p384: () => curve('P-384'),
  p521: () => curve('P-521'),
  ed25519: () => generateKeyPairSync('ed25519').privateKey,
  ed448: () => generateKeyPairSync('ed448').privateKey,
  'ml-dsa-44': () => mlDsa('ml-dsa-44'),
  'ml-dsa-65': () => mlDsa('ml-dsa-65'),
  'ml-dsa-87': () => mlDsa('ml-dsa-87'),
};

const turns = { rsa: 0, 'rsa-pss': 0, 'rsa-1024': 0 };
