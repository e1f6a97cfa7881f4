import { type KeyShareEntry, keyShare, preSharedKey, readExtension, type ServerHello } from '@tlsmith/codec';
import {
  append,
  clientHandshakeTrafficSecret,
  type EarlyStage,
  earlySecret,
  handshakeSecret,
  serverHandshakeTrafficSecret,
  transcriptHash,
} from '@tlsmith/key-schedule';
import {
  type Bytes,
  type CipherSuite13,
  type ClientSession13,
  equal,
  type NamedGroup,
  violation,
  violations,
} from '@tlsmith/types';
import { finishKeyExchange, type Work } from '../ask.ts';
import { go, type In, type Landing, type Offer, type Retry } from '../client/states.ts';
import { answeredExtensions } from '../client/answered.ts';
import { disclose, install, sendChangeCipherSpec } from '../effect.ts';
import type { MessageEvent } from '../event.ts';
import { asked, noResults, recorded } from '../modules.ts';
import { type ClientPolicy, suites12, suites13 } from '../policy.ts';

type Waiting = In<'client/wait-server-hello' | 'client/wait-server-hello-after-retry'>;

/** ServerHello of TLS 1.3: the key exchange is done, the rest is encrypted (RFC 9846 §4.2.3). */
export function* onServerHello13(
  state: Waiting,
  event: MessageEvent<'server_hello', ServerHello>,
  policy: ClientPolicy,
): Landing<'client13/wait-encrypted-extensions'> {
  const { offer } = state;
  const retry = state.at === 'client/wait-server-hello' ? undefined : state.retry;
  const suite = chosenSuite(event.body, { offer, retry }, policy);
  const extensions = answeredExtensions(event.body.extensions, 'server_hello', offer.extensions, policy);
  const resumed = resumedSession(readExtension(extensions, preSharedKey, 'server_hello'), offer, suite);
  const share = serverShare(extensions, offer, resumed);
  const { group, secret } = yield* sharedSecret(share, offer, policy);
  const early = resumed === undefined ? yield* earlySecret(suite.hash) : (offer.early as EarlyStage);
  const handshake = yield* handshakeSecret(early, secret);
  secret.fill(0);
  const log = append(state.log, 'server_hello', event.raw);
  const covered = yield* transcriptHash(suite.hash, log);
  const clientTraffic = yield* clientHandshakeTrafficSecret(handshake, covered);
  const serverTraffic = yield* serverHandshakeTrafficSecret(handshake, covered);
  const camouflage = offer.sessionId.length > 0 && policy.middleboxCompatibility;
  const negotiated = {
    version: 'tls13' as const,
    suite,
    group: group.name,
    peerScheme: undefined,
    alpn: undefined,
    serverName: policy.serverName,
    resumed: resumed !== undefined,
    retried: retry !== undefined,
    peerChain: resumed?.peerChain ?? [],
    peer: undefined,
    extendedMasterSecret: true,
    extensions: noResults,
  };
  return go(
    'client13/wait-encrypted-extensions',
    {
      suite,
      clientRandom: offer.random,
      offered: offer.extensions,
      modules: recorded(asked(offer.modules), 'server_hello', extensions),
      camouflage,
      handshake,
      clientTraffic,
      serverTraffic,
      log,
      negotiated,
      resumed,
    },
    // After a HelloRetryRequest the camouflage is already out.
    ...(camouflage && retry === undefined ? [sendChangeCipherSpec] : []),
    disclose('CLIENT_HANDSHAKE_TRAFFIC_SECRET', offer.random, clientTraffic),
    disclose('SERVER_HANDSHAKE_TRAFFIC_SECRET', offer.random, serverTraffic),
    install('read', 'handshake', { version: 'tls13', suite, secret: serverTraffic }),
    install('write', 'handshake', { version: 'tls13', suite, secret: clientTraffic }),
  );
}

function chosenSuite(
  hello: ServerHello,
  { offer, retry }: { readonly offer: Offer; readonly retry: Retry | undefined },
  policy: ClientPolicy,
): CipherSuite13 {
  if (!equal(hello.legacySessionIdEcho, offer.sessionId)) throw violation(violations.sessionIdNotEchoed);
  if (hello.legacyCompressionMethod !== 0) throw violation(violations.compressionChosen);
  const suite = suites13(policy).find(({ code }) => code === hello.cipherSuite);
  if (suite === undefined) {
    const older = suites12(policy).some(({ code }) => code === hello.cipherSuite);
    const row = older ? violations.cipherSuiteOfOtherVersion : violations.unofferedCipherSuite;
    throw violation(row, { cipherSuite: hello.cipherSuite });
  }
  if (retry !== undefined && retry.cipherSuite !== suite.code) throw violation(violations.retryChangedSuite);
  return suite;
}

/** The offered session if the server took it: we offer one PSK, whose hash must be the suite's (RFC 9846 §4.3.11). */
function resumedSession(
  selected: number | undefined,
  offer: Offer,
  suite: CipherSuite13,
): ClientSession13 | undefined {
  if (selected === undefined) return undefined;
  if (selected !== 0 || offer.early === undefined || offer.session?.version !== 'tls13') {
    throw violation(violations.unofferedPsk, { selected });
  }
  if (offer.early.hash.name !== suite.hash.name)
    throw violation(violations.pskHashMismatch, { suite: suite.name });
  return offer.session;
}

/** key_share is there in both cases: with a PSK we offer psk_dhe_ke alone (RFC 9846 §4.3.11). */
function serverShare(
  extensions: ServerHello['extensions'],
  offer: Offer,
  resumed: ClientSession13 | undefined,
): KeyShareEntry {
  const entry = readExtension(extensions, keyShare, 'server_hello');
  if (entry !== undefined) return entry;
  const row = resumed === undefined ? violations.missingKeyShare : violations.missingKeyShareUnderPsk;
  throw violation(row, { offered: offer.shares.map(({ group }) => group) });
}

function* sharedSecret(
  entry: KeyShareEntry,
  offer: Offer,
  policy: ClientPolicy,
): Work<{ readonly group: NamedGroup; readonly secret: Bytes }> {
  const share = offer.shares.find(({ group }) => group === entry.group);
  const group = policy.groups.find(({ code }) => code === entry.group);
  if (share === undefined || group === undefined)
    throw violation(violations.unofferedGroup, { group: entry.group });
  const valid = entry.keyExchange.length === group.shareLength.server;
  const secret = valid ? yield* finishKeyExchange(group, share.key, entry.keyExchange) : undefined;
  if (secret === undefined) throw violation(violations.invalidKeyShare, { group: group.name });
  return { group, secret };
}
