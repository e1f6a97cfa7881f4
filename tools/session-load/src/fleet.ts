import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { node } from '@tlsmith/crypto/node';
import { issue, makeAuthority } from '@tlsmith/testkit/node';
import { toHex } from '@tlsmith/types';
import { type TrustAnchor, trustAnchors } from '@tlsmith/x509';
import { startRedis } from '@tlsmith/testkit/node';
import { type Listening, names, type ServerSetting } from './targets.ts';

/** Server processes that run: of each place that a client can connect to, a port for every target. */
export interface Fleet {
  readonly name: string;
  readonly places: readonly (readonly number[])[];
  readonly roots: readonly TrustAnchor[];
  close(): Promise<void>;
}

/** Four processes of a node:cluster behind the same ports. */
export async function clusterFleet(limitMs: number): Promise<Fleet> {
  const { setting, roots } = common(limitMs);
  const program = await started('cluster-program.ts', setting);
  return {
    name: '4 processes of a node:cluster behind one port',
    places: [program.ports],
    roots,
    close: program.close,
  };
}

/** Two processes with ports of their own that have one Redis in common. */
export async function redisFleet(limitMs: number): Promise<Fleet> {
  const { setting, roots } = common(limitMs);
  const redis = await startRedis();
  const programs: Awaited<ReturnType<typeof started>>[] = [];
  for (let count = 0; count < 2; count++) {
    programs.push(await started('redis-program.ts', { ...setting, redis: redis.port }));
  }
  return {
    name: '2 servers with one Redis',
    places: programs.map(({ ports }) => ports),
    roots,
    close: async () => {
      for (const { close } of programs) await close();
      await redis.close();
    },
  };
}

function common(limitMs: number): { readonly setting: ServerSetting; readonly roots: Fleet['roots'] } {
  const authority = makeAuthority({ name: 'Load Root' });
  const identities = names.map((name) => {
    const { chainPem, privateKeyPem } = issue(authority, { subject: name, dns: [name], keyType: 'p256' });
    return { name, chain: chainPem, key: privateKeyPem };
  });
  const setting = { identities, master: toHex(node.random(48)), limitMs };
  return { setting, roots: trustAnchors([authority.certificate]) };
}

async function started(program: string, setting: ServerSetting): Promise<Listening & Pick<Fleet, 'close'>> {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const child: ChildProcess = fork(fileURLToPath(new URL(program, import.meta.url)), {
    execArgv: ['--conditions=@tlsmith/source', '--import', tsx],
    env: { ...process.env, LOAD_SETTING: JSON.stringify(setting) },
  });
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`${program} ended with ${code} before it listened`);
  });
  const [{ ports }] = (await Promise.race([once(child, 'message'), gone])) as [Listening];
  gone.catch(() => undefined);
  return {
    ports,
    close: async () => {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}
