import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import type { Configuration, Side, VirtualServer } from './side.ts';
import { freePort, type Workshop } from './workshop.ts';

/** What `nginx -v` says; undefined where there is no nginx. */
export function nginxVersion(): string | undefined {
  const { stderr } = spawnSync('nginx', ['-v'], { encoding: 'utf8' });
  return /nginx\/(\S+)/.exec(String(stderr))?.[1];
}

/** The real nginx, in the foreground with one worker process. */
export async function nginxSide(shop: Workshop): Promise<Side> {
  const folder = shop.side('nginx');
  const ports = await Promise.all([freePort(), freePort()]);
  const file = join(folder, 'nginx.conf');
  const write = (configuration: Configuration): void =>
    writeFileSync(file, configured(configuration, ports, shop));
  let child: ChildProcess | undefined;
  process.once('exit', () => child?.kill('SIGTERM'));
  return {
    name: 'nginx',
    folder,
    port: (listener) => ports[listener] as number,
    start: async (configuration) => {
      write(configuration);
      child = spawn('nginx', ['-c', file, '-p', folder], { stdio: ['ignore', 'ignore', 'inherit'] });
      await Promise.all(configuration.map((_, index) => answering(ports[index] as number)));
    },
    reload: async (configuration) => {
      write(configuration);
      const before = workers(child);
      child?.kill('SIGHUP');
      // The old worker leaves when the new ones serve.
      while (workers(child).some((pid) => before.includes(pid))) await after(20);
    },
    stop: async () => {
      if (child === undefined) return;
      const closed = new Promise((resolve) => child?.on('close', resolve));
      child.kill('SIGTERM');
      await closed;
      child = undefined;
    },
    refusal: async (directives) => {
      const test = join(folder, 'test.conf');
      const server: VirtualServer = { name: 'a.example', certificate: 'a', directives };
      writeFileSync(test, configured([[server]], ports, shop));
      const { status, stderr } = spawnSync('nginx', ['-t', '-q', '-c', test, '-p', folder], {
        encoding: 'utf8',
      });
      if (status === 0) return undefined;
      return /\[emerg\] \d+#\d+: (.*)/.exec(stderr)?.[1]?.replaceAll(folder, '') ?? stderr;
    },
  };
}

function configured(
  configuration: Configuration,
  ports: readonly number[],
  { folder, pairs }: Workshop,
): string {
  const servers = configuration.flatMap((listener, index) =>
    listener.map(
      ({ name, certificate, directives }) => `
  server {
    listen 127.0.0.1:${ports[index]} ssl;
    server_name ${name};
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_certificate ${pairs[certificate].certificate};
    ssl_certificate_key ${pairs[certificate].key};
    ${directives}
    location / { return 200 "ok\\n"; }
  }`,
    ),
  );
  const own = join(folder, 'nginx');
  const bodies = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${own}/${name};`,
  );
  return `daemon off; worker_processes 1; pid ${own}/pid; error_log stderr crit;
events {}
http { access_log off; ${bodies.join(' ')} ${servers.join('\n')}
}
`;
}

/** The processes that a running nginx has started. */
function workers(child: ChildProcess | undefined): readonly string[] {
  if (child?.pid === undefined) return [];
  const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim();
  return children === '' ? [] : children.split(' ');
}

async function answering(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const up = await new Promise<boolean>((resolve) => {
      const socket = createConnection(port, '127.0.0.1', () => {
        resolve(true);
        socket.destroy();
      });
      socket.on('error', () => resolve(false));
    });
    if (up) return;
    await after(25);
  }
  throw new RangeError(`nginx does not answer at port ${port}`);
}
