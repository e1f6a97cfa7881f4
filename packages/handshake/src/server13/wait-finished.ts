import { type Finished, message13 } from '@tlsmith/codec';
import {
  append,
  finishedVerifyData13,
  type MainStage,
  resumptionSecret,
  ticketPsk,
  transcriptHash,
} from '@tlsmith/key-schedule';
import { type Bytes, random, type Secret, type ServerSession, uint } from '@tlsmith/types';
import { issueTicket, now, type Work } from '../ask.ts';
import { type Effect, install, send, tolerateChangeCipherSpec } from '../effect.ts';
import type { MessageEvent } from '../event.ts';
import { checkFinished } from '../finished.ts';
import type { ServerPolicy } from '../policy.ts';
import { certified } from '../server/modules.ts';
import { go, type In, type Landing } from '../server/states.ts';

/** The client's Finished: connected, and tickets for the next time (RFC 9846 §4.5.3, §4.7.1). */
export function* onFinished(
  state: In<'server13/wait-finished'>,
  event: MessageEvent<'finished', Finished>,
  policy: ServerPolicy,
): Landing<'server13/connected'> {
  const { suite, clientTraffic, serverTraffic, exporter } = state;
  const covered = yield* transcriptHash(suite.hash, state.log);
  const expected = yield* finishedVerifyData13(suite.hash, state.clientHandshake, covered);
  const proof = checkFinished(expected, event.body.verifyData);
  const negotiated = certified(state.modules, policy, state.negotiated);
  const main: MainStage = { stage: 'main', hash: suite.hash, secret: state.main };
  const log = append(state.log, 'client_finished', event.raw);
  const resumption = yield* resumptionSecret(main, yield* transcriptHash(suite.hash, log));
  const tickets = yield* newTickets(state, resumption, policy);
  resumption.wipe();
  return go(
    'server13/connected',
    { proof, suite, clientTraffic, serverTraffic, awaitsUpdate: false, exporter, negotiated },
    { effect: 'stop-skipping' },
    install('read', 'application', { version: 'tls13', suite, secret: clientTraffic }),
    tolerateChangeCipherSpec(false),
    ...tickets,
  );
}

/** As many tickets as the policy wants and the issuer gives, for a client that can use them (RFC 9846 §4.7.1); a PSK of its own for each. */
function* newTickets(
  state: In<'server13/wait-finished'>,
  resumption: Secret<'psk'>,
  policy: ServerPolicy,
): Work<readonly Effect[]> {
  const tickets: Effect[] = [];
  const wanted = state.takesTickets ? policy.tickets : 0;
  for (let nonce = 0; nonce < wanted; nonce++) {
    const ticket = yield* newTicket(
      state,
      yield* ticketPsk(state.suite.hash, resumption, uint(nonce, 2)),
      policy,
      nonce,
    );
    if (ticket === undefined) break;
    tickets.push(ticket);
  }
  return tickets;
}

function* newTicket(
  { suite, negotiated }: In<'server13/wait-finished'>,
  psk: Secret<'psk'>,
  policy: ServerPolicy,
  nonce: number,
): Work<Effect | undefined> {
  const ticketAgeAdd = asNumber(yield* random(4));
  const session: ServerSession = {
    version: 'tls13',
    cipherSuite: suite.code,
    secret: psk,
    createdAt: yield* now(),
    lifetime: policy.sessionLifetime,
    ticketAgeAdd,
    extendedMasterSecret: true,
    serverName: negotiated.serverName,
    alpn: negotiated.alpn,
    peerChain: negotiated.peerChain,
    context: policy.context,
  };
  const issued = yield* issueTicket('ticket', session);
  psk.wipe();
  if (issued === undefined) return undefined;
  const extensions = policy.arrange?.('new_session_ticket', []) ?? [];
  const body = {
    ticketLifetime: Math.min(issued.lifetime, policy.sessionLifetime),
    ticketAgeAdd,
    ticketNonce: uint(nonce, 2),
    ticket: issued.id,
    extensions,
  };
  return send(message13('new_session_ticket', body));
}

const asNumber = (bytes: Bytes): number => bytes.reduce((value, byte) => value * 256 + byte, 0);
