import type { Client } from './client.ts';
import type { ConnectionEvent } from './events.ts';
import { type PairOptions, pair } from './pair.test-support.ts';
import type { Server } from './server.ts';

/** Both ends of a connection whose answers come later, and what has happened to them so far. */
export interface Ends {
  readonly client: Client;
  readonly server: Server;
  readonly seen: { readonly client: ConnectionEvent[]; readonly server: ConnectionEvent[] };
}

/** Both ends, before any byte has moved. */
export function begun(options: PairOptions): Ends {
  return { ...pair(options), seen: { client: [], server: [] } };
}

/** Carries bytes both ways, cut into pieces of `size`, whenever an end says that it has moved on, until `done`. */
export async function carried(
  { client, server, seen }: Ends,
  done: () => boolean,
  size = 100_000,
): Promise<void> {
  const deliver = (from: Client | Server, to: Client | Server): boolean => {
    const output = from.takeOutput();
    for (const bytes of output) {
      for (let at = 0; at < bytes.length; at += size) to.receive(bytes.subarray(at, at + size));
    }
    return output.length > 0;
  };
  await new Promise<void>((resolve) => {
    const move = (): void => {
      while ([deliver(client, server), deliver(server, client)].includes(true));
      seen.client.push(...client.events());
      seen.server.push(...server.events());
      if (done()) resolve();
    };
    client.onReady = move;
    server.onReady = move;
    move();
  });
}

/** The error that an end failed with; undefined as long as it has not. */
export function errorIn(events: readonly ConnectionEvent[]): Error | undefined {
  return events.flatMap((event) => (event.event === 'failed' ? [event.error] : []))[0];
}

/** Carries bytes until both ends have failed, and tells with what. */
export async function failures(
  ends: Ends,
): Promise<{ readonly client: Error | undefined; readonly server: Error | undefined }> {
  const { seen } = ends;
  await carried(ends, () => errorIn(seen.client) !== undefined && errorIn(seen.server) !== undefined);
  return { client: errorIn(seen.client), server: errorIn(seen.server) };
}
