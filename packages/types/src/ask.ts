import type { Bytes } from './bytes.ts';
import type { CryptoProvider, HashName, PublicKey, SignatureAlgorithm } from './provider.ts';
import type { Secret } from './secret.ts';
import { type Answer, type Awaitable, drive, type Work } from './work.ts';

/** Asks that any {@link CryptoProvider} answers without state. */
export type HashAsk = { readonly ask: 'hash'; readonly hash: HashName; readonly data: Bytes };
export type HmacAsk = {
  readonly ask: 'hmac';
  readonly hash: HashName;
  readonly key: Secret | Bytes;
  readonly data: Bytes;
};
export type VerifyAsk = {
  readonly ask: 'verify';
  readonly algorithm: SignatureAlgorithm;
  readonly key: PublicKey;
  readonly content: Bytes;
  readonly signature: Bytes;
};
export type RandomAsk = { readonly ask: 'random'; readonly length: number };
/** The union of them. */
export type CryptoAsk = HashAsk | HmacAsk | VerifyAsk | RandomAsk;

/** `Hash(data)`; length of the hash. */
export function* hash(name: HashName, data: Bytes): Work<Bytes, HashAsk> {
  return yield { ask: 'hash', hash: name, data };
}

/** `HMAC(key, data)` (RFC 2104); length of the hash. */
export function* hmac(name: HashName, key: Secret | Bytes, data: Bytes): Work<Bytes, HmacAsk> {
  return yield { ask: 'hmac', hash: name, key, data };
}

/** Whether a signature is good. */
export function* verify(
  algorithm: SignatureAlgorithm,
  key: PublicKey,
  content: Bytes,
  signature: Bytes,
): Work<boolean, VerifyAsk> {
  return yield { ask: 'verify', algorithm, key, content, signature };
}

/** Fresh random bytes. */
export function* random(length: number): Work<Bytes, RandomAsk> {
  return yield { ask: 'random', length };
}

/**
 * Answers the stateless asks from a provider.
 *
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { cryptoAnswer, drive, hash } from '@tlsmith/types';
 * drive(hash('sha256', new Uint8Array(0)), cryptoAnswer(node)); // e3b0c442...
 * ```
 */
export function cryptoAnswer(provider: CryptoProvider): Answer<CryptoAsk> {
  return (ask) => {
    switch (ask.ask) {
      case 'hash':
        return provider.hash(ask.hash, ask.data);
      case 'hmac': {
        const { key, data } = ask;
        return key instanceof Uint8Array
          ? provider.hmac(ask.hash, key, data)
          : key.use((bytes) => provider.hmac(ask.hash, bytes, data));
      }
      case 'verify':
        return provider.verify(ask.algorithm, ask.key, ask.content, ask.signature);
      case 'random':
        return provider.random(ask.length);
    }
  };
}

/**
 * Runs work that only needs cryptography: the front door for those who use one package alone. With a provider whose
 * functions are synchronous (node, noble) the result is there at once.
 *
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { compute, hmac } from '@tlsmith/types';
 * compute(node, hmac('sha256', new Uint8Array(32), new Uint8Array(3)));
 * ```
 */
export function compute<T>(
  provider: CryptoProvider & { readonly synchronous: true },
  work: Work<T, CryptoAsk>,
): T;
export function compute<T>(provider: CryptoProvider, work: Work<T, CryptoAsk>): Awaitable<T>;
export function compute<T>(provider: CryptoProvider, work: Work<T, CryptoAsk>): Awaitable<T> {
  return drive(work, cryptoAnswer(provider));
}
