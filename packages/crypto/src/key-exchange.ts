import type { Bytes } from '@tlsmith/types';
import { EphemeralKey } from './opaque.ts';
import type { GroupName, SynchronousKeyExchange } from './synchronous.ts';

/** What a Diffie-Hellman group does; `agree` answers undefined for an invalid share. */
export interface DiffieHellman<Private> {
  readonly generate: () => { readonly share: Bytes; readonly privateKey: Private };
  readonly agree: (privateKey: Private, peerShare: Bytes) => Bytes | undefined;
}

/** Diffie-Hellman in the shape of a KEM: both sides send the same kind of share (RFC 9846 §4.3.8.2, §7.4.2). */
export function keyExchange<Private>(
  name: GroupName,
  { generate, agree }: DiffieHellman<Private>,
): SynchronousKeyExchange {
  return {
    name,
    begin() {
      const { share, privateKey } = generate();
      return { share, key: new EphemeralKey(name, privateKey) };
    },
    respond(peerShare) {
      const { share, privateKey } = generate();
      const secret = agree(privateKey, peerShare);
      return secret === undefined ? undefined : { share, secret };
    },
    finish: (key, peerShare) => agree(EphemeralKey.take<Private>(key, name), peerShare),
  };
}
