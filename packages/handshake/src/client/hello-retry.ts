import {
  type HelloRetryRequest,
  cookie,
  keyShare,
  type KeyShareEntry,
  readExtension,
  supportedVersions,
} from '@tlsmith/codec';
import { append, retryTranscript } from '@tlsmith/key-schedule';
import { type CipherSuite13, equal, protocolVersion, violation, violations } from '@tlsmith/types';
import { beginKeyExchange, now, type Work } from '../ask.ts';
import { send, sendChangeCipherSpec } from '../effect.ts';
import type { MessageEvent } from '../event.ts';
import { type ClientPolicy, suites13 } from '../policy.ts';
import { clientHello } from './hello.ts';
import { go, type In, type Landing, type Offer, type OfferedShare, type Retry } from './states.ts';
import { answeredExtensions } from './answered.ts';

/** HelloRetryRequest: the same hello once more, with what the server asked for (RFC 9846 §4.2.4). */
export function* onHelloRetryRequest(
  state: In<'client/wait-server-hello'>,
  event: MessageEvent<'hello_retry_request', HelloRetryRequest>,
  policy: ClientPolicy,
): Landing<'client/wait-server-hello-after-retry'> {
  const { retry, suite } = retryOf(state, event.body, policy);
  const { shares, entries } = yield* newShares(state, retry, policy);
  const rewritten = yield* retryTranscript(suite.hash, state.log);
  const log = append(rewritten, 'hello_retry_request', event.raw);
  // A PSK of another hash could not be used with the suite that is now certain (RFC 9846 §4.2.2).
  const early = state.offer.early?.hash.name === suite.hash.name ? state.offer.early : undefined;
  const { random, sessionId, session, modules } = state.offer;
  const facts = {
    random,
    sessionId,
    shares: entries,
    cookie: retry.cookie,
    modules,
    session,
    early,
    now: yield* now(),
    log,
  };
  const hello = yield* clientHello(policy, facts);
  const extensions = (hello.body.extensions ?? []).map(({ type }) => type);
  const offer: Offer = { ...state.offer, shares, early, extensions };
  const camouflage =
    state.offer.sessionId.length > 0 && policy.middleboxCompatibility ? [sendChangeCipherSpec] : [];
  return go(
    'client/wait-server-hello-after-retry',
    { hello, offer, log: append(log, 'client_hello', hello.raw), retry },
    ...camouflage,
    send(hello),
  );
}

/** A second HelloRetryRequest has no place, and a row of its own (RFC 9846 §4.2.4). */
export function* onSecondRetry(): Landing<never> {
  throw violation(violations.secondRetry);
}

function retryOf(
  { offer }: In<'client/wait-server-hello'>,
  request: HelloRetryRequest,
  policy: ClientPolicy,
): { readonly retry: Retry; readonly suite: CipherSuite13 } {
  // cookie is the one extension that may come unasked (RFC 9846 §4.2.4).
  const mayCome = [...offer.extensions, cookie.type];
  const extensions = answeredExtensions(request.extensions, 'hello_retry_request', mayCome, policy);
  const version = readExtension(extensions, supportedVersions, 'hello_retry_request');
  if (version === undefined) throw violation(violations.missingSupportedVersions);
  if (version !== protocolVersion.tls13 || !policy.versions.includes('tls13')) {
    throw violation(violations.unofferedVersion, { version });
  }
  if (request.legacyVersion !== protocolVersion.tls12) throw violation(violations.badLegacyVersion);
  if (!equal(request.legacySessionIdEcho, offer.sessionId)) throw violation(violations.sessionIdNotEchoed);
  if (request.legacyCompressionMethod !== 0) throw violation(violations.compressionChosen);
  const suite = suites13(policy).find(({ code }) => code === request.cipherSuite);
  if (suite === undefined)
    throw violation(violations.unofferedCipherSuite, { cipherSuite: request.cipherSuite });
  const group = readExtension(extensions, keyShare, 'hello_retry_request');
  const retry = {
    cipherSuite: suite.code,
    group,
    cookie: readExtension(extensions, cookie, 'hello_retry_request'),
  };
  if (group === undefined && retry.cookie === undefined) throw violation(violations.retryWithoutChange);
  return { retry, suite };
}

/** A share in the group that the server wants; the old ones when it only wants its cookie back. */
function* newShares(
  { offer, hello }: In<'client/wait-server-hello'>,
  retry: Retry,
  policy: ClientPolicy,
): Work<{ readonly shares: readonly OfferedShare[]; readonly entries: readonly KeyShareEntry[] }> {
  if (retry.group === undefined) {
    return {
      shares: offer.shares,
      entries: readExtension(hello.body.extensions, keyShare, 'client_hello') ?? [],
    };
  }
  const group = policy.groups.find(({ code }) => code === retry.group);
  if (group?.versions.includes('tls13') !== true) {
    throw violation(violations.unofferedGroup, { group: retry.group });
  }
  if (offer.shares.some((share) => share.group === group.code)) {
    throw violation(violations.retryForSentShare, { group: group.name });
  }
  const { share, key } = yield* beginKeyExchange(group);
  return { shares: [{ group: group.code, key }], entries: [{ group: group.code, keyExchange: share }] };
}
