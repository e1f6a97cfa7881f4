import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, type Peer, run, start } from './peer.ts';
import { serverName } from './pki.ts';
import { readKeylog, type Studio } from './recording.ts';
import { type Connection, openTap } from './tap.ts';

/** Records curl with nginx: TLS 1.3 with HTTP/2 and TLS 1.2 with HTTP/1.1. */
export async function recordNginx(studio: Studio): Promise<void> {
  const port = await freePort();
  const nginx = startNginx(studio, port);
  const tap = await openTap(port);
  const peers = { client: curlVersion(), server: nginxVersion() };
  for (const [name, what, args] of [
    ['curl-nginx-13', 'TLS 1.3, ALPN h2, one small page', ['--tlsv1.3', '--http2']],
    ['curl-nginx-12', 'TLS 1.2, ALPN http/1.1, one small page', ['--tls-max', '1.2', '--http1.1']],
  ] as const) {
    const keylog = join(studio.scratch, name);
    await fetchPage(studio, tap.port, args, keylog);
    const connection = tap.connections.at(-1) as Connection;
    await connection.done;
    studio.save({ name, peers, what, keylog: readKeylog(keylog), flow: connection.flow });
  }
  tap.close();
  await nginx.stop();
}

function startNginx({ pki, scratch }: Studio, port: number): Peer {
  const home = join(scratch, 'nginx');
  mkdirSync(join(home, 'html'), { recursive: true });
  writeFileSync(join(home, 'html', 'index.html'), 'pong\n');
  writeFileSync(
    join(home, 'nginx.conf'),
    `
    daemon off; master_process off; pid ${home}/pid; error_log stderr;
    events {}
    http {
      access_log off;
      client_body_temp_path ${home}/a; proxy_temp_path ${home}/b; fastcgi_temp_path ${home}/c; uwsgi_temp_path ${home}/d; scgi_temp_path ${home}/e;
      server {
        listen 127.0.0.1:${port} ssl http2;
        server_name ${serverName};
        ssl_certificate ${pki.path('ecdsa.crt')};
        ssl_certificate_key ${pki.path('ecdsa.key')};
        ssl_protocols TLSv1.2 TLSv1.3;
        root ${home}/html;
      }
    }`,
  );
  return start('nginx', ['-p', home, '-c', join(home, 'nginx.conf'), '-e', 'stderr']);
}

async function fetchPage(
  { pki }: Studio,
  port: number,
  args: readonly string[],
  keylog: string,
): Promise<void> {
  const address = [`https://${serverName}:${port}/`, '--resolve', `${serverName}:${port}:127.0.0.1`];
  const curl = start(
    'curl',
    [
      '--silent',
      '--show-error',
      '--cacert',
      pki.path('ca.crt'),
      '--retry',
      '5',
      '--retry-all-errors',
      ...args,
      ...address,
    ],
    {
      SSLKEYLOGFILE: keylog,
    },
  );
  await curl.exited;
  if (curl.output() !== 'pong\n') throw new Error(`curl: ${curl.output()}`);
}

/** "curl 7.88.1, OpenSSL 3.0.19". */
function curlVersion(): string {
  const [, curl, openssl] = /^(curl \S+) .*?(OpenSSL\/\S+)/.exec(run('curl', ['--version'])) ?? [];
  return `${curl}, ${openssl?.replace('/', ' ')}`;
}

/** "nginx 1.22.1, OpenSSL 3.0.19"; nginx prints it on its standard error. */
function nginxVersion(): string {
  const printed = spawnSync('nginx', ['-V'], { encoding: 'utf8' }).stderr;
  const openssl =
    /running with (OpenSSL \S+)/.exec(printed)?.[1] ?? /built with (OpenSSL \S+)/.exec(printed)?.[1];
  return `${/nginx\/\S+/.exec(printed)?.[0].replace('/', ' ')}, ${openssl}`;
}
