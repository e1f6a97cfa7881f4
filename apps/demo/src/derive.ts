import { node } from '@tlsmith/crypto/node';
import { type DirectionKeys, extendedMasterSecret, keyBlock, masterSecret } from '@tlsmith/key-schedule';
import { deframe, frameLimits, Opener, protect } from '@tlsmith/record';
import {
  type AeadAlgorithm,
  type Bytes,
  type CipherSuite12,
  compute,
  concat,
  hash,
  type Secret,
  secret,
  toHex,
} from '@tlsmith/types';
import { extendedMainSecret, hasExtension } from '@tlsmith/codec';
import type { DerivationEvent } from './events.ts';
import { messageOf } from './key-exchange.ts';
import type { Story } from './trace.ts';

/** What the derivation starts from. */
export interface Start {
  readonly connection: string;
  readonly suite: CipherSuite12;
  readonly premaster: Bytes;
  readonly story: Story;
}

/** Every step with its value, and the results. */
export interface Derived {
  readonly events: readonly DerivationEvent[];
  readonly master: Bytes;
  readonly keys: { readonly client: DirectionKeys; readonly server: DirectionKeys };
}

/** Computes the keys of a TLS 1.2 connection from its premaster secret and what went over the wire. */
export function deriveKeys({ connection, suite, premaster, story }: Start): Derived {
  const { ciphertext, clientRandom, serverRandom } = fromTheWire(story);
  const { value: master, how, extra } = masterOf(suite, premaster, story);
  const keys = compute(node, keyBlock(suite, master, clientRandom, serverRandom));
  const masterBytes = master.use((bytes) => bytes.slice());
  const part = (name: string, how: string, value: Bytes): DerivationEvent => ({
    event: 'derivation',
    connection,
    name,
    how,
    length: value.length,
    value: toHex(value),
  });
  const events = [
    part('EncryptedPreMasterSecret', 'in ClientKeyExchange, for everybody to see', ciphertext),
    part(
      'premaster secret',
      'the same under the private RSA key: 0303 (TLS 1.2) and 46 random bytes',
      premaster,
    ),
    part('client random', 'in ClientHello', clientRandom),
    part('server random', 'in ServerHello', serverRandom),
    ...extra.map(({ name, how: origin, value }) => part(name, origin, value)),
    part('master secret', how, masterBytes),
    part('key block', 'PRF(master secret, "key expansion", server random + client random)', joined(keys)),
    part('client_write_key', 'bytes 0 to 15 of the key block', bytesOf(keys.client.key)),
    part('server_write_key', 'bytes 16 to 31 of the key block', bytesOf(keys.server.key)),
    part('client_write_IV', "bytes 32 to 35: half of each record's nonce", keys.client.iv),
    part('server_write_IV', "bytes 36 to 39: half of each record's nonce", keys.server.iv),
  ];
  return { events, master: masterBytes, keys };
}

/** The Finished that a direction's first protected record holds, opened with keys of our own making. */
export function finishedUnder(suite: CipherSuite12, keys: DirectionKeys, wire: Bytes): Bytes | undefined {
  const aead = (node.aeads as Readonly<Record<string, AeadAlgorithm>>)[suite.aead.name] as AeadAlgorithm;
  let changed = false;
  for (let at = 0; at < wire.length; ) {
    // The record of a ClientHello may carry an older version (RFC 9846 §5.1).
    const frame = deframe(wire, at, changed ? frameLimits.tls12 : frameLimits.plaintext);
    if (frame === 'incomplete') return undefined;
    const record = wire.subarray(frame.start, frame.end);
    if (changed) return new Opener(protect(suite, aead, keys.key, keys.iv)).open(record).content;
    changed = frame.type === 'change_cipher_spec';
    at = frame.end;
  }
  return undefined;
}

function fromTheWire(story: Story): Record<'ciphertext' | 'clientRandom' | 'serverRandom', Bytes> {
  const exchange = messageOf(story, 'client', 'client_key_exchange')?.body;
  return {
    ciphertext:
      exchange !== undefined && 'encryptedPremasterSecret' in exchange
        ? exchange.encryptedPremasterSecret
        : none,
    clientRandom: messageOf(story, 'client', 'client_hello')?.body.random ?? none,
    serverRandom: messageOf(story, 'server', 'server_hello')?.body.random ?? none,
  };
}

interface Master {
  readonly value: Secret<'master'>;
  readonly how: string;
  readonly extra: readonly { readonly name: string; readonly how: string; readonly value: Bytes }[];
}

/** RFC 5246 §8.1, or RFC 7627 §4 where both ends agreed on it. */
function masterOf(suite: CipherSuite12, premaster: Bytes, story: Story): Master {
  const { clientRandom, serverRandom } = fromTheWire(story);
  const from = secret('premaster', premaster);
  const extensions = messageOf(story, 'server', 'server_hello')?.body.extensions;
  if (!hasExtension(extensions, extendedMainSecret)) {
    return {
      value: compute(node, masterSecret(suite.hash, from, clientRandom, serverRandom)),
      how: 'PRF(premaster secret, "master secret", client random + server random)',
      extra: [],
    };
  }
  const sessionHash = compute(node, hash(suite.hash.name, throughKeyExchange(story)));
  return {
    value: compute(node, extendedMasterSecret(suite.hash, from, sessionHash)),
    how: 'PRF(premaster secret, "extended master secret", session hash)',
    extra: [
      {
        name: 'session hash',
        how: 'SHA-256 of all messages from ClientHello to ClientKeyExchange',
        value: sessionHash,
      },
    ],
  };
}

/** The two hellos, the server's flight, and the client's until ClientKeyExchange: no client certificate is asked for. */
function throughKeyExchange({ sent }: Story): Bytes {
  const [hello, exchange] = sent.client.messages;
  const flight = sent.server.messages.slice(
    0,
    1 + sent.server.messages.findIndex(({ type }) => type === 'server_hello_done'),
  );
  return concat(...[hello, ...flight, exchange].map((message) => message?.raw ?? none));
}

const joined = ({ client, server }: Derived['keys']): Bytes =>
  concat(bytesOf(client.key), bytesOf(server.key), client.iv, server.iv);
const bytesOf = (key: Secret): Bytes => key.use((bytes) => bytes.slice());
const none: Bytes = new Uint8Array(0);
