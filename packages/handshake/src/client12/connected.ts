import type { HelloRequest } from '@tlsmith/codec';
import { go, type In, type Landing } from '../client/states.ts';
import type { MessageEvent } from '../event.ts';
import { refuseRenegotiation } from '../renegotiation.ts';

/** HelloRequest: the server wants to renegotiate, we do not (RFC 5246 §7.4.1.1). */
export function* onHelloRequest(
  state: In<'client12/connected'>,
  _event: MessageEvent<'hello_request', HelloRequest>,
): Landing<'client12/connected'> {
  const { at: _at, ...known } = state;
  const { refusals, warning } = refuseRenegotiation(state.refusals);
  return go('client12/connected', { ...known, refusals }, warning);
}
