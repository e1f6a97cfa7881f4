import { node } from '@tlsmith/crypto/node';
import {
  type ServerSessionCache,
  serverSessionCache,
  serverSessionStore,
  ticketKeys,
} from '@tlsmith/session-cache';
import { testSite, type TestKeyType } from '@tlsmith/testkit/node';
import type { Bytes, CryptoProvider } from '@tlsmith/types';
import { trustAnchors } from '@tlsmith/x509';
import { Client } from './client.ts';
import type { ConnectionEvent } from './events.ts';
import { type Identity, identity } from './identity.ts';
import { type ClientOptions, defineClient, defineServer, type ServerOptions } from './options.ts';
import { Server } from './server.ts';
import type { TlsEnd } from './tls-end.ts';

export const { host, authority, leaf } = testSite();
export const roots = trustAnchors([authority.certificate]);

export function identityOf(keyType: TestKeyType, provider = node as ClientOptions['provider']): Identity {
  const { chain, privateKeyPem } = leaf(keyType);
  return identity(provider, { chain, key: privateKeyPem });
}

/** What a server gives to be resumed by: sealed tickets, or session IDs. */
export function sessions(kind: 'tickets' | 'session-ids' = 'tickets'): ServerSessionCache {
  const store = serverSessionStore({ capacity: 100 });
  const keys = ticketKeys({
    aead: node.aeads['aes-256-gcm'],
    random: node.random,
    lifetime: 86_400,
    rotateEvery: 3600,
  });
  const tickets = kind === 'tickets' ? { kind: 'sealed' as const, keys } : { kind: 'none' as const };
  return serverSessionCache({ provider: node, store, tickets, lifetime: 86_400 });
}

export interface PairOptions {
  readonly client?: Partial<ClientOptions>;
  readonly server?: Partial<ServerOptions>;
  readonly session?: ConstructorParameters<typeof Client>[1];
}

/** A client and a server that trust each other's test certificates. */
export function pair(options: PairOptions = {}): { readonly client: Client; readonly server: Server } {
  const client = defineClient({ provider: node, serverName: host, trust: { roots }, ...options.client });
  const server = defineServer({ provider: node, identity: [identityOf('p256')], ...options.server });
  return { client: new Client(client, options.session), server: new Server(server) };
}

/** Carries bytes both ways until there are none, cut into pieces of `size`. */
export function exchange(a: TlsEnd, b: TlsEnd, size = Number.POSITIVE_INFINITY): void {
  for (;;) {
    const toB = a.takeOutput();
    for (const bytes of toB) for (const piece of pieces(bytes, size)) b.receive(piece);
    const toA = b.takeOutput();
    for (const bytes of toA) for (const piece of pieces(bytes, size)) a.receive(piece);
    if (toA.length + toB.length === 0) return;
  }
}

/** Names of events, with the code of an error. */
export function names(events: readonly ConnectionEvent[]): readonly string[] {
  return events.map((event) =>
    event.event === 'failed'
      ? `failed: ${(event.error as Error & { code?: string }).code ?? event.error.message}`
      : event.event,
  );
}

export function text(events: readonly ConnectionEvent[]): string {
  return events.map((event) => (event.event === 'data' ? Buffer.from(event.bytes).toString() : '')).join('');
}

function pieces(bytes: Bytes, size: number): readonly Bytes[] {
  const cut: Bytes[] = [];
  for (let at = 0; at < bytes.length; at += size)
    cut.push(bytes.subarray(at, at + Math.min(size, bytes.length)));
  return cut;
}

/** Node's provider with every answer a turn or more later. */
export const later: CryptoProvider = {
  ...node,
  name: 'later',
  hash: async (...facts) => slowly(node.hash(...facts)),
  hmac: async (...facts) => slowly(node.hmac(...facts)),
  verify: async (...facts) => slowly(node.verify(...facts)),
  groups: Object.fromEntries(
    Object.entries(node.groups).map(([name, group]) => [
      name,
      {
        name,
        begin: async () => slowly(group.begin()),
        respond: async (share: Uint8Array) => slowly(group.respond(share)),
        finish: async (key: never, share: Uint8Array) => slowly(group.finish(key, share)),
      },
    ]),
  ),
};

export async function slowly<T>(value: T): Promise<T> {
  await new Promise((resolve) => setImmediate(resolve));
  return value;
}
