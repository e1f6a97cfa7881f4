import { generateKeyPairSync } from 'node:crypto';
import { publicKeyFromSpki } from '@tlsmith/crypto';
import { node } from '@tlsmith/crypto/node';
import { expect, test } from 'vitest';
import { compute, cryptoAnswer, hash, hmac, random, verify } from './ask.ts';
import { toHex, utf8 } from './bytes.ts';
import type { CryptoProvider } from './provider.ts';
import { secret } from './secret.ts';
import { drive, isThenable } from './work.ts';

// RFC 4231 §4.3, test case 2, and the SHA-256 of "abc" (FIPS 180-4).
const key = utf8('Jefe');
const data = utf8('what do ya want for nothing?');
const tag = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';
const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

/** The same provider, whose answers come later. */
const slow: CryptoProvider = {
  ...node,
  hash: async (...args) => node.hash(...args),
  hmac: async (...args) => node.hmac(...args),
  verify: async (...args) => node.verify(...args),
};

test('hashes and HMACs are asked for and answered, at once by a synchronous provider', () => {
  expect(toHex(compute(node, hash('sha256', utf8('abc'))))).toBe(abc);
  expect(toHex(compute(node, hmac('sha256', key, data)))).toBe(tag);
});

test('a secret key is lent to the provider and stays usable', () => {
  const held = secret('key', key);
  expect(toHex(compute(node, hmac('sha256', held, data)))).toBe(tag);
  expect(toHex(compute(node, hmac('sha256', held, data)))).toBe(tag);
});

test('the same work waits for a provider whose answers come later', async () => {
  const pending = compute(slow, hmac('sha256', secret('key', key), data));
  expect(isThenable(pending)).toBe(true);
  expect(toHex(await pending)).toBe(tag);
});

test('signatures are verified', () => {
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  const signer = node.importSigningKey(pem as string);
  const signature = signer.sign('ed25519', data);
  const publicKey = publicKeyFromSpki(signer.spki);
  expect(compute(node, verify('ed25519', publicKey, data, signature))).toBe(true);
  expect(compute(node, verify('ed25519', publicKey, key, signature))).toBe(false);
});

test('random bytes have the length asked for and differ', () => {
  const [a, b] = [compute(node, random(32)), compute(node, random(32))];
  expect([a.length, b.length]).toEqual([32, 32]);
  expect(toHex(a)).not.toBe(toHex(b));
});

test('each ask is plain data that names what is wanted', () => {
  const asked: unknown[] = [];
  const answer = cryptoAnswer(node);
  const listen = (ask: Parameters<typeof answer>[0]): unknown => {
    asked.push(ask);
    return answer(ask);
  };
  drive(hash('sha384', data), listen);
  drive(random(5), listen);
  expect(asked).toEqual([
    { ask: 'hash', hash: 'sha384', data },
    { ask: 'random', length: 5 },
  ]);
});
