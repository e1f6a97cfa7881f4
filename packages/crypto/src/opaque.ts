import { type KeyExchangeKey, TlsMisuse } from '@tlsmith/types';

/**
 * An ephemeral private key that prints, serialises and enumerates as its group alone, and that works once
 * (RFC 9846 §4.3.8: key shares are for one connection).
 */
export class EphemeralKey<Private> implements KeyExchangeKey {
  readonly group: string;
  #privateKey: Private | undefined;

  constructor(group: string, privateKey: Private) {
    this.group = group;
    this.#privateKey = privateKey;
  }

  /**
   * Takes the private key out, for good.
   *
   * @throws {TlsMisuse} `foreign-key-exchange-key` for a key of another provider or group, `key-exchange-key-used`.
   */
  static take<Private>(key: KeyExchangeKey, group: string): Private {
    if (!(key instanceof EphemeralKey) || key.group !== group) {
      throw new TlsMisuse(
        'foreign-key-exchange-key',
        `finish ${group} with the key that its begin() returned`,
      );
    }
    const privateKey = (key as EphemeralKey<Private>).#privateKey;
    if (privateKey === undefined) {
      throw new TlsMisuse('key-exchange-key-used', 'a key exchange key works once: call begin() again');
    }
    key.#privateKey = undefined;
    return privateKey;
  }
}
