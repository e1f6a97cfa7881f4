import {
  type DirectionKeys,
  extendedMasterSecret,
  keyBlock,
  masterSecret,
  type Transcript,
  transcriptHash,
} from '@tlsmith/key-schedule';
import { type Bytes, type CipherSuite12, type Secret, secret } from '@tlsmith/types';
import type { Work } from './ask.ts';

/** What both sides of a TLS 1.2 handshake know from the hellos on. */
export interface Hellos12 {
  readonly suite: CipherSuite12;
  readonly clientRandom: Bytes;
  readonly serverRandom: Bytes;
  readonly extendedMasterSecret: boolean;
}

/** The keys of a TLS 1.2 connection. */
export interface Keys12 {
  readonly master: Secret<'master'>;
  readonly client: DirectionKeys;
  readonly server: DirectionKeys;
}

/** The master secret, an extended one if that was agreed on; `log` ends with ClientKeyExchange (RFC 7627 §4, RFC 5246 §8.1). */
export function* masterFrom(
  hellos: Hellos12,
  premaster: Secret<'premaster'>,
  log: Transcript,
): Work<Secret<'master'>> {
  const { suite, clientRandom, serverRandom } = hellos;
  if (!hellos.extendedMasterSecret)
    return yield* masterSecret(suite.hash, premaster, clientRandom, serverRandom);
  return yield* extendedMasterSecret(suite.hash, premaster, yield* transcriptHash(suite.hash, log));
}

/** The key block cut up (RFC 5246 §6.3). */
export function* keysFrom(hellos: Hellos12, master: Secret<'master'>): Work<Keys12> {
  const block = yield* keyBlock(hellos.suite, master, hellos.clientRandom, hellos.serverRandom);
  return { master, client: block.client, server: block.server };
}

/** A master secret of our own: the one in a session belongs to whoever keeps the session. */
export function copyOfMaster(master: Secret): Secret<'master'> {
  return master.use((bytes) => secret('master', bytes));
}
