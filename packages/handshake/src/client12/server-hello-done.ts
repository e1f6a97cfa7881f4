import { clientCertificateType, type Message12, message12, type ServerHelloDone } from '@tlsmith/codec';
import {
  append,
  finishedVerifyData12,
  type Transcript,
  transcriptBytes,
  transcriptHash,
} from '@tlsmith/key-schedule';
import {
  type Bytes,
  concat,
  type KeyType,
  protocolVersion,
  random,
  type Secret,
  secret,
  uint,
  violation,
  violations,
} from '@tlsmith/types';
import {
  beginKeyExchange,
  type Credential,
  credential,
  encryptPremaster,
  finishKeyExchange,
  sign,
  type Work,
} from '../ask.ts';
import { schemeFor, suitable } from '../certificate-verify.ts';
import { go, type In, type Landing } from '../client/states.ts';
import { disclose, install, send, sendChangeCipherSpec } from '../effect.ts';
import type { MessageEvent } from '../event.ts';
import { keysFrom, masterFrom } from '../keys12.ts';
import type { ClientPolicy } from '../policy.ts';
import type { Requested12 } from './states.ts';

type Done = In<'client12/wait-certificate-request-or-done' | 'client12/wait-server-hello-done'>;

/** ServerHelloDone: our flight up to Finished (RFC 5246 §7.3, figure 1). */
export function* onServerHelloDone(
  state: Done,
  event: MessageEvent<'server_hello_done', ServerHelloDone>,
  policy: ClientPolicy,
): Landing<'client12/wait-new-session-ticket' | 'client12/wait-change-cipher-spec'> {
  const { hellos, sessionId, ticketPromised, modules, negotiated } = state;
  const { suite } = hellos;
  const opened = append(state.log, 'server_hello_done', event.raw);
  const requested = state.at === 'client12/wait-server-hello-done' ? state.requested : undefined;
  const shown = yield* certificate(requested, opened, policy);
  const exchanged = yield* keyExchange(state, policy);
  const log = append(shown.log, 'client_key_exchange', exchanged.message.raw);
  const master = yield* masterFrom(hellos, exchanged.premaster, log);
  exchanged.premaster.wipe();
  const keys = yield* keysFrom(hellos, master);
  const proved = yield* certificateVerify(shown.own, requested, log);
  const covered = yield* transcriptHash(suite.hash, proved.log);
  const finished = message12('finished', {
    verifyData: yield* finishedVerifyData12(suite.hash, master, 'client', covered),
  });
  const facts = {
    hellos,
    sessionId,
    ticketPromised,
    modules,
    negotiated,
    log: append(proved.log, 'client_finished', finished.raw),
    keys,
    resumed: undefined,
    ticket: undefined,
  };
  const effects = [
    ...shown.messages.map(send),
    send(exchanged.message),
    ...proved.messages.map(send),
    disclose('CLIENT_RANDOM', hellos.clientRandom, master),
    sendChangeCipherSpec,
    install('write', 'application', { version: 'tls12', suite, keys: keys.client }),
    send(finished),
  ];
  return ticketPromised
    ? go('client12/wait-new-session-ticket', facts, ...effects)
    : go('client12/wait-change-cipher-spec', facts, ...effects);
}

/** Messages made so far, and the log with them. */
interface Part {
  readonly messages: readonly Message12[];
  readonly log: Transcript;
}

/** Certificate when asked for: empty when we have nothing to show (RFC 5246 §7.4.6). */
function* certificate(
  requested: Requested12 | undefined,
  log: Transcript,
  policy: ClientPolicy,
): Work<Part & { readonly own: Credential | undefined }> {
  if (requested === undefined) return { messages: [], log, own: undefined };
  const found = yield* credential({
    version: 'tls12',
    serverName: undefined,
    schemes: policy.schemes.filter(({ code }) => requested.schemes.includes(code)),
    authentication: requested.certificateTypes.flatMap((type) => authenticationOf[type] ?? []),
    authorities: requested.authorities,
  });
  const own = suitable(found, requested.schemes, 'tls12');
  const message = message12('certificate', { certificateList: own?.chain ?? [] });
  return { messages: [message], log: append(log, 'client_certificate', message.raw), own };
}

const authenticationOf: Readonly<Record<number, readonly ['ecdsa' | 'rsa']>> = {
  [clientCertificateType.rsa_sign]: ['rsa'],
  [clientCertificateType.ecdsa_sign]: ['ecdsa'],
};

/** ClientKeyExchange and the premaster secret behind it. */
function* keyExchange(
  { server, hellos }: Done,
  policy: ClientPolicy,
): Work<{ readonly message: Message12; readonly premaster: Secret<'premaster'> }> {
  if (hellos.suite.keyExchange === 'rsa') {
    // The version is the one in ClientHello, whatever was negotiated (RFC 5246 §7.4.7.1).
    const premaster = concat(uint(protocolVersion.tls12, 2), yield* random(46));
    const encryptedPremasterSecret = yield* encryptPremaster(server.peer.publicKey, premaster);
    return {
      message: message12('client_key_exchange', { encryptedPremasterSecret }),
      premaster: moved(premaster),
    };
  }
  const group = policy.groups.find(({ code }) => code === server.share?.group);
  if (group === undefined || server.share === undefined) throw violation(violations.unofferedGroup);
  const { share, key } = yield* beginKeyExchange(group);
  const valid = server.share.point.length === group.shareLength.server;
  const agreed = valid ? yield* finishKeyExchange(group, key, server.share.point) : undefined;
  if (agreed === undefined) throw violation(violations.invalidKeyShare, { group: group.name });
  return { message: message12('client_key_exchange', { ecdhYc: share }), premaster: moved(agreed) };
}

function moved(bytes: Bytes): Secret<'premaster'> {
  const held = secret('premaster', bytes);
  bytes.fill(0);
  return held;
}

/** CertificateVerify over everything so far, when a certificate was shown (RFC 5246 §7.4.8). */
function* certificateVerify(
  own: Credential | undefined,
  requested: Requested12 | undefined,
  log: Transcript,
): Work<Part> {
  if (own === undefined || requested === undefined) return { messages: [], log };
  const key: { readonly type: KeyType; readonly schemes: Credential['schemes'] } = {
    type: own.keyType,
    schemes: own.schemes,
  };
  const scheme = schemeFor(key, requested.schemes, 'tls12');
  if (scheme === undefined)
    throw violation(violations.noCommonSignatureScheme, { accepted: requested.schemes });
  const signature = yield* sign(own, scheme, transcriptBytes(log));
  const message = message12('certificate_verify', { algorithm: scheme.code, signature });
  return { messages: [message], log: append(log, 'client_certificate_verify', message.raw) };
}
