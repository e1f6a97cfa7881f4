import { earlySecret, append } from '@tlsmith/key-schedule';
import {
  type Bytes,
  type ClientSession,
  type HashInfo,
  noBytes,
  random,
  secret,
  equal,
} from '@tlsmith/types';
import { beginKeyExchange, now, type Work } from '../ask.ts';
import { send, tolerateChangeCipherSpec } from '../effect.ts';
import type { StartEvent } from '../event.ts';
import { copyOfMaster } from '../keys12.ts';
import { spoken } from '../modules.ts';
import { type ClientPolicy, suites12, suites13 } from '../policy.ts';
import { clientHello } from './hello.ts';
import { go, type In, type Landing, type Offer } from './states.ts';

/** The first flight: a ClientHello with fresh key shares and, where one fits, a session to resume. */
export function* onStart(
  _state: In<'client/start'>,
  event: StartEvent,
  policy: ClientPolicy,
): Landing<'client/wait-server-hello'> {
  const at = yield* now();
  const session = ownCopy(usable(event.session, policy, at));
  const clientRandom = yield* random(32);
  const sessionId = yield* legacySessionId(session, policy);
  const shares = yield* keyShares(policy);
  const hashInfo = session === undefined ? undefined : pskHash(session, policy);
  const early =
    session?.version === 'tls13' && hashInfo !== undefined
      ? yield* earlySecret(hashInfo, session.psk)
      : undefined;
  const entries = shares.map(({ group, share }) => ({ group, keyExchange: share }));
  const modules = spoken(policy, 'client_hello', ({ client }) => client?.offer(policy));
  const facts = {
    random: clientRandom,
    sessionId,
    shares: entries,
    cookie: undefined,
    modules,
    session,
    early,
    now: at,
    log: [],
  };
  const hello = yield* clientHello(policy, facts);
  const offer: Offer = {
    random: clientRandom,
    sessionId,
    suites: hello.body.cipherSuites,
    extensions: (hello.body.extensions ?? []).map(({ type }) => type),
    shares: shares.map(({ group, key }) => ({ group, key })),
    session,
    early,
    modules,
  };
  const log = append([], 'client_hello', hello.raw);
  return go('client/wait-server-hello', { hello, offer, log }, send(hello), tolerateChangeCipherSpec(true));
}

/**
 * The session if it may be offered: same name, same trust, not expired, its suite still allowed (RFC 9846 §4.7.1, RFC 5246 §7.4.1.2).
 * An extended master secret must have protected it (RFC 7627 §5.3 lets others resume; we do not).
 */
function usable(
  session: ClientSession | undefined,
  policy: ClientPolicy,
  at: number,
): ClientSession | undefined {
  if (session === undefined || !policy.resumption || session.serverName !== policy.serverName)
    return undefined;
  if (!equal(session.context, policy.sessionContext)) return undefined;
  if (at >= session.receivedAt + 1000 * session.lifetime) return undefined;
  if (session.version === 'tls13') return pskHash(session, policy) === undefined ? undefined : session;
  const known = suites12(policy).some((suite) => suite.code === session.cipherSuite);
  return known && session.extendedMasterSecret ? session : undefined;
}

/** The state's secrets are wiped with the state; the session's stay its owner's. */
function ownCopy(session: ClientSession | undefined): ClientSession | undefined {
  if (session === undefined) return undefined;
  return session.version === 'tls13'
    ? { ...session, psk: session.psk.use((bytes) => secret('psk', bytes)) }
    : { ...session, master: copyOfMaster(session.master) };
}

/** The hash of a ticket's suite, if a suite with that hash is offered. */
function pskHash(session: ClientSession, policy: ClientPolicy): HashInfo | undefined {
  return suites13(policy).find((suite) => suite.code === session.cipherSuite)?.hash;
}

/**
 * The session ID of a TLS 1.2 session; 32 random bytes beside a TLS 1.2 ticket, whose echo tells resumption (RFC 5077
 * §3.4), and as TLS 1.3's camouflage (RFC 9846 §E.4); else empty.
 */
function* legacySessionId(session: ClientSession | undefined, policy: ClientPolicy): Work<Bytes> {
  if (session?.version === 'tls12' && session.ticket === undefined) return session.sessionId;
  const camouflage = policy.middleboxCompatibility && policy.versions.includes('tls13');
  return camouflage || session?.version === 'tls12' ? yield* random(32) : noBytes;
}

function* keyShares(policy: ClientPolicy): Work<readonly { group: number; share: Bytes; key: number }[]> {
  if (!policy.versions.includes('tls13')) return [];
  const shares = [];
  for (const group of policy.keyShares) {
    const { share, key } = yield* beginKeyExchange(group);
    shares.push({ group: group.code, share, key });
  }
  return shares;
}
