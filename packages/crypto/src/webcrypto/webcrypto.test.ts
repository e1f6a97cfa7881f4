import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type Bytes, fromHex, isTlsMisuse, toHex, utf8 } from '@tlsmith/types';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { der, derUnsigned, Tag } from '../der.ts';
import { noble } from '../noble/index.ts';
import { node } from '../node/index.ts';
import { readPrivateKey } from '../private-key.ts';
import { publicKeyFromSpki } from '../public-key.ts';
import { derSignature, rawSignature } from './algorithm.ts';
import { webcrypto } from './index.ts';

const content = utf8('content');
const { subtle } = globalThis.crypto;
afterEach(() => void vi.unstubAllGlobals());

/** A platform of which some functions are replaced. */
function platform(changed: Partial<SubtleCrypto>): void {
  const original = Object.fromEntries(
    (['digest', 'importKey', 'generateKey', 'exportKey', 'deriveBits', 'sign', 'verify'] as const).map(
      (name) => [name, (subtle[name] as (...facts: unknown[]) => unknown).bind(subtle)],
    ),
  );
  vi.stubGlobal('crypto', {
    getRandomValues: globalThis.crypto.getRandomValues.bind(globalThis.crypto),
    subtle: { ...original, ...changed },
  });
}

/** A platform without some algorithms or curves. */
function platformWithout(...names: readonly string[]): void {
  const lacks = (algorithm: unknown): boolean => {
    const { name, namedCurve } = algorithm as { readonly name: string; readonly namedCurve?: string };
    return names.includes(namedCurve ?? name);
  };
  const unsupported = (): never => {
    throw new DOMException('Unrecognized name', 'NotSupportedError');
  };
  platform({
    generateKey: (async (algorithm: never, ...rest: [boolean, never]) =>
      lacks(algorithm) ? unsupported() : subtle.generateKey(algorithm, ...rest)) as never,
    importKey: (async (format: 'raw', key: BufferSource, algorithm: never, ...rest: [boolean, KeyUsage[]]) =>
      lacks(algorithm) ? unsupported() : subtle.importKey(format, key, algorithm, ...rest)) as never,
  });
}

const pkcs8 = (key: KeyObject): Bytes => new Uint8Array(key.export({ type: 'pkcs8', format: 'der' }));
const ed25519 = pkcs8(generateKeyPairSync('ed25519').privateKey);
const p521 = pkcs8(generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey);
const rsa = pkcs8(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey);

async function misuse(call: () => unknown): Promise<string | undefined> {
  try {
    await call();
  } catch (error) {
    return isTlsMisuse(error) ? error.code : String(error);
  }
  return undefined;
}

describe('where the platform lacks an algorithm noble takes over', () => {
  test.each([
    ['x25519', 'X25519'],
    ['secp521r1', 'P-521'],
  ] as const)('in key exchange on %s', async (group, name) => {
    platformWithout(name);
    const { share, key } = await webcrypto.groups[group].begin();
    const answer = node.groups[group].respond(share);
    expect(await webcrypto.groups[group].finish(key, answer?.share ?? share)).toEqual(answer?.secret);
    const { share: theirs, key: theirKey } = node.groups[group].begin();
    const responded = await webcrypto.groups[group].respond(theirs);
    expect(node.groups[group].finish(theirKey, responded?.share ?? share)).toEqual(responded?.secret);
    expect(await webcrypto.groups[group].respond(share.slice(1))).toBeUndefined();
  });

  test.each([
    ['ed25519', 'Ed25519', ed25519],
    ['ecdsa-sha512', 'P-521', p521],
  ] as const)('in signatures of %s', async (algorithm, name, privateKey) => {
    platformWithout(name);
    const key = webcrypto.importSigningKey(privateKey);
    const publicKey = publicKeyFromSpki(key.spki);
    const signature = await key.sign(algorithm, content);
    expect(node.verify(algorithm, publicKey, content, signature)).toBe(true);
    expect(await webcrypto.verify(algorithm, publicKey, content, signature)).toBe(true);
    expect(await webcrypto.verify(algorithm, publicKey, utf8('other'), signature)).toBe(false);
  });

  test('and where it has them noble is not asked', async () => {
    const begin = vi.spyOn(noble.groups.x25519, 'begin');
    await webcrypto.groups.x25519.begin();
    expect(begin).not.toHaveBeenCalled();
    begin.mockRestore();
  });

  test('but an error of another kind is no lack', async () => {
    const broken = new DOMException('the generator is out of order', 'OperationError');
    platform({ generateKey: (() => Promise.reject(broken)) as never });
    await expect(webcrypto.groups.x25519.begin()).rejects.toBe(broken);
  });
});

test('without crypto.subtle every use is misuse that says why', async () => {
  vi.stubGlobal('crypto', { getRandomValues: () => new Uint8Array(0) });
  const key = publicKeyFromSpki(node.importSigningKey(ed25519).spki);
  for (const use of [
    () => webcrypto.hash('sha256', content),
    () => webcrypto.hmac('sha256', content, content),
    () => webcrypto.groups.x25519.begin(),
    () => webcrypto.verify('ed25519', key, content, content),
    () => webcrypto.importSigningKey(ed25519),
  ]) {
    expect(await misuse(use)).toBe('webcrypto-missing');
  }
});

