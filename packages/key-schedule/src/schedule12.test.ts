import { node } from '@tlsmith/crypto/node';
import {
  type Bytes,
  type CipherSuite12,
  compute,
  concat,
  noBytes,
  type Secret,
  secret,
  sha256,
  sha384,
  suites,
  toHex,
  utf8,
} from '@tlsmith/types';
import { expect, test } from 'vitest';
import { rfc7627, tls12MasterSecret } from '@tlsmith/testkit/node';
import { prf } from './prf12.ts';
import { exporter12, extendedMasterSecret, keyBlock, masterSecret } from './schedule12.ts';

const hashes = { sha256, sha384 };
const builtIn: readonly CipherSuite12[] = Object.values(suites).filter((suite) => suite.version === 'tls12');

test.each(tls12MasterSecret())('$name: the master secret and the key block (RFC 5246 §8.1, §6.3)', (one) => {
  const premaster = secret('premaster', one.premasterSecret);
  const master = compute(node, masterSecret(hashes[one.hash], premaster, one.clientRandom, one.serverRandom));
  expect(hex(master)).toBe(toHex(one.masterSecret));
  expectKeyBlock(one, master, one.keyBlockClientRandom, one.keyBlockServerRandom);
});

test.each(rfc7627())('$name, $hash: the extended master secret and the key block (RFC 7627 §4)', (one) => {
  const premaster = secret('premaster', one.premasterSecret);
  const master = compute(node, extendedMasterSecret(hashes[one.hash], premaster, one.sessionHash));
  expect(hex(master)).toBe(toHex(one.masterSecret));
  expectKeyBlock(one, master, one.clientRandom, one.serverRandom);
});

test('the key block is cut in the order of RFC 5246 §6.3, without MAC keys, for every suite', () => {
  for (const suite of builtIn) {
    const [client, server] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
    const master = secret('master', new Uint8Array(48).fill(3));
    const block = compute(node, keyBlock(suite, master, client, server));
    const chacha = suite.name.includes('CHACHA20');
    const [key, iv] = [suite.name.includes('AES_128') ? 16 : 32, chacha ? 12 : 4];
    expect([block.client.key.length, block.client.iv.length], suite.name).toEqual([key, iv]);
    expect([block.server.key.length, block.server.iv.length], suite.name).toEqual([key, iv]);
    const whole = compute(
      node,
      prf(suite.hash, master, 'key expansion', concat(server, client), 2 * (key + iv)),
    );
    expect(pieces(block), suite.name).toBe(toHex(whole));
  }
  expect(builtIn.length).toBe(8);
});

test('randoms that are not 32 bytes and session hashes of another hash are misuse', () => {
  const premaster = secret('premaster', new Uint8Array(48));
  const [random, short] = [new Uint8Array(32), new Uint8Array(28)];
  expect(() => compute(node, masterSecret(sha256, premaster, short, random))).toThrow(
    '32 bytes here, not 28',
  );
  expect(() => compute(node, masterSecret(sha256, premaster, random, short))).toThrow(
    '32 bytes here, not 28',
  );
  expect(() => compute(node, extendedMasterSecret(sha384, premaster, random))).toThrow('48-byte sha384 hash');
});

const master: Secret<'master'> = secret('master', new Uint8Array(48).fill(5));
const randoms: Bytes = new Uint8Array(64).fill(6);
const exported = (label: string, context: Bytes | undefined, length = 20): Bytes =>
  compute(node, exporter12(sha256, master, label, randoms, context, length));

test('the exporter is the PRF over both randoms and, if there is one, the context with its length (RFC 5705 §4)', () => {
  const seeded = (seed: Bytes): Bytes => compute(node, prf(sha256, master, 'EXPORTER-a', seed, 20));
  expect(exported('EXPORTER-a', undefined)).toEqual(seeded(randoms));
  expect(exported('EXPORTER-a', noBytes)).toEqual(seeded(concat(randoms, Uint8Array.of(0, 0))));
  expect(exported('EXPORTER-a', utf8('abc'))).toEqual(
    seeded(concat(randoms, Uint8Array.of(0, 3), utf8('abc'))),
  );
});

test("TLS's own labels are none for exporters (RFC 5705 §4)", () => {
  for (const label of [
    '',
    'client finished',
    'server finished',
    'master secret',
    'key expansion',
    'extended master secret',
  ]) {
    expect(() => exported(label, undefined), label).toThrow('not one for exporters');
  }
});

test('an exporter takes both randoms and a context of at most 65535 bytes', () => {
  expect(exported('EXPORTER-a', new Uint8Array(65535)).length).toBe(20);
  expect(() => exported('EXPORTER-a', new Uint8Array(65536))).toThrow('at most 65535 bytes');
  expect(() =>
    compute(node, exporter12(sha256, master, 'EXPORTER-a', randoms.subarray(32), undefined, 20)),
  ).toThrow('64 bytes here, not 32');
});

interface PrintedKeyBlock {
  readonly hash: 'sha256' | 'sha384';
  readonly keyBlock: Bytes;
}

/** An AEAD suite takes the first bytes of what the source printed for a longer block. */
function expectKeyBlock(one: PrintedKeyBlock, from: Secret<'master'>, client: Bytes, server: Bytes): void {
  const fitting = builtIn.filter((suite) => suite.hash.name === one.hash);
  for (const suite of fitting) {
    const joined = pieces(compute(node, keyBlock(suite, from, client, server)));
    expect(joined, suite.name).toBe(toHex(one.keyBlock.subarray(0, joined.length / 2)));
  }
  expect(fitting.length).toBeGreaterThan(0);
}

type Block = { [side in 'client' | 'server']: { readonly key: Secret<'key'>; readonly iv: Bytes } };

function pieces({ client, server }: Block): string {
  return hex(client.key) + hex(server.key) + toHex(client.iv) + toHex(server.iv);
}

function hex(value: Secret): string {
  return value.use(toHex);
}
