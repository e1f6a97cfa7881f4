import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scenarios12 } from './openssl-12.ts';
import { scenarios13 } from './openssl-13.ts';
import type { Exchange, Scenario } from './openssl-scenarios.ts';
import { freePort, options, type Peer, run, start } from './peer.ts';
import { serverName } from './pki.ts';
import { type Exported, type Recording, readKeylog, type Studio } from './recording.ts';
import { type Connection, openTap } from './tap.ts';

/** Records every scenario of openssl s_client with openssl s_server. */
export async function recordOpenssl(studio: Studio): Promise<void> {
  for (const scenario of [...scenarios13(studio), ...scenarios12(studio)])
    await recordScenario(studio, scenario);
}

/** "OpenSSL 3.0.19 27 Jan 2026". */
export function opensslVersion(): string {
  return run('openssl', ['version']).replace(/ \(.*/s, '');
}

/** Starts openssl s_server on a free port of 127.0.0.1 and waits until it accepts. */
export async function startServer(args: readonly string[]): Promise<{ server: Peer; port: number }> {
  const port = await freePort();
  const server = start('openssl', ['s_server', '-accept', `127.0.0.1:${port}`, ...args]);
  await server.saw(/^ACCEPT/m);
  return { server, port };
}

async function recordScenario(studio: Studio, scenario: Scenario): Promise<void> {
  const { server, port } = await startServer(scenario.server);
  const tap = await openTap(port);
  let printed = '';
  try {
    for (const exchange of scenario.exchanges) {
      const resumptionKey = lastResumptionKey(printed);
      const keylog = join(studio.scratch, `${exchange.name}.keylog`);
      const client = connect(studio, exchange, tap.port, keylog);
      if (exchange.fails !== true) await talk(exchange, client, server);
      await client.exited;
      printed = client.output();
      const { flow, done } = tap.connections.at(-1) as Connection;
      await done;
      studio.save({
        ...describe(exchange, printed),
        ...(resumptionKey === undefined ? {} : { resumptionKey }),
        keylog: readKeylog(keylog),
        flow,
      });
    }
  } finally {
    tap.close();
    await server.stop();
  }
}

function connect(studio: Studio, exchange: Exchange, port: number, keylog: string): Peer {
  const early = join(studio.scratch, 'early');
  if (exchange.earlyData !== undefined) writeFileSync(early, exchange.earlyData);
  return start('openssl', [
    's_client',
    ...options({
      '-connect': `127.0.0.1:${port}`,
      '-servername': serverName,
      '-CAfile': studio.pki.path('ca.crt'),
      '-keylogfile': keylog,
      ...(exchange.exporter === undefined
        ? {}
        : { '-keymatexport': exchange.exporter, '-keymatexportlen': '40' }),
      ...(exchange.earlyData === undefined ? {} : { '-early_data': early }),
    }),
    ...exchange.client,
  ]);
}

function describe(exchange: Exchange, printed: string): Omit<Recording, 'keylog' | 'flow'> {
  const { name, what, resumes, serverKey, preSharedKey } = exchange;
  const version = opensslVersion();
  return {
    name,
    peers: { client: `${version} s_client`, server: `${version} s_server` },
    what,
    ...(resumes === undefined ? {} : { resumes }),
    ...(serverKey === undefined ? {} : { serverKey }),
    ...(preSharedKey === undefined ? {} : { preSharedKey }),
    ...(exchange.exporter === undefined ? {} : { exporters: [exported(exchange.exporter, printed)] }),
  };
}

/** s_client prints the key of every TLS 1.3 ticket; the last one goes into its session file. */
function lastResumptionKey(printed: string): string | undefined {
  return [...printed.matchAll(/Resumption PSK: ([0-9A-F]+)/g)].at(-1)?.[1]?.toLowerCase();
}

/** One line each way, what the exchange does after that, one more line each way, close_notify. */
async function talk(exchange: Exchange, client: Peer, server: Peer): Promise<void> {
  const since = server.output().length;
  await client.saw(/SSL handshake has read/);
  const line = async (from: Peer, to: Peer, text: string, start = 0): Promise<void> => {
    from.write(`${text}\n`);
    await to.saw(new RegExp(`${text}\\n`), start);
  };
  await line(client, server, 'ping', since);
  await line(server, client, 'pong');
  if (exchange.command !== undefined) {
    const [side, letter] = exchange.command;
    (side === 'client' ? client : server).write(`${letter}\n`);
    if (exchange.answer !== undefined)
      await (side === 'client' ? client : server).saw(exchange.answer, since);
    await line(client, server, 'ping again', since);
    await line(server, client, 'pong again');
  }
  client.write('Q\n');
}

function exported(label: string, output: string): Exported {
  const value = /Keying material: ([0-9A-F]+)/.exec(output)?.[1];
  if (value === undefined) throw new Error(`no exported "${label}"`);
  return { label, context: null, value: value.toLowerCase() };
}
