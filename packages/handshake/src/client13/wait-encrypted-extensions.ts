import {
  applicationLayerProtocolNegotiation,
  type EncryptedExtensions,
  protocolName,
  readExtension,
  type ExtensionList,
} from '@tlsmith/codec';
import { append } from '@tlsmith/key-schedule';
import { go, type In, type Landing } from '../client/states.ts';
import { answeredExtensions, chosenProtocol } from '../client/answered.ts';
import type { MessageEvent } from '../event.ts';
import { recorded } from '../modules.ts';
import type { ClientPolicy } from '../policy.ts';

/** EncryptedExtensions: the server's answers (RFC 9846 §4.4.1). */
export function* onEncryptedExtensions(
  state: In<'client13/wait-encrypted-extensions'>,
  event: MessageEvent<'encrypted_extensions', EncryptedExtensions>,
  policy: ClientPolicy,
): Landing<'client13/wait-certificate-or-request' | 'client13/wait-finished'> {
  const { resumed, at: _at, ...known } = state;
  const extensions = answeredExtensions(event.body.extensions, 'encrypted_extensions', state.offered, policy);
  const alpn = chosenProtocol(readProtocol(extensions), policy);
  const facts = {
    ...known,
    modules: recorded(state.modules, 'encrypted_extensions', extensions),
    log: append(state.log, 'encrypted_extensions', event.raw),
    negotiated: { ...state.negotiated, alpn },
  };
  if (resumed === undefined) return go('client13/wait-certificate-or-request', facts);
  const peer = { chain: resumed.peerChain, authenticated: undefined };
  return go('client13/wait-finished', { ...facts, requested: undefined, peer });
}

function readProtocol(extensions: ExtensionList): string | undefined {
  const chosen = readExtension(extensions, applicationLayerProtocolNegotiation, 'encrypted_extensions');
  return chosen === undefined ? undefined : protocolName.of(chosen);
}
