import { readFileSync } from 'node:fs';

// Vectors of other documents than RFC 8448. The "source" of each JSON file says where its numbers come from.
// Every call decodes fresh bytes, so a test may wipe them.

export type PublishedHash = 'sha256' | 'sha384';

/** One case of RFC 5869 appendix A. */
export interface HkdfCase {
  readonly name: string;
  readonly hash: PublishedHash;
  readonly ikm: Uint8Array;
  readonly salt: Uint8Array;
  readonly info: Uint8Array;
  readonly length: number;
  readonly prk: Uint8Array;
  readonly okm: Uint8Array;
}

/** One call of the TLS 1.2 PRF, RFC 5246 §5: `PRF(secret, label, seed)` cut to the length of `output`. */
export interface PrfCase {
  readonly hash: PublishedHash;
  readonly secret: Uint8Array;
  readonly label: string;
  readonly seed: Uint8Array;
  readonly output: Uint8Array;
}

/** RFC 5246 §8.1 and §6.3. The key block was taken over two other randoms than the master secret. */
export interface MasterSecretCase {
  readonly name: string;
  readonly hash: PublishedHash;
  readonly premasterSecret: Uint8Array;
  readonly clientRandom: Uint8Array;
  readonly serverRandom: Uint8Array;
  readonly masterSecret: Uint8Array;
  readonly keyBlockClientRandom: Uint8Array;
  readonly keyBlockServerRandom: Uint8Array;
  readonly keyBlock: Uint8Array;
}

/** RFC 7627 §4, then the key block of RFC 5246 §6.3 (128 octets). */
export interface ExtendedMasterSecretCase {
  readonly name: string;
  readonly hash: PublishedHash;
  readonly premasterSecret: Uint8Array;
  readonly sessionHash: Uint8Array;
  readonly clientRandom: Uint8Array;
  readonly serverRandom: Uint8Array;
  readonly masterSecret: Uint8Array;
  readonly keyBlock: Uint8Array;
}

/** Keys that RFC 9001 §5.1 derives from one traffic secret. */
export interface QuicKeys {
  readonly secret: Uint8Array;
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
  readonly hp: Uint8Array;
}

/** RFC 9001 appendix A. */
export interface QuicCase {
  readonly initialSalt: Uint8Array;
  readonly connectionId: Uint8Array;
  readonly initialSecret: Uint8Array;
  readonly client: QuicKeys;
  readonly server: QuicKeys;
  /** The HkdfLabel structures of A.1 by label without "tls13 ", such as 'quic key'. */
  readonly infos: Readonly<
    Record<'client in' | 'server in' | 'quic key' | 'quic iv' | 'quic hp', Uint8Array>
  >;
  /** A.5, for TLS_CHACHA20_POLY1305_SHA256; `ku` is the secret after a key update. */
  readonly chacha20: QuicKeys & { readonly ku: Uint8Array };
  /** The handshake messages in the CRYPTO frames of A.2 and A.3, with their 4-byte headers. */
  readonly clientHello: Uint8Array;
  readonly serverHello: Uint8Array;
}

/** RFC 5869 appendix A.1 to A.3 (SHA-256). */
export function rfc5869(): readonly HkdfCase[] {
  return cases('rfc5869').map((one) => ({
    name: one.text('name'),
    hash: one.hash(),
    ikm: one.bytes('ikm'),
    salt: one.bytes('salt'),
    info: one.bytes('info'),
    length: one.number('length'),
    prk: one.bytes('prk'),
    okm: one.bytes('okm'),
  }));
}

/** The PRF vectors for SHA-256 (100 octets) and SHA-384 (148 octets). */
export function tls12Prf(): readonly PrfCase[] {
  return cases('tls12-prf').map((one) => ({
    hash: one.hash(),
    secret: one.bytes('secret'),
    label: one.text('label'),
    seed: one.bytes('seed'),
    output: one.bytes('output'),
  }));
}

/** A master secret over the two randoms, and a key block (SHA-256). */
export function tls12MasterSecret(): readonly MasterSecretCase[] {
  return cases('tls12-master-secret').map((one) => ({
    name: one.text('name'),
    hash: one.hash(),
    premasterSecret: one.bytes('premasterSecret'),
    clientRandom: one.bytes('clientRandom'),
    serverRandom: one.bytes('serverRandom'),
    masterSecret: one.bytes('masterSecret'),
    keyBlockClientRandom: one.bytes('keyBlockClientRandom'),
    keyBlockServerRandom: one.bytes('keyBlockServerRandom'),
    keyBlock: one.bytes('keyBlock'),
  }));
}

/** Extended master secrets, two for SHA-256 and two for SHA-384. */
export function rfc7627(): readonly ExtendedMasterSecretCase[] {
  return cases('rfc7627').map((one) => ({
    name: one.text('name'),
    hash: one.hash(),
    premasterSecret: one.bytes('premasterSecret'),
    sessionHash: one.bytes('sessionHash'),
    clientRandom: one.bytes('clientRandom'),
    serverRandom: one.bytes('serverRandom'),
    masterSecret: one.bytes('masterSecret'),
    keyBlock: one.bytes('keyBlock'),
  }));
}

/** The initial secrets of QUIC, and the keys of the short-header example. */
export function rfc9001(): QuicCase {
  const all = new Fields(read('rfc9001'));
  const keys = (one: Fields): QuicKeys => ({
    secret: one.bytes('secret'),
    key: one.bytes('key'),
    iv: one.bytes('iv'),
    hp: one.bytes('hp'),
  });
  const infos = all.fields('infos');
  const chacha20 = all.fields('chacha20');
  return {
    initialSalt: all.bytes('initialSalt'),
    connectionId: all.bytes('connectionId'),
    initialSecret: all.bytes('initialSecret'),
    client: keys(all.fields('client')),
    server: keys(all.fields('server')),
    infos: {
      'client in': infos.bytes('client in'),
      'server in': infos.bytes('server in'),
      'quic key': infos.bytes('quic key'),
      'quic iv': infos.bytes('quic iv'),
      'quic hp': infos.bytes('quic hp'),
    },
    chacha20: { ...keys(chacha20), ku: chacha20.bytes('ku') },
    clientHello: all.bytes('clientHello'),
    serverHello: all.bytes('serverHello'),
  };
}

type Json = Readonly<Record<string, unknown>>;

function read(file: string): Json {
  return JSON.parse(readFileSync(new URL(`../../src/data/${file}.json`, import.meta.url), 'utf8')) as Json;
}

function cases(file: string): Fields[] {
  return (read(file)['cases'] as Json[]).map((one) => new Fields(one));
}

/** Fields of a JSON object with the type they must have; an absent or wrong one throws. */
class Fields {
  readonly #json: Json;

  constructor(json: Json) {
    this.#json = json;
  }

  text(name: string): string {
    const value = this.#json[name];
    if (typeof value !== 'string') throw new Error(`"${name}" is not a text`);
    return value;
  }

  number(name: string): number {
    const value = this.#json[name];
    if (typeof value !== 'number') throw new Error(`"${name}" is not a number`);
    return value;
  }

  bytes(name: string): Uint8Array {
    const hex = this.text(name);
    if (!/^([0-9a-f]{2})*$/.test(hex)) throw new Error(`"${name}" is not hexadecimal`);
    return new Uint8Array(Buffer.from(hex, 'hex'));
  }

  fields(name: string): Fields {
    return new Fields(this.#json[name] as Json);
  }

  hash(): PublishedHash {
    const value = this.text('hash');
    if (value !== 'sha256' && value !== 'sha384') throw new Error(`unexpected hash ${value}`);
    return value;
  }
}
