import { describe, expect, test } from 'vitest';
import { type Bytes, fromHex, noBytes, toHex, utf8 } from '@tlsmith/types';
import { encodeAlgorithm } from './key-type.ts';
import { der, derUnsigned, Tag } from './der.ts';
import { encodeSpki, publicKeyFromSpki } from './public-key.ts';
import { node } from './node/index.ts';
import { noble } from './noble/index.ts';
import { webcrypto } from './webcrypto/index.ts';

const ecdsaAlgorithms = ['ecdsa-sha256', 'ecdsa-sha384', 'ecdsa-sha512'] as const;

const gcmContent =
  'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39';
const aeadVectors = [
  {
    name: 'aes-128-gcm',
    source: 'test case 4 of the GCM specification',
    key: 'feffe9928665731c6d6a8f9467308308',
    nonce: 'cafebabefacedbaddecaf888',
    additional: 'feedfacedeadbeeffeedfacedeadbeefabaddad2',
    content: gcmContent,
    sealed:
      '42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e0915bc94fbc3221a5db94fae95ae7121a47',
  },
  {
    name: 'aes-256-gcm',
    source: 'test case 16 of the GCM specification',
    key: 'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308',
    nonce: 'cafebabefacedbaddecaf888',
    additional: 'feedfacedeadbeeffeedfacedeadbeefabaddad2',
    content: gcmContent,
    sealed:
      '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b',
  },
  {
    name: 'chacha20-poly1305',
    source: 'RFC 8439 §2.8.2',
    key: '808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f',
    nonce: '070000004041424344454647',
    additional: '50515253c0c1c2c3c4c5c6c7',
    content: toHex(
      utf8(
        "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
      ),
    ),
    sealed:
      'd31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691',
  },
] as const;

const eddsaVectors = [
  {
    type: 'ed25519',
    bits: 256,
    privateKey: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    publicKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    content: '72',
    signature:
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  },
  {
    type: 'ed448',
    bits: 456,
    privateKey:
      'c4eab05d357007c632f3dbb48489924d552b08fe0c353a0d4a1f00acda2c463afbea67c5e8d2877c5e3bc397a659949ef8021e954e0a12274e',
    publicKey:
      '43ba28f430cdff456ae531545f7ecd0ac834a55d9358c0372bfa0c6c6798c0866aea01eb00742802b8438ea4cb82169c235160627b4c3a9480',
    content: '03',
    signature:
      '26b8f91727bd62897af15e41eb43c377efb9c610d48f2335cb0bd0087810f4352541b143c4b981b7e18f62de8ccdf633fc1bf037ab7cd779805e0dbcc0aae1cbcee1afb2e027df36bc04dcecbf154336c19f0af7e0a6472905e799f1953d2a0ff3348ab21aa4adafd1d234441cf807c03a00',
  },
] as const;

const ecdsaVectors = [
  {
    type: 'p256',
    privateKey: 'c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721',
    point:
      '0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299',
    signatures: {
      'ecdsa-sha256': [
        'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716',
        'f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8',
      ],
      'ecdsa-sha384': [
        '0eafea039b20e9b42309fb1d89e213057cbf973dc0cfc8f129edddc800ef7719',
        '4861f0491e6998b9455193e34e7b0d284ddd7149a74b95b9261f13abde940954',
      ],
      'ecdsa-sha512': [
        '8496a60b5e9b47c825488827e0495b0e3fa109ec4568fd3f8d1097678eb97f00',
        '2362ab1adbe2b8adf9cb9edab740ea6049c028114f2460f96554f61fae3302fe',
      ],
    },
  },
  {
    type: 'p384',
    privateKey:
      '6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d896d5724e4c70a825f872c9ea60d2edf5',
    point:
      '04ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a254515480bc138015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd2533264720',
    signatures: {
      'ecdsa-sha256': [
        '21b13d1e013c7fa1392d03c5f99af8b30c570c6f98d4ea8e354b63a21d3daa33bde1e888e63355d92fa2b3c36d8fb2cd',
        'f3aa443fb107745bf4bd77cb3891674632068a10ca67e3d45db2266fa7d1feebefdc63eccd1ac42ec0cb8668a4fa0ab0',
      ],
      'ecdsa-sha384': [
        '94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46',
        '99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8',
      ],
      'ecdsa-sha512': [
        'ed0959d5880ab2d869ae7f6c2915c6d60f96507f9cb3e047c0046861da4a799cfe30f35cc900056d7c99cd7882433709',
        '512c8cceee3890a84058ce1e22dbc2198f42323ce8aca9135329f03c068e5112dc7cc3ef3446defceb01a45c2667fdd5',
      ],
    },
  },
  {
    type: 'p521',
    privateKey:
      '00fad06daa62ba3b25d2fb40133da757205de67f5bb0018fee8c86e1b68c7e75caa896eb32f1f47c70855836a6d16fcc1466f6d8fbec67db89ec0c08b0e996b83538',
    point:
      '0401894550d0785932e00eaa23b694f213f8c3121f86dc97a04e5a7167db4e5bcd371123d46e45db6b5d5370a7f20fb633155d38ffa16d2bd761dcac474b9a2f5023a400493101c962cd4d2fddf782285e64584139c2f91b47f87ff82354d6630f746a28a0db25741b5b34a828008b22acc23f924faafbd4d33f81ea66956dfeaa2bfdfcf5',
    signatures: {
      'ecdsa-sha256': [
        '01511bb4d675114fe266fc4372b87682baecc01d3cc62cf2303c92b3526012659d16876e25c7c1e57648f23b73564d67f61c6f14d527d54972810421e7d87589e1a7',
        '004a171143a83163d6df460aaf61522695f207a58b95c0644d87e52aa1a347916e4f7a72930b1bc06dbe22ce3f58264afd23704cbb63b29b931f7de6c9d949a7ecfc',
      ],
      'ecdsa-sha384': [
        '01ea842a0e17d2de4f92c15315c63ddf72685c18195c2bb95e572b9c5136ca4b4b576ad712a52be9730627d16054ba40cc0b8d3ff035b12ae75168397f5d50c67451',
        '01f21a3cee066e1961025fb048bd5fe2b7924d0cd797babe0a83b66f1e35eeaf5fde143fa85dc394a7dee766523393784484bdf3e00114a1c857cde1aa203db65d61',
      ],
      'ecdsa-sha512': [
        '00c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53950e6d4c5f174e25a1ee9017b5d450606add152b534931d7d4e8455cc91f9b15bf05ec36e377fa',
        '00617cce7cf5064806c467f678d3b4080d6f1cc50af26ca209417308281b68af282623eaa63e5b5c0723d8b8c37ff0777b1a20f8ccb1dccc43997f1ee0e44da4a67a',
      ],
    },
  },
] as const;

