import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { node } from '@tlsmith/crypto/node';
import {
  protectedStore,
  type SharedMemoryStore,
  sharedMemoryStore,
  sharedMemoryTicketKeys,
  storeKey,
} from '@tlsmith/session-cache';
import { noBytes, secret, type ServerSession, uint, utf8, type Version } from '@tlsmith/types';
import type { Bench, Row } from '../harness.ts';
import { lruCache, rate } from './cache-memory.ts';
import type { SharedTask } from './cache-shared-worker.ts';

/** The shared store with two threads at it, and how much it holds. */
export const cacheShared: readonly Bench[] = [
  { name: contendedName(), open: contended },
  ...(['tls12', 'tls13'] as const).map((version) => ({
    name: `cache shared sessions/MiB ${version} vs nginx's 4000`,
    open: async () => perMebibyte(version),
  })),
];

function contendedName(): string {
  return 'cache shared put+get, 2 threads vs lru-cache';
}

/** What two threads get done in one store, together; `lru-cache` runs alone in this thread. */
async function contended(): Promise<Row> {
  const memory = new SharedArrayBuffer(4 * 2 ** 20);
  const workers = [0, 1].map(() => thread());
  await Promise.all(workers.map(async (worker) => once(worker, 'message')));
  const theirs = lruCache();
  const operations = 200_000;
  return {
    name: contendedName(),
    unit: 'put+get/s',
    better: 'higher',
    rounds: 7,
    ours: async () => {
      const task: SharedTask = {
        memory,
        gate: new SharedArrayBuffer(4),
        threads: workers.length,
        operations,
      };
      const rates = await Promise.all(
        workers.map(async (worker) => {
          worker.postMessage(task);
          const [found] = (await once(worker, 'message')) as [number];
          return found;
        }),
      );
      return rates.reduce((sum, one) => sum + one);
    },
    peer: () => rate(theirs, operations),
    close: () => void workers.map((worker) => worker.terminate()),
  };
}

function thread(): Worker {
  const register = createRequire(import.meta.url).resolve('tsx/cjs/api');
  const program = fileURLToPath(new URL('cache-shared-worker.ts', import.meta.url));
  const code = `require(${JSON.stringify(register)}).register(); require(${JSON.stringify(program)});`;
  return new Worker(code, { eval: true, execArgv: ['--conditions=@tlsmith/source'] });
}

/** Sessions that are found again of three times as many as fit; nginx's documentation promises 4,000. */
function perMebibyte(version: Version): Row {
  const count = async (): Promise<number> => {
    const memory = new SharedArrayBuffer(2 ** 20);
    const shared: SharedMemoryStore = sharedMemoryStore(memory, node);
    const keys = sharedMemoryTicketKeys({
      memory: new SharedArrayBuffer(32_768),
      aead: node.aeads['aes-256-gcm'],
      random: node.random,
      lifetime: 300,
    });
    const store = protectedStore(shared, { provider: node, keys, context: utf8('bench') });
    const session = withoutCertificates(version);
    const names = Array.from({ length: 16_384 }, (_, index) => storeKey('session-id', uint(index, 6)));
    for (const name of names) await store.put(name, session, { now: 0, expiresAt: 300_000 });
    let found = 0;
    for (const name of names) if ((await store.get(name, 1)) !== undefined) found++;
    return found;
  };
  return {
    name: `cache shared sessions/MiB ${version} vs nginx's 4000`,
    unit: 'sessions',
    better: 'higher',
    rounds: 1,
    ours: count,
    peer: async () => 4000,
    close: () => undefined,
  };
}

/** A session as a server makes it for a client without a certificate. */
export function withoutCertificates(version: Version): ServerSession {
  const tls13 = version === 'tls13';
  return {
    version,
    cipherSuite: tls13 ? 0x1301 : 0xc02b,
    secret: tls13 ? secret('psk', node.random(32)) : secret('master', node.random(48)),
    createdAt: 0,
    lifetime: 300,
    ticketAgeAdd: tls13 ? 1 : 0,
    extendedMasterSecret: true,
    serverName: 'bench.example',
    alpn: 'h2',
    peerChain: [],
    context: noBytes,
  };
}
