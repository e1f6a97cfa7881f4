import {
  allowedExtensions,
  earlyData,
  type KeyUpdate,
  knownExtensions,
  type NewSessionTicket13,
  readExtension,
} from '@tlsmith/codec';
import { nextTrafficSecret, ticketPsk } from '@tlsmith/key-schedule';
import type { ClientSession13 } from '@tlsmith/types';
import { now } from '../ask.ts';
import { go, type In, type Landing } from '../client/states.ts';
import { type Effect, install } from '../effect.ts';
import type { MessageEvent, UpdateKeysEvent } from '../event.ts';
import { sendKeyUpdate, updateRequested } from '../key-update.ts';
import type { ClientPolicy } from '../policy.ts';

/** NewSessionTicket: a session for later (RFC 9846 §4.7.1). */
export function* onNewSessionTicket(
  state: In<'client13/connected'>,
  event: MessageEvent<'new_session_ticket', NewSessionTicket13>,
  policy: ClientPolicy,
): Landing<'client13/connected'> {
  const { at: _at, ...known } = state;
  const { ticketLifetime, ticketAgeAdd, ticketNonce, ticket } = event.body;
  const unwanted = ticketLifetime === 0 || !policy.resumption || state.tickets >= policy.limits.tickets;
  if (unwanted) return go('client13/connected', known);
  const extensions = allowedExtensions(event.body.extensions, 'new_session_ticket', knownExtensions);
  const session: ClientSession13 = {
    version: 'tls13',
    cipherSuite: state.suite.code,
    psk: yield* ticketPsk(state.suite.hash, state.resumption, ticketNonce),
    ticket,
    ticketAgeAdd,
    receivedAt: yield* now(),
    lifetime: Math.min(ticketLifetime, policy.sessionLifetime),
    serverName: policy.serverName,
    alpn: state.negotiated.alpn,
    maxEarlyDataSize: readExtension(extensions, earlyData, 'new_session_ticket') ?? 0,
    peerChain: state.negotiated.peerChain,
    context: policy.sessionContext,
  };
  const remember: Effect = { effect: 'remember', role: 'client', session };
  return go('client13/connected', { ...known, tickets: state.tickets + 1 }, remember);
}

/** KeyUpdate: new keys for reading, and for writing if the peer asks (RFC 9846 §4.7.3). */
export function* onKeyUpdate(
  state: In<'client13/connected'>,
  event: MessageEvent<'key_update', KeyUpdate>,
): Landing<'client13/connected'> {
  const { at: _at, ...rest } = state;
  const { suite } = state;
  const answer = updateRequested(event.body);
  const known = { ...rest, awaitsUpdate: false };
  const serverTraffic = yield* nextTrafficSecret(suite.hash, state.serverTraffic);
  const read = install('read', 'application', { version: 'tls13', suite, secret: serverTraffic });
  if (!answer) return go('client13/connected', { ...known, serverTraffic }, read);
  const clientTraffic = yield* nextTrafficSecret(suite.hash, state.clientTraffic);
  const write = install('write', 'application', { version: 'tls13', suite, secret: clientTraffic });
  return go(
    'client13/connected',
    { ...known, serverTraffic, clientTraffic },
    read,
    sendKeyUpdate(false),
    write,
  );
}

/** Our own wish for fresh keys. */
export function* onUpdateKeys(
  state: In<'client13/connected'>,
  event: UpdateKeysEvent,
): Landing<'client13/connected'> {
  const { at: _at, ...known } = state;
  const clientTraffic = yield* nextTrafficSecret(state.suite.hash, state.clientTraffic);
  const write = install('write', 'application', {
    version: 'tls13',
    suite: state.suite,
    secret: clientTraffic,
  });
  // Two wishes at once are not allowed (RFC 9846 §4.7.3): the first one will be heard.
  const request = event.request && !state.awaitsUpdate;
  const awaitsUpdate = event.request || state.awaitsUpdate;
  return go('client13/connected', { ...known, clientTraffic, awaitsUpdate }, sendKeyUpdate(request), write);
}