describe.each([node, noble, webcrypto])('the $name provider', (provider) => {
  test.each([
    ['sha1', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    ['sha256', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'sha384',
      'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7',
    ],
    [
      'sha512',
      'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    ],
  ] as const)('hashes "abc" with %s as FIPS 180 does', async (name, digest) => {
    expect(toHex(await provider.hash(name, utf8('abc')))).toBe(digest);
  });

  test.each([
    ['sha1', 'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79'],
    ['sha256', '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'],
    [
      'sha384',
      'af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649',
    ],
    [
      'sha512',
      '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
    ],
  ] as const)('computes HMAC with %s as RFC 4231 §4.3 and RFC 2202 §3 do', async (name, mac) => {
    expect(toHex(await provider.hmac(name, utf8('Jefe'), utf8('what do ya want for nothing?')))).toBe(mac);
  });

  test.each(aeadVectors)('seals and opens $name as $source does', (vector) => {
    const aead = provider.aeads[vector.name];
    const key = aead.bind(fromHex(vector.key));
    const [nonce, additional, content] = [vector.nonce, vector.additional, vector.content].map(fromHex) as [
      Bytes,
      Bytes,
      Bytes,
    ];
    const output = new Uint8Array(content.length + aead.tagLength);
    key.seal(nonce, additional, content.subarray(0, 20), content.subarray(20), output);
    expect(toHex(output)).toBe(vector.sealed);
    expect(key.open(nonce, additional, output)).toEqual(content);
  });

  test.each(ecdsaVectors)(
    'verifies the $type signatures of RFC 6979 §A.2',
    async ({ type, point, signatures }) => {
      const key = publicKeyFromSpki(encodeSpki(type, fromHex(point)));
      for (const algorithm of ecdsaAlgorithms) {
        const signature = derSignature(signatures[algorithm]);
        expect(await provider.verify(algorithm, key, utf8('sample'), signature)).toBe(true);
        expect(await provider.verify(algorithm, key, utf8('Sample'), signature)).toBe(false);
      }
    },
  );

  test.each(eddsaVectors)('signs and verifies $type as RFC 8032 §7 does', async (vector) => {
    const key = provider.importSigningKey(
      pkcs8(vector.type, der(Tag.octetString, fromHex(vector.privateKey))),
    );
    expect(key).toMatchObject({ type: vector.type, bits: vector.bits });
    expect(toHex(key.spki)).toBe(toHex(encodeSpki(vector.type, fromHex(vector.publicKey))));
    const content = fromHex(vector.content);
    const signature = await key.sign(vector.type, content);
    expect(toHex(signature)).toBe(vector.signature);
    expect(await provider.verify(vector.type, publicKeyFromSpki(key.spki), content, signature)).toBe(true);
  });
});

test.each(ecdsaVectors)('noble signs with $type as RFC 6979 §A.2 does', ({ type, ...vector }) => {
  const content = der(
    Tag.sequence,
    derUnsigned(Uint8Array.of(1)),
    der(Tag.octetString, fromHex(vector.privateKey)),
  );
  const key = noble.importSigningKey(pkcs8(type, content));
  expect(toHex(key.spki)).toBe(toHex(encodeSpki(type, fromHex(vector.point))));
  for (const algorithm of ecdsaAlgorithms) {
    expect(toHex(key.sign(algorithm, utf8('sample')))).toBe(
      toHex(derSignature(vector.signatures[algorithm])),
    );
  }
});

function pkcs8(type: 'p256' | 'p384' | 'p521' | 'ed25519' | 'ed448', content: Bytes): Bytes {
  return der(Tag.sequence, derUnsigned(noBytes), encodeAlgorithm(type), der(Tag.octetString, content));
}

function derSignature(numbers: readonly [string, string]): Bytes {
  return der(Tag.sequence, ...numbers.map((number) => derUnsigned(fromHex(number))));
}
