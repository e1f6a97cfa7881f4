import type { Responded } from '@tlsmith/handshake';
import {
  type Awaitable,
  type Bytes,
  type CryptoProvider,
  isThenable,
  type KeyExchangeAlgorithm,
  type KeyExchangeKey,
  type NamedGroup,
  TlsMisuse,
} from '@tlsmith/types';

/** The ephemeral private keys of one connection: states hold their numbers only. Each is used at most once. */
export class KeyExchanges {
  readonly #provider: CryptoProvider;
  readonly #keys = new Map<number, KeyExchangeKey>();
  #next = 0;

  constructor(provider: CryptoProvider) {
    this.#provider = provider;
  }

  begin(group: NamedGroup): Awaitable<{ readonly share: Bytes; readonly key: number }> {
    return andThen(this.#algorithm(group).begin(), ({ share, key }) => {
      const number = this.#next++;
      this.#keys.set(number, key);
      return { share, key: number };
    });
  }

  respond(group: NamedGroup, share: Bytes): Awaitable<Responded | undefined> {
    return this.#algorithm(group).respond(share);
  }

  finish(group: NamedGroup, number: number, share: Bytes): Awaitable<Bytes | undefined> {
    const key = this.#keys.get(number);
    if (key === undefined) throw new TlsMisuse('key-exchange-used-up', 'this key share was already used');
    // The others of the same hello were offers that nobody took up.
    this.#keys.clear();
    return this.#algorithm(group).finish(key, share);
  }

  #algorithm(group: NamedGroup): KeyExchangeAlgorithm {
    const found = this.#provider.groups[group.name];
    if (found === undefined) {
      throw new TlsMisuse(
        'group-not-supported',
        `provider ${this.#provider.name} has no group ${group.name}`,
      );
    }
    return found;
  }
}

/** Goes on with a value now or later. */
export function andThen<A, B>(value: Awaitable<A>, f: (value: A) => B): Awaitable<B> {
  return isThenable(value) ? (value as PromiseLike<A>).then(f) : f(value as A);
}
