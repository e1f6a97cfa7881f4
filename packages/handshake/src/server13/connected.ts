import type { KeyUpdate } from '@tlsmith/codec';
import { nextTrafficSecret } from '@tlsmith/key-schedule';
import { install } from '../effect.ts';
import type { MessageEvent, UpdateKeysEvent } from '../event.ts';
import { sendKeyUpdate, updateRequested } from '../key-update.ts';
import { go, type In, type Landing } from '../server/states.ts';

/** KeyUpdate: new keys for reading, and for writing if the peer asks (RFC 9846 §4.7.3). */
export function* onKeyUpdate(
  state: In<'server13/connected'>,
  event: MessageEvent<'key_update', KeyUpdate>,
): Landing<'server13/connected'> {
  const { at: _at, ...rest } = state;
  const { suite } = state;
  const answer = updateRequested(event.body);
  const known = { ...rest, awaitsUpdate: false };
  const clientTraffic = yield* nextTrafficSecret(suite.hash, state.clientTraffic);
  const read = install('read', 'application', { version: 'tls13', suite, secret: clientTraffic });
  if (!answer) return go('server13/connected', { ...known, clientTraffic }, read);
  const serverTraffic = yield* nextTrafficSecret(suite.hash, state.serverTraffic);
  const write = install('write', 'application', { version: 'tls13', suite, secret: serverTraffic });
  return go(
    'server13/connected',
    { ...known, clientTraffic, serverTraffic },
    read,
    sendKeyUpdate(false),
    write,
  );
}

/** Our own wish for fresh keys. */
export function* onUpdateKeys(
  state: In<'server13/connected'>,
  event: UpdateKeysEvent,
): Landing<'server13/connected'> {
  const { at: _at, ...known } = state;
  const serverTraffic = yield* nextTrafficSecret(state.suite.hash, state.serverTraffic);
  const write = install('write', 'application', {
    version: 'tls13',
    suite: state.suite,
    secret: serverTraffic,
  });
  // Two wishes at once are not allowed (RFC 9846 §4.7.3): the first one will be heard.
  const request = event.request && !state.awaitsUpdate;
  const awaitsUpdate = event.request || state.awaitsUpdate;
  return go('server13/connected', { ...known, serverTraffic, awaitsUpdate }, sendKeyUpdate(request), write);
}
