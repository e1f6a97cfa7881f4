import type { MessageContext } from '@tlsmith/codec';
import type { CipherSuite } from '@tlsmith/types';
import type { AnyState } from './machine.ts';
import type { Negotiated } from './negotiated.ts';

/** What decoding the next message must know, read off a state: the version by its name, the key exchange by its suite. */
export function messageContext(state: AnyState): MessageContext {
  const version = state.at.includes('13/') ? 'tls13' : state.at.includes('12/') ? 'tls12' : undefined;
  if (version !== 'tls12') return { version };
  const { hellos } = state as AnyState & { readonly hellos?: { readonly suite: CipherSuite } };
  const suite = hellos?.suite;
  return { version, keyExchange: suite?.version === 'tls12' ? suite.keyExchange : undefined };
}

/** A state from which application data may flow. */
export type Connected = AnyState & { readonly negotiated: Negotiated };

/** Whether the handshake is done. */
export function isConnected(state: AnyState): state is Connected {
  return state.at.endsWith('/connected');
}