test('what it was given may be overwritten as soon as a function has returned', async () => {
  const zeroed = async <T>(call: (given: Bytes) => PromiseLike<T> | T, given: Bytes): Promise<T> => {
    const lent = given.slice();
    const answer = call(lent);
    lent.fill(0);
    return await answer;
  };
  const wanted = node.hmac('sha256', content, content);
  expect(await zeroed((data) => webcrypto.hash('sha256', data), content)).toEqual(
    node.hash('sha256', content),
  );
  expect(await zeroed((key) => webcrypto.hmac('sha256', key, content), content)).toEqual(wanted);
  expect(await zeroed((data) => webcrypto.hmac('sha256', content, data), content)).toEqual(wanted);

  const key = webcrypto.importSigningKey(p521);
  const publicKey = publicKeyFromSpki(key.spki);
  const signature = await zeroed((data) => key.sign('ecdsa-sha256', data), content);
  const verify = (data: Bytes, signed: Bytes) => webcrypto.verify('ecdsa-sha256', publicKey, data, signed);
  expect(await zeroed((data) => verify(data, signature), content)).toBe(true);
  expect(await zeroed((signed) => verify(content, signed), signature)).toBe(true);

  for (const group of [webcrypto.groups.x25519, webcrypto.groups.secp256r1]) {
    const { share, key: ephemeral } = await group.begin();
    const answer = await zeroed((peer) => group.respond(peer), share);
    const secret = await zeroed((peer) => group.finish(ephemeral, peer), answer?.share ?? share);
    expect(secret).toEqual(answer?.secret);
  }
});

describe('private keys', () => {
  test('are given to the platform as keys that cannot be exported, and the bytes are overwritten', async () => {
    const given: Uint8Array[] = [];
    const extractable: unknown[] = [];
    platform({
      importKey: (async (format: 'pkcs8', key: Uint8Array, ...rest: [never, boolean, KeyUsage[]]) => {
        given.push(key);
        extractable.push(rest[1]);
        return subtle.importKey(format, key as BufferSource, ...rest);
      }) as never,
    });
    await webcrypto.importSigningKey(rsa).sign('rsa-pss-sha256', content);
    await webcrypto.importSigningKey(p521).sign('ecdsa-sha256', content);
    await vi.waitFor(() =>
      expect(given.flatMap((bytes) => [...bytes]).every((byte) => byte === 0)).toBe(true),
    );
    // RSA keys are bound to padding and hash, ECDSA keys are imported once for each hash as well.
    expect(extractable).toEqual(Array.from({ length: 9 }, () => false));
  });

  test('that the platform refuses are misuse when they sign, and nothing before', async () => {
    platform({ importKey: () => Promise.reject(new DOMException('secret numbers', 'DataError')) });
    const key = webcrypto.importSigningKey(rsa);
    await new Promise((resolve) => setTimeout(resolve, 0));
    for (const _ of [1, 2]) {
      expect(await misuse(() => key.sign('rsa-pss-sha256', content))).toBe('private-key-malformed');
    }
    await expect(key.sign('rsa-pss-sha256', content)).rejects.not.toThrow(/secret numbers/);
  });

  test('with restrictions that cannot be read are misuse', async () => {
    const restrictions = der(Tag.sequence, der(Tag.context0, Uint8Array.of(1, 2, 3)));
    const algorithm = der(Tag.sequence, fromHex('06092a864886f70d01010a'), restrictions);
    const content = der(Tag.octetString, readPrivateKey(rsa).content);
    const broken = der(Tag.sequence, derUnsigned(Uint8Array.of(0)), algorithm, content);
    expect(await misuse(() => webcrypto.importSigningKey(broken))).toBe('private-key-malformed');
  });

  test('too short for a padding do not sign with it', async () => {
    const key = webcrypto.importSigningKey(rsa);
    expect(await misuse(() => key.sign('rsa-pss-sha512', content))).toBe('signature-algorithm-mismatch');
    expect(await key.sign('rsa-pss-sha256', content)).toHaveLength(128);
  });
});

test('RSA keys outside of 1024 to 8192 bits verify nothing, as in noble', async () => {
  for (const modulusLength of [1016, 1024]) {
    const key = node.importSigningKey(pkcs8(generateKeyPairSync('rsa', { modulusLength }).privateKey));
    const facts = ['rsa-pkcs1-sha256', publicKeyFromSpki(key.spki), content] as const;
    const signature = key.sign('rsa-pkcs1-sha256', content);
    expect(node.verify(...facts, signature)).toBe(true);
    expect(await webcrypto.verify(...facts, signature)).toBe(modulusLength === 1024);
    expect(noble.verify(...facts, signature)).toBe(modulusLength === 1024);
  }
});

describe('the two forms of an ECDSA signature (RFC 3279 §2.2.3)', () => {
  const max = 'ff'.repeat(32);

  test.each([
    ['3006020101020102', `${'00'.repeat(31)}01${'00'.repeat(31)}02`],
    [`3046022100${max}022100${max}`, `${max}${max}`],
    [`3026022100${max}020100`, `${max}${'00'.repeat(32)}`],
  ])('%s is read and written back', (derHex, rawHex) => {
    expect(toHex(rawSignature('p256', fromHex(derHex)))).toBe(rawHex);
    expect(toHex(derSignature(fromHex(rawHex)))).toBe(derHex);
  });

  test.each([
    ['one number', '3003020101'],
    ['three numbers', '3009020101020102020103'],
    ['a negative number', '3006020181020102'],
    ['a padded number', '300702020001020102'],
    ['a number of 33 bytes', `3026022101${max}020101`],
    ['bytes behind it', '300602010102010200'],
    ['bytes behind the numbers', '300702010102010200'],
    ['another length form', '308106020101020102'],
    ['an empty sequence', '3000'],
    ['nothing', ''],
  ])('%s is refused', (_, hex) => {
    expect(() => rawSignature('p256', fromHex(hex))).toThrow(/expected/);
  });
});
