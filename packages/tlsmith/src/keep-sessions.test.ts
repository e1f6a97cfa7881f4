import { expect, test } from 'vitest';
import { exchange, names, pair, sessions } from './pair.test-support.ts';

/** A server of TLS 1.2 whose sessions are kept when `done` is called; how far the handshake is until then. */
function scene(outcome: 'kept' | 'failed') {
  const asked: string[] = [];
  let done: () => void = () => undefined;
  const kept = new Promise<void>((resolve, reject) => {
    done = outcome === 'kept' ? resolve : () => reject(new Error('of the cache'));
  });
  const cache = sessions('session-ids');
  const slow = {
    gives: cache.gives,
    find: cache.find.bind(cache),
    findFirst: cache.findFirst.bind(cache),
    issue: cache.issue.bind(cache),
    forget: cache.forget.bind(cache),
    remember: () => (asked.push('remember'), kept),
  };
  const { client, server } = pair({ client: { versions: ['tls12'] }, server: { sessions: slow } });
  return { client, server, asked, done: () => done() };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test.each(['kept', 'failed'] as const)(
  'the server’s Finished waits until the session behind its ID is %s (RFC 5246 §7.3)',
  async (outcome) => {
    const { client, server, asked, done } = scene(outcome);
    exchange(client, server);
    await turn();
    exchange(client, server);
    expect([asked, client.connected, server.connected]).toEqual([['remember'], false, false]);
    done();
    await turn();
    exchange(client, server);
    expect([client.connected, server.connected]).toEqual([true, true]);
    expect(names(server.events())).toEqual(['connected']);
  },
);

test('a connection that is given up does not wait for its session', async () => {
  const { client, server, done } = scene('kept');
  exchange(client, server);
  server.abort();
  expect(names(server.events())).toEqual(['failed: aborted']);
  done();
  await turn();
  exchange(client, server);
  expect([client.connected, server.connected, names(server.events())]).toEqual([false, false, []]);
});
