import { setTimeout as after } from 'node:timers/promises';
import { type Attempt, connect, kind } from '../client.ts';
import { resumeAndKeep } from '../keeper.ts';
import type { Group, Observation, Side } from '../side.ts';
import { file } from './key-files.ts';
import { one } from './matrix.ts';

interface Way {
  readonly title: string;
  readonly directives: string;
  readonly attempt: Attempt;
}

const ways: readonly Way[] = [
  { title: 'TLS 1.2 session ID, builtin', directives: 'ssl_session_cache builtin;', attempt: id() },
  { title: 'TLS 1.2 session ID, shared', directives: 'ssl_session_cache shared:SSL:1m;', attempt: id() },
  {
    title: 'TLS 1.2 session ID, both',
    directives: 'ssl_session_cache builtin shared:SSL:1m;',
    attempt: id(),
  },
  { title: 'TLS 1.2 ticket', directives: '', attempt: { version: '1.2' } },
  { title: 'TLS 1.3 ticket', directives: '', attempt: { version: '1.3' } },
  {
    title: 'TLS 1.3 ticket out of the cache',
    directives: 'ssl_session_cache shared:SSL:1m; ssl_session_tickets off;',
    attempt: { version: '1.3' },
  },
];

/**
 * Sessions end with ssl_session_timeout. Times stay seconds away from the end, for nginx counts whole seconds. OpenSSL's
 * client itself withholds a TLS 1.3 ticket that is over.
 */
export const expiry: readonly Group[] = [
  ...ways.map(({ title, directives, attempt }) => ({
    name: `ssl_session_timeout 8s; ${title}`,
    observe: (side: Side) => overTime(side, directives, attempt),
    reasons: {},
  })),
  { name: 'ssl_session_timeout 8s; TLS 1.2 ticket, renewed', observe: renewed, reasons: {} },
];

async function* overTime(side: Side, directives: string, attempt: Attempt): AsyncGenerator<Observation> {
  await side.start(one(`ssl_session_timeout 8s; ${directives}`));
  await connect(side, { ...attempt, save: 'session' });
  yield { row: 'at once', seen: kind(await connect(side, { ...attempt, resume: 'session' })) };
  await after(4500);
  const half = await connect(side, { ...attempt, resume: 'session', save: 'renewed' });
  yield { row: 'after 5 s', seen: kind(half) };
  await after(5000);
  if (attempt.version === '1.3') {
    const renewed = await connect(side, { ...attempt, resume: 'renewed' });
    yield { row: 'after 10 s with the ticket that came after 5 s', seen: kind(renewed) };
  }
  // TLS 1.2 counts from the full handshake, however often the session was resumed.
  yield { row: 'after 10 s', seen: kind(await connect(side, { ...attempt, resume: 'session' })) };
  await side.stop();
}

/** A ticket that is replaced because its key is no longer the first does not prolong its session. */
async function* renewed(side: Side): AsyncGenerator<Observation> {
  const [old, next] = ['ssl_session_ticket_key old.key;', 'ssl_session_ticket_key next.key;'];
  file(side, 'old.key', 80);
  file(side, 'next.key', 80);
  await side.start(one(`ssl_session_timeout 8s; ${old}`));
  await connect(side, { version: '1.2', save: 'session' });
  await after(4500);
  await side.reload(one(`ssl_session_timeout 8s; ${next} ${old}`));
  const resumed = await resumeAndKeep(side, 'session', 'renewed');
  yield { row: 'after 5 s', seen: resumed ? 'resumed' : 'full' };
  await side.reload(one(`ssl_session_timeout 8s; ${next}`));
  yield {
    row: 'at once with the ticket that came, the old key gone',
    seen: kind(await connect(side, { version: '1.2', resume: 'renewed' })),
  };
  await after(5000);
  yield {
    row: 'after 10 s with the ticket that came after 5 s',
    seen: kind(await connect(side, { version: '1.2', resume: 'renewed' })),
  };
  await side.stop();
}

function id(): Attempt {
  return { version: '1.2', tickets: false };
}
