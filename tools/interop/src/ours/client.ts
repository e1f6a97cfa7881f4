import type { Duplex } from 'node:stream';
import type { ClientSession } from '@tlsmith/types';
import { connect, type TLSSocket } from 'tlsmith/node';
import type { Bench } from '../bench/bench.ts';
import { converse } from '../bench/conversation.ts';
import { serverName } from '../bench/pki.ts';
import { askStarttls } from '../bench/smtp.ts';
import { dial } from '../bench/tcp.ts';
import type { ClientSetup, Result } from '../side.ts';
import { clientOptions } from './options.ts';
import { ourResult } from './result.ts';
import { Watch } from './watch.ts';

/** Visits a server with our client. */
export async function visitWithOurs(
  bench: Bench,
  port: number,
  setup: ClientSetup,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  let session: ClientSession | undefined;
  for (let visit = 0; visit < (setup.visits ?? 1); visit++) {
    const watch = new Watch();
    const transport = await dial(bench, port);
    if (setup.starttls === true) await askStarttls(transport);
    const socket = connectOurs(bench, transport, setup, { watch, session });
    const heard = converse(socket, setup.talk, setup.speech, bench.workshop.content);
    results.push(await ourResult(socket, watch, heard, setup.exporter));
    session = socket.getSession();
  }
  return results;
}

/** Puts our client on a transport that is already open. */
export function connectOurs(
  { workshop }: Bench,
  transport: Duplex,
  setup: ClientSetup,
  { watch, session }: { readonly watch: Watch; readonly session?: ClientSession | undefined },
): TLSSocket {
  return connect({
    ...clientOptions(workshop.pki, setup, watch),
    socket: transport,
    serverName,
    ...(session === undefined ? {} : { session }),
  });
}
