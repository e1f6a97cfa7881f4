import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';

/** A redis-server of our own, on a free port of the loopback, that writes nothing to disk. */
export interface RedisServer {
  readonly port: number;
  readonly pid: number;
  kill(): Promise<void>;
  pause(): void;
  resume(): void;
  /** Starts it again, empty, on the same port. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Whether there is one; says what is left out when not. */
export function hasRedisServer(leftOut: string): boolean {
  const found = spawnSync('redis-server', ['--version']).status === 0;
  if (!found) console.log(`no redis-server here: left out ${leftOut}`);
  return found;
}

/** Starts a server. */
export async function startRedis(settings: readonly string[] = []): Promise<RedisServer> {
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), 'redis-test-'));
  let child: ChildProcess;
  const start = async (): Promise<void> => {
    const own = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', ''];
    child = spawn('redis-server', [...own, '--appendonly', 'no', ...settings], { stdio: 'ignore' });
    await answering(port);
  };
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  await start();
  return {
    port,
    get pid() {
      return child.pid as number;
    },
    kill,
    start,
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    close: async () => {
      await kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Waits for the answer to a PING. */
async function answering(port: number): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    const pong = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
      socket.once('data', (data: Buffer) => resolve(data.toString().startsWith('+PONG')));
      socket.once('error', () => resolve(false));
      socket.once('data', () => socket.destroy());
    });
    if (pong) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`redis-server on port ${port} does not answer`);
}
