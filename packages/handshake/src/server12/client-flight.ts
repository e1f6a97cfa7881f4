import type { Certificate12, CertificateVerify, ClientKeyExchange } from '@tlsmith/codec';
import { append, transcriptBytes } from '@tlsmith/key-schedule';
import { type Bytes, random, type Secret, secret, violation, violations } from '@tlsmith/types';
import { authenticatePeer, decryptPremaster, finishKeyExchange, type Work } from '../ask.ts';
import { verifyPossession } from '../certificate-verify.ts';
import { disclose, type Effect } from '../effect.ts';
import type { MessageEvent } from '../event.ts';
import { keysFrom, masterFrom } from '../keys12.ts';
import type { ServerPolicy } from '../policy.ts';
import { go, type In, type Landing } from '../server/states.ts';
import type { Flown, Keyed12 } from './states.ts';

/** The client's Certificate: empty, or judged at once (RFC 5246 §7.4.6). */
export function* onCertificate(
  state: In<'server12/wait-certificate'>,
  event: MessageEvent<'certificate', Certificate12>,
  policy: ServerPolicy,
): Landing<'server12/wait-client-key-exchange' | 'server12/wait-client-key-exchange-then-verify'> {
  const { at: _at, ...known } = state;
  const chain = event.body.certificateList;
  const log = append(state.log, 'client_certificate', event.raw);
  if (chain.length === 0) {
    if (policy.clientAuthentication === 'require') throw violation(violations.certificateRequired12);
    return go('server12/wait-client-key-exchange', { ...known, log });
  }
  if (chain.length > policy.limits.certificates) {
    throw violation(violations.tooManyCertificates, {
      certificates: chain.length,
      limit: policy.limits.certificates,
    });
  }
  const authenticated = yield* authenticatePeer({
    chain,
    role: 'client',
    serverName: undefined,
    ocsp: undefined,
    scts: [],
    keyExchange: 'signature',
  });
  const peer = { chain, authenticated };
  return go('server12/wait-client-key-exchange-then-verify', { ...known, log, peer });
}

/** ClientKeyExchange: both sides have the premaster secret (RFC 5246 §7.4.7). */
export function* onClientKeyExchange(
  state: In<'server12/wait-client-key-exchange'>,
  event: MessageEvent<'client_key_exchange', ClientKeyExchange>,
): Landing<'server12/wait-change-cipher-spec'> {
  const keyed = yield* keyedBy(state, event);
  return go('server12/wait-change-cipher-spec', keyed, disclosed(keyed));
}

/** The same after a certificate, whose key has yet to sign (RFC 5246 §7.4.8). */
export function* onCertifiedClientKeyExchange(
  state: In<'server12/wait-client-key-exchange-then-verify'>,
  event: MessageEvent<'client_key_exchange', ClientKeyExchange>,
): Landing<'server12/wait-certificate-verify'> {
  const keyed = yield* keyedBy(state, event);
  return go('server12/wait-certificate-verify', { ...keyed, peer: state.peer }, disclosed(keyed));
}

/** CertificateVerify over everything so far (RFC 5246 §7.4.8). */
export function* onCertificateVerify(
  state: In<'server12/wait-certificate-verify'>,
  event: MessageEvent<'certificate_verify', CertificateVerify>,
  policy: ServerPolicy,
): Landing<'server12/wait-change-cipher-spec'> {
  const { at: _at, peer, ...known } = state;
  const accepted = { version: 'tls12' as const, schemes: policy.schemes };
  const { scheme } = yield* verifyPossession(
    event.body,
    transcriptBytes(state.log),
    peer.authenticated,
    accepted,
  );
  return go('server12/wait-change-cipher-spec', {
    ...known,
    log: append(state.log, 'client_certificate_verify', event.raw),
    negotiated: {
      ...state.negotiated,
      peerScheme: scheme.name,
      peerChain: peer.chain,
      peer: peer.authenticated,
    },
  });
}

function* keyedBy(
  state: Flown,
  event: MessageEvent<'client_key_exchange', ClientKeyExchange>,
): Work<Keyed12> {
  const { hellos, sessionId, ticketPromised, negotiated } = state;
  const premaster = yield* premasterSecret(state, event.body);
  const log = append(state.log, 'client_key_exchange', event.raw);
  const master = yield* masterFrom(hellos, premaster, log);
  premaster.wipe();
  const keys = yield* keysFrom(hellos, master);
  return { hellos, sessionId, ticketPromised, resumed: false, keys, log, negotiated };
}

const disclosed = ({ hellos, keys }: Keyed12): Effect =>
  disclose('CLIENT_RANDOM', hellos.clientRandom, keys.master);

/**
 * The premaster secret. For RSA key exchange a bad one is replaced by random bytes, asked for in every case, so that good
 * and bad ones lead through the same steps up to Finished (RFC 5246 §7.4.7.1).
 */
function* premasterSecret({ exchange }: Flown, message: ClientKeyExchange): Work<Secret<'premaster'>> {
  if (exchange.kind === 'rsa' && 'encryptedPremasterSecret' in message) {
    const { credential, clientVersion } = exchange;
    const substitute = yield* random(48);
    const ciphertext = message.encryptedPremasterSecret;
    return moved(yield* decryptPremaster({ credential, ciphertext, clientVersion, substitute }));
  }
  if (exchange.kind !== 'ecdhe' || !('ecdhYc' in message)) throw violation(violations.unexpectedMessage);
  const { group, key } = exchange;
  const valid = message.ecdhYc.length === group.shareLength.client;
  const agreed = valid ? yield* finishKeyExchange(group, key, message.ecdhYc) : undefined;
  if (agreed === undefined) throw violation(violations.invalidKeyShare, { group: group.name });
  return moved(agreed);
}

function moved(bytes: Bytes): Secret<'premaster'> {
  const held = secret('premaster', bytes);
  bytes.fill(0);
  return held;
}
