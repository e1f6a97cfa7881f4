import { type KeyUpdate, keyUpdateRequest, message13 } from '@tlsmith/codec';
import { violation, violations } from '@tlsmith/types';
import { type Effect, send } from './effect.ts';

/** Our KeyUpdate, still under the old keys (RFC 9846 §4.7.3). */
export function sendKeyUpdate(request: boolean): Effect {
  const requestUpdate = request ? keyUpdateRequest.update_requested : keyUpdateRequest.update_not_requested;
  return send(message13('key_update', { requestUpdate }));
}

/**
 * Whether the peer wants us to update as well.
 *
 * @throws {TlsViolation} `bad-key-update-request`.
 */
export function updateRequested({ requestUpdate }: KeyUpdate): boolean {
  if (requestUpdate > keyUpdateRequest.update_requested) {
    throw violation(violations.badKeyUpdateRequest, { requestUpdate });
  }
  return requestUpdate === keyUpdateRequest.update_requested;
}
