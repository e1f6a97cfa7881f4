import { type ClientHello, type Finished, message12 } from '@tlsmith/codec';
import { append, finishedVerifyData12, type Transcript, transcriptHash } from '@tlsmith/key-schedule';
import type { ServerSession } from '@tlsmith/types';
import { now, type Work } from '../ask.ts';
import { type Effect, install, send, sendChangeCipherSpec } from '../effect.ts';
import type { ChangeCipherSpecEvent, MessageEvent } from '../event.ts';
import { checkFinished } from '../finished.ts';
import { copyOfMaster } from '../keys12.ts';
import type { ServerPolicy } from '../policy.ts';
import { refuseRenegotiation } from '../renegotiation.ts';
import { go, type In, type Landing } from '../server/states.ts';
import { promisedTicket } from './new-session-ticket.ts';

/** ChangeCipherSpec: from here on the client's records are protected (RFC 5246 §7.1). */
export function* onChangeCipherSpec(
  state: In<'server12/wait-change-cipher-spec'>,
  _event: ChangeCipherSpecEvent,
): Landing<'server12/wait-finished'> {
  const { at: _at, ...known } = state;
  const { suite } = state.hellos;
  return go(
    'server12/wait-finished',
    known,
    install('read', 'application', { version: 'tls12', suite, keys: state.keys.client }),
  );
}

/** The client's Finished; in a full handshake ours follows it (RFC 5246 §7.4.9). */
export function* onFinished(
  state: In<'server12/wait-finished'>,
  event: MessageEvent<'finished', Finished>,
  policy: ServerPolicy,
): Landing<'server12/connected'> {
  const { hellos, keys, negotiated } = state;
  const covered = yield* transcriptHash(hellos.suite.hash, state.log);
  const expected = yield* finishedVerifyData12(hellos.suite.hash, keys.master, 'client', covered);
  const proof = checkFinished(expected, event.body.verifyData);
  const reply = state.resumed
    ? []
    : yield* lastFlight(state, append(state.log, 'client_finished', event.raw), policy);
  return go('server12/connected', { proof, hellos, keys, negotiated, refusals: 0 }, ...reply);
}

/** A ClientHello in a finished connection is a wish to renegotiate: refused (RFC 5746 §4.5). */
export function* onRenegotiation(
  state: In<'server12/connected'>,
  _event: MessageEvent<'client_hello', ClientHello>,
): Landing<'server12/connected'> {
  const { at: _at, ...known } = state;
  const { refusals, warning } = refuseRenegotiation(state.refusals);
  return go('server12/connected', { ...known, refusals }, warning);
}

/** [NewSessionTicket,] ChangeCipherSpec, Finished; a session to store where we gave an ID. */
function* lastFlight(
  state: In<'server12/wait-finished'>,
  log: Transcript,
  policy: ServerPolicy,
): Work<readonly Effect[]> {
  const { hellos, keys, sessionId } = state;
  const { suite } = hellos;
  const session = yield* serverSession(state, policy);
  const ticket = state.ticketPromised ? [yield* promisedTicket(session, policy)] : [];
  const covered = ticket.reduce((known, { raw }) => append(known, 'new_session_ticket', raw), log);
  const verifyData = yield* finishedVerifyData12(
    suite.hash,
    keys.master,
    'server',
    yield* transcriptHash(suite.hash, covered),
  );
  const stored: readonly Effect[] =
    sessionId.length > 0 ? [{ effect: 'remember', role: 'server', id: sessionId, session }] : [];
  return [
    ...ticket.map(send),
    sendChangeCipherSpec,
    install('write', 'application', { version: 'tls12', suite, keys: keys.server }),
    send(message12('finished', { verifyData })),
    ...stored,
  ];
}

function* serverSession(
  { hellos, keys, negotiated }: In<'server12/wait-finished'>,
  policy: ServerPolicy,
): Work<ServerSession> {
  return {
    version: 'tls12',
    cipherSuite: hellos.suite.code,
    secret: copyOfMaster(keys.master),
    createdAt: yield* now(),
    lifetime: policy.sessionLifetime,
    ticketAgeAdd: 0,
    extendedMasterSecret: hellos.extendedMasterSecret,
    serverName: negotiated.serverName,
    alpn: negotiated.alpn,
    peerChain: negotiated.peerChain,
    context: policy.context,
  };
}
