import { keyShare, preSharedKey, hasExtension, type Message, readExtension } from '@tlsmith/codec';
import type { Role } from '@tlsmith/types';
import { nameOf, namedGroups } from '@tlsmith/types/explain';
import type { KeyExchangeEvent } from './events.ts';
import type { Story } from './trace.ts';

/** How the ends came to share a secret, told from the messages; undefined where it never came to that. */
export function keyExchangeEvent(connection: string, { agreed, sent }: Story): KeyExchangeEvent | undefined {
  const client = sent.client.messages;
  const server = sent.server.messages;
  const event = (parts: Omit<KeyExchangeEvent, 'event' | 'connection'>): KeyExchangeEvent => ({
    event: 'key-exchange',
    connection,
    ...parts,
  });
  if (agreed.version === 'tls13') return tls13(server, event);
  if (find(client, 'client_key_exchange') !== undefined) return tls12(client, server, event);
  if (agreed.version === 'tls12' && find(server, 'finished') !== undefined) {
    const sentence =
      'none: both ends take the master secret of the earlier session; fresh randoms make fresh keys';
    return event({ method: 'resumption', group: undefined, sentence });
  }
  return undefined;
}

type Make = (parts: Omit<KeyExchangeEvent, 'event' | 'connection'>) => KeyExchangeEvent;

function tls13(server: readonly Message[], event: Make): KeyExchangeEvent | undefined {
  const hello = find(server, 'server_hello');
  const share = readExtension(hello?.body.extensions, keyShare, 'server_hello');
  if (hello === undefined || share === undefined) return undefined;
  const group = nameOf(namedGroups, share.group);
  const resumed = hasExtension(hello.body.extensions, preSharedKey);
  const start = resumed ? "the ticket's PSK → early secret; " : '';
  return event({
    method: resumed ? 'psk-ecdhe' : 'ecdhe',
    group,
    sentence: `${start}one share of ${share.keyExchange.length} bytes each way, ${group} → shared secret → handshake secret → main secret`,
  });
}

function tls12(client: readonly Message[], server: readonly Message[], event: Make): KeyExchangeEvent {
  const exchange = find(server, 'server_key_exchange');
  if (exchange === undefined) {
    const sentence =
      "the client's 48 premaster bytes, encrypted under the RSA key in the certificate; no forward secrecy";
    return event({ method: 'rsa', group: undefined, sentence });
  }
  const group = nameOf(namedGroups, exchange.body.params.namedCurve);
  return event({
    method: 'ecdhe',
    group,
    sentence: `one point of ${exchange.body.params.publicPoint.length} bytes each way, ${group} → premaster secret → master secret → key block`,
  });
}

function find<T extends Message['type']>(
  messages: readonly Message[],
  type: T,
): Extract<Message, { readonly type: T }> | undefined {
  return messages.find((message) => message.type === type) as
    | Extract<Message, { readonly type: T }>
    | undefined;
}

/** The first message of a type from one end. */
export const messageOf = <T extends Message['type']>(
  { sent }: Story,
  from: Role,
  type: T,
): Extract<Message, { readonly type: T }> | undefined => find(sent[from].messages, type);
