import { type Finished, message12, type NewSessionTicket12 } from '@tlsmith/codec';
import { append, finishedVerifyData12, transcriptHash } from '@tlsmith/key-schedule';
import type { ClientSession12 } from '@tlsmith/types';
import { now, type Work } from '../ask.ts';
import { go, type In, type Landing } from '../client/states.ts';
import { accepted } from '../client/modules.ts';
import { type Effect, install, send, sendChangeCipherSpec } from '../effect.ts';
import type { ChangeCipherSpecEvent, MessageEvent } from '../event.ts';
import { checkFinished } from '../finished.ts';
import { copyOfMaster } from '../keys12.ts';
import type { ClientPolicy } from '../policy.ts';

/** NewSessionTicket: before the server's ChangeCipherSpec, and part of the transcript (RFC 5077 §3.3). */
export function* onNewSessionTicket(
  state: In<'client12/wait-new-session-ticket'>,
  event: MessageEvent<'new_session_ticket', NewSessionTicket12>,
): Landing<'client12/wait-change-cipher-spec'> {
  const { at: _at, ...known } = state;
  const { ticket: bytes, ticketLifetimeHint: lifetimeHint } = event.body;
  return go('client12/wait-change-cipher-spec', {
    ...known,
    log: append(state.log, 'new_session_ticket', event.raw),
    // A server that has changed its mind sends an empty ticket.
    ticket: bytes.length === 0 ? undefined : { bytes, lifetimeHint },
  });
}

/** ChangeCipherSpec: from here on the server's records are protected (RFC 5246 §7.1). */
export function* onChangeCipherSpec(
  state: In<'client12/wait-change-cipher-spec'>,
  _event: ChangeCipherSpecEvent,
): Landing<'client12/wait-finished'> {
  const { at: _at, ...known } = state;
  const { suite } = state.hellos;
  return go(
    'client12/wait-finished',
    known,
    install('read', 'application', { version: 'tls12', suite, keys: state.keys.server }),
  );
}

/** The server's Finished; on resumption ours follows it (RFC 5246 §7.4.9, figure 2). */
export function* onFinished(
  state: In<'client12/wait-finished'>,
  event: MessageEvent<'finished', Finished>,
  policy: ClientPolicy,
): Landing<'client12/connected'> {
  const { hellos, keys, resumed } = state;
  const { suite } = hellos;
  const covered = yield* transcriptHash(suite.hash, state.log);
  const expected = yield* finishedVerifyData12(suite.hash, keys.master, 'server', covered);
  const proof = checkFinished(expected, event.body.verifyData);
  const negotiated = accepted(state.modules, policy, state.negotiated);
  const reply = resumed === undefined ? [] : yield* ownFinished(state, event.raw);
  const remembered = yield* session(state, policy);
  return go('client12/connected', { proof, hellos, keys, negotiated, refusals: 0 }, ...reply, ...remembered);
}

function* ownFinished(state: In<'client12/wait-finished'>, raw: Uint8Array): Work<readonly Effect[]> {
  const { suite } = state.hellos;
  const covered = yield* transcriptHash(suite.hash, append(state.log, 'server_finished', raw));
  const verifyData = yield* finishedVerifyData12(suite.hash, state.keys.master, 'client', covered);
  return [
    sendChangeCipherSpec,
    install('write', 'application', { version: 'tls12', suite, keys: state.keys.client }),
    send(message12('finished', { verifyData })),
  ];
}

/** What can be resumed later: a ticket, or the server's session ID. Sessions without RFC 7627 are not kept. */
function* session(state: In<'client12/wait-finished'>, policy: ClientPolicy): Work<readonly Effect[]> {
  const { hellos, ticket, sessionId, negotiated } = state;
  const renewed = ticket !== undefined || (state.resumed === undefined && sessionId.length > 0);
  if (!policy.resumption || !renewed || !hellos.extendedMasterSecret) return [];
  const hint =
    ticket === undefined || ticket.lifetimeHint === 0 ? policy.sessionLifetime : ticket.lifetimeHint;
  const kept: ClientSession12 = {
    version: 'tls12',
    cipherSuite: hellos.suite.code,
    master: copyOfMaster(state.keys.master),
    sessionId,
    ticket: ticket?.bytes,
    extendedMasterSecret: hellos.extendedMasterSecret,
    receivedAt: yield* now(),
    lifetime: Math.min(hint, policy.sessionLifetime),
    serverName: policy.serverName,
    alpn: negotiated.alpn,
    peerChain: negotiated.peerChain,
    context: policy.sessionContext,
  };
  return [{ effect: 'remember', role: 'client', session: kept }];
}
