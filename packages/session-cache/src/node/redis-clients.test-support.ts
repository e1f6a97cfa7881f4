import { createClient, createCluster } from '@redis/client';
import { createClient as createClientV1 } from '@redis/client-v1';
import { Cluster, Redis } from 'ioredis';
import { Cluster as ValkeyCluster, Redis as Valkey } from 'iovalkey';
import type { IoRedisClient, NodeRedisClient } from '../redis.ts';
import type { IoRedisScripts, NodeRedisScripts } from '../redis-ring.ts';

/** A connected client; `close` leaves nothing open. */
export interface OpenClient {
  readonly client: (NodeRedisClient & NodeRedisScripts) | (IoRedisClient & IoRedisScripts);
  close(): unknown;
}

const host = '127.0.0.1';
const quiet = (): void => undefined;

/** One of each client that `redisStore` is to fit, as their users make them. */
export const clients: Readonly<Record<string, (port: number) => Promise<OpenClient>>> = {
  'node-redis 6': async (port) => {
    const client = createClient({ socket: { host, port } });
    await client.on('error', quiet).connect();
    return { client, close: () => client.destroy() };
  },
  'node-redis 6, RESP3': async (port) => {
    const client = createClient({ RESP: 3, socket: { host, port } });
    await client.on('error', quiet).connect();
    return { client, close: () => client.destroy() };
  },
  'node-redis 4': async (port) => {
    const client = createClientV1({ socket: { host, port } });
    await client.on('error', quiet).connect();
    return { client, close: () => client.disconnect() };
  },
  ioredis: async (port) => {
    const client = new Redis(port, host).on('error', quiet);
    return { client, close: () => client.disconnect() };
  },
  'ioredis, pipelining by itself': async (port) => {
    const client = new Redis(port, host, { enableAutoPipelining: true }).on('error', quiet);
    return { client, close: () => client.disconnect() };
  },
  iovalkey: async (port) => {
    const client = new Valkey(port, host).on('error', quiet);
    return { client, close: () => client.disconnect() };
  },
};

/** One of each client of a Redis Cluster. */
export const clusterClients: Readonly<Record<string, (port: number) => Promise<OpenClient>>> = {
  'node-redis 6': async (port) => {
    const client = createCluster({ rootNodes: [{ socket: { host, port } }] });
    await client.on('error', quiet).connect();
    return { client, close: () => client.destroy() };
  },
  ioredis: async (port) => {
    const client = new Cluster([{ host, port }]).on('error', quiet);
    return { client, close: () => client.disconnect() };
  },
  iovalkey: async (port) => {
    const client = new ValkeyCluster([{ host, port }]).on('error', quiet);
    return { client, close: () => client.disconnect() };
  },
};
