import cluster from 'node:cluster';
import { resilientStore } from '@tlsmith/session-cache';
import { clusterKeyRing, clusterStore, serveClusterStore, systemTimers } from '@tlsmith/session-cache/node';
import { serve } from './servers.ts';
import type { Listening, ServerSetting } from './targets.ts';

// A program of its own: a primary that holds the cache, and four workers behind the same ports.

const workers = 4;

if (cluster.isPrimary) await primary();
else await worker();

async function primary(): Promise<void> {
  serveClusterStore();
  // Each ring is kept under a name of its own.
  for (const name of ['first', 'second']) serveClusterStore({ name });
  process.once('disconnect', () => process.exit(0));
  const heard = Array.from(
    { length: workers },
    () =>
      new Promise<Listening>((resolve) =>
        cluster.fork().on('message', (message) => isListening(message) && resolve(message)),
      ),
  );
  const [first] = await Promise.all(heard);
  process.send?.(first);
}

function isListening(message: unknown): message is Listening {
  return typeof message === 'object' && message !== null && 'ports' in message;
}

async function worker(): Promise<void> {
  const setting = JSON.parse(process.env['LOAD_SETTING'] ?? '') as ServerSetting;
  const { limitMs } = setting;
  const store = resilientStore(clusterStore({ limitMs }), { timers: systemTimers, limitMs });
  const ports = await serve(setting, { store, ring: (name) => clusterKeyRing({ name }) });
  process.send?.({ ports } satisfies Listening);
}
