import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { node } from '@tlsmith/crypto/node';
import {
  fleetTicketKeys,
  type KeyRingSource,
  protectedStore,
  type SessionStore,
  serverSessionCache,
  sharedTicketKeys,
  type TicketKeys,
} from '@tlsmith/session-cache';
import { followKeyRing } from '@tlsmith/session-cache/node';
import { type Bytes, fromHex, utf8 } from '@tlsmith/types';
import { identity } from 'tlsmith';
import { createServer, type TLSServer, type TLSSocket } from 'tlsmith/node';
import { type Greeting, type ServerSetting, type Target, targets } from './targets.ts';

/** What the processes have in common: one store for all targets, and a place for each ring. */
export interface Common {
  readonly store: SessionStore<Bytes>;
  ring(name: Target['ring']): KeyRingSource;
}

/** Serves all targets in this process, each on a port, and answers with the ports. */
export async function serve(setting: ServerSetting, common: Common): Promise<readonly number[]> {
  const rings = {
    first: await ring(setting, common.ring('first')),
    second: await ring(setting, common.ring('second')),
  };
  const identities = setting.identities.map(({ name, chain, key }) => ({
    name,
    own: identity(node, { chain, key }),
  }));
  const listening = targets.map(async (target, index) => {
    const context = utf8(target.context);
    const keys = rings[target.ring];
    const server = createServer(
      {
        identity: ({ serverName }) => identities.flatMap(({ name, own }) => (name === serverName ? own : [])),
        sessions: serverSessionCache({
          provider: node,
          // One store for all: that nothing crosses over is the protection's doing.
          store: protectedStore(common.store, { provider: node, keys, context }),
          tickets: target.plan === 'sealed' ? { kind: 'sealed', keys } : { kind: 'stored', singleUse: true },
          lifetime: 3600,
        }),
        sessionContext: context,
      },
      (socket) => greet(socket, index),
    );
    server.on('tlsClientError', () => undefined);
    return portOf(server);
  });
  return Promise.all(listening);
}

function greet(socket: TLSSocket, target: number): void {
  socket.on('error', () => undefined);
  const greeting: Greeting = {
    pid: process.pid,
    target,
    name: socket.servername || undefined,
    resumed: socket.isSessionReused(),
  };
  socket.end(JSON.stringify(greeting));
}

async function portOf(server: TLSServer): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A ring of the fleet's, sealed where it lies, and followed as in production. */
async function ring({ master }: ServerSetting, source: KeyRingSource): Promise<TicketKeys> {
  const { random, aeads } = node;
  const aead = aeads['aes-256-gcm'];
  const bytes = fromHex(master);
  const under = sharedTicketKeys({
    aead,
    random,
    keys: [{ name: bytes.slice(0, 16), key: bytes.slice(16, 48) }],
  });
  const keys = fleetTicketKeys({ aead, random, source, under, lifetime: 3600, rotateEvery: 3600 });
  await keys.refresh(Date.now());
  followKeyRing(keys);
  return keys;
}
