import { createHash } from 'node:crypto';
import { node } from '@tlsmith/crypto/node';
import {
  type NginxSessions,
  nginxSessions,
  parseNginxDirectives,
  sharedMemoryZones,
} from '@tlsmith/session-cache';
import { readTicketKeyFiles } from '@tlsmith/session-cache/node';
import { isTlsMisuse } from '@tlsmith/types';
import { identity } from 'tlsmith';
import { type CreateServerOptions, createServer, type TLSServer, type TLSSocket } from 'tlsmith/node';
import type { Configuration, Side, VirtualServer } from './side.ts';
import { freePort, text, type Workshop } from './workshop.ts';

/** Our server with the same directives. Zones live as long as the side runs, as in nginx over reloads. */
export async function ourSide(shop: Workshop): Promise<Side> {
  const folder = shop.side('tlsmith');
  const ports = await Promise.all([freePort(), freePort()]);
  let servers: readonly TLSServer[] = [];
  let zones = newZones();
  const options = (listener: readonly [VirtualServer, ...VirtualServer[]]): CreateServerOptions => {
    const identities = listener.map(({ name, certificate }) => ({
      name,
      own: identityOf(shop, certificate),
    }));
    const [first] = listener;
    const context = contextOf(shop, first.certificate);
    const sessions = sessionsOf(first.directives, folder, { zones, context });
    return {
      identity: ({ serverName }) =>
        [identities.find(({ name }) => name === serverName) ?? identities[0]].flatMap(
          (found) => found?.own ?? [],
        ),
      sessions,
      sessionContext: context,
      sessionLifetime: 604_800,
    };
  };
  return {
    name: 'tlsmith',
    folder,
    port: (listener) => ports[listener] as number,
    start: async (configuration: Configuration) => {
      zones = newZones();
      servers = configuration.map((listener) => createServer(options(listener), answer));
      for (const server of servers) server.on('tlsClientError', () => {});
      await Promise.all(servers.map((server, index) => listening(server, ports[index] as number)));
    },
    reload: async (configuration) => {
      for (const [index, listener] of configuration.entries()) servers[index]?.setOptions(options(listener));
    },
    stop: async () => {
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
    refusal: async (directives) => {
      try {
        sessionsOf(directives, folder, { zones: newZones(), context: new Uint8Array(0) });
        return undefined;
      } catch (error) {
        if (isTlsMisuse(error)) return error.message.replaceAll(folder, '');
        throw error;
      }
    },
  };
}

function newZones(): ReturnType<typeof sharedMemoryZones> {
  return sharedMemoryZones({ provider: node, aead: node.aeads['aes-256-gcm'] });
}

function sessionsOf(
  directives: string,
  folder: string,
  shared: Pick<Parameters<typeof nginxSessions>[1], 'zones' | 'context'>,
): NginxSessions {
  const { ticketKeyFiles, ...rest } = parseNginxDirectives(directives, 'nginx.conf');
  const sessionTicketKeys = readTicketKeyFiles(ticketKeyFiles, folder);
  return nginxSessions({ ...rest, sessionTicketKeys }, { provider: node, ...shared });
}

function identityOf({ pairs }: Workshop, certificate: 'a' | 'b'): ReturnType<typeof identity> {
  return identity(node, { chain: text(pairs[certificate].certificate), key: text(pairs[certificate].key) });
}

/** nginx binds sessions to the certificates of the server that made them. */
function contextOf({ pairs }: Workshop, certificate: 'a' | 'b'): Uint8Array {
  return new Uint8Array(createHash('sha256').update(text(pairs[certificate].certificate)).digest());
}

/** One page for whoever asks. */
function answer(socket: TLSSocket): void {
  let heard = '';
  socket.on('error', () => {});
  socket.on('data', (part: Buffer) => {
    heard += part.toString('latin1');
    if (heard.includes('\r\n\r\n')) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n');
  });
}

async function listening(server: TLSServer, port: number): Promise<void> {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
}
