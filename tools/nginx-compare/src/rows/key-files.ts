import { createHash } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { connect, kind, type Outcome } from '../client.ts';
import { resumeAndKeep } from '../keeper.ts';
import type { Group, Observation, Side } from '../side.ts';
import { one } from './matrix.ts';
import { droppedInBoth } from './reasons.ts';

const rotation = 'nginx has this since 1.23.2, Debian’s is 1.22.1';
const hint =
  'OpenSSL leaves the lifetime of a renewed ticket unspecified; tlsmith announces the seconds that are left of the session';

/** Key files, swapped and reloaded; keys that nobody gave. */
export const keyFiles: readonly Group[] = [
  ...[80, 48].map((length) => ({
    name: `ssl_session_ticket_key, ${length} bytes`,
    observe: (side: Side) => swapped(side, length),
    reasons: { 'TLS 1.2: seconds announced with that ticket': hint },
  })),
  {
    name: 'ssl_session_ticket_key, 80 bytes before, 48 bytes after',
    observe: (side) => mixed(side),
    reasons: {},
  },
  {
    name: 'ssl_session_ticket_key, the same file in both servers',
    observe: (side) => crossed(side),
    reasons: {},
  },
  ...['none', 'builtin', 'shared:SSL:1m', 'builtin shared:SSL:1m'].map((cache) => ({
    name: `ssl_session_cache ${cache}, reloaded`,
    observe: (side: Side) => reloaded(side, cache),
    reasons: {
      ...(cache.includes('shared') ? { 'TLS 1.2 ticket': rotation, 'TLS 1.3 ticket': rotation } : {}),
      ...(cache.startsWith('builtin ') ? { 'TLS 1.2 session ID': droppedInBoth } : {}),
    },
  })),
  {
    name: 'ssl_session_cache shared:SSL:1m; ssl_session_timeout 2s; no key files',
    observe: (side) => rotated(side, 'ssl_session_cache shared:SSL:1m; ssl_session_timeout 2s;'),
    reasons: { 'keys that seal in eight seconds': rotation },
  },
  {
    name: 'ssl_session_timeout 2s; no cache, no key files',
    observe: (side) => rotated(side, 'ssl_session_timeout 2s;'),
    reasons: {
      'keys that seal in eight seconds':
        'without a shared cache nginx keeps one key until the next reload; tlsmith changes it by the timeout here too',
    },
  },
  {
    name: 'ssl_session_cache shared:SSL:1m; ssl_session_timeout 2s; a key file',
    observe: (side) => rotatedNot(side),
    reasons: {},
  },
];

async function* swapped(side: Side, length: number): AsyncGenerator<Observation> {
  const [both, next, current] = [
    'ssl_session_ticket_key next.key; ssl_session_ticket_key current.key;',
    'ssl_session_ticket_key next.key;',
    'ssl_session_ticket_key current.key;',
  ];
  file(side, 'current.key', length);
  file(side, 'next.key', length);
  await side.start(one(current));
  const first = await connect(side, { version: '1.2', save: 'tls12' });
  yield {
    row: 'the ticket begins with the file’s name',
    seen: String(first.keyName === name(side, 'current.key')),
  };
  await connect(side, { version: '1.3', save: 'tls13' });
  yield* bothVersions(side, 'the same file');
  await side.reload(one(current));
  yield* bothVersions(side, 'reloaded');
  await side.reload(one(both));
  yield* bothVersions(side, 'another key first, the old one second');
  yield* renewed(side, first.ticket);
  const fresh = await connect(side, { version: '1.2' });
  yield {
    row: 'new tickets are under the first file',
    seen: String(fresh.keyName === name(side, 'next.key')),
  };
  await side.reload(one(next));
  yield* bothVersions(side, 'the old key gone');
  yield {
    row: 'TLS 1.2, the old key gone, with the new ticket',
    seen: kind(await connect(side, { version: '1.2', resume: 'renewed' })),
  };
  file(side, 'next.key', length, 'swapped');
  await connect(side, { version: '1.2', save: 'tls12' });
  await connect(side, { version: '1.3', save: 'tls13' });
  yield* bothVersions(side, 'the file swapped, not reloaded');
  await side.reload(one(next));
  yield* bothVersions(side, 'the file swapped and reloaded');
  await side.stop();
}

/** The session of a ticket under the second key, which the server replaces (RFC 5077 §3.3). */
async function* renewed(side: Side, old: string | undefined): AsyncGenerator<Observation> {
  const renewal = await connect(side, { version: '1.2', resume: 'tls12' });
  yield {
    row: 'TLS 1.2: resumed under the second key, the client has a new ticket',
    seen: String(renewal.ticket !== old),
  };
  yield {
    row: 'TLS 1.2: that ticket is under the first file',
    seen: String(renewal.keyName === name(side, 'next.key')),
  };
  yield { row: 'TLS 1.2: seconds announced with that ticket', seen: announced(renewal) };
  await resumeAndKeep(side, 'tls12', 'renewed');
  const again = await connect(side, { version: '1.2', resume: 'renewed' });
  const andAgain = await connect(side, { version: '1.2', resume: 'renewed' });
  yield {
    row: 'TLS 1.2: resumed with such a ticket, there is no other one',
    seen: String(again.resumed && again.ticket === andAgain.ticket),
  };
}

/** Of a timeout of 5 minutes, a few seconds ago. */
function announced({ hint: seconds }: Outcome): string {
  if (seconds === undefined) return 'unspecified';
  return seconds > 280 && seconds <= 300 ? 'what is left' : String(seconds);
}

async function* mixed(side: Side): AsyncGenerator<Observation> {
  file(side, 'long.key', 80);
  file(side, 'short.key', 48);
  await side.start(one('ssl_session_ticket_key long.key;'));
  await connect(side, { version: '1.2', save: 'tls12' });
  await connect(side, { version: '1.3', save: 'tls13' });
  await side.reload(one('ssl_session_ticket_key short.key; ssl_session_ticket_key long.key;'));
  yield* bothVersions(side, 'the short one first');
  await connect(side, { version: '1.2', save: 'tls12' });
  await connect(side, { version: '1.3', save: 'tls13' });
  await side.reload(one('ssl_session_ticket_key long.key; ssl_session_ticket_key short.key;'));
  yield* bothVersions(side, 'the long one first again');
  await side.stop();
}

async function* bothVersions(side: Side, when: string): AsyncGenerator<Observation> {
  yield { row: `TLS 1.2, ${when}`, seen: kind(await connect(side, { version: '1.2', resume: 'tls12' })) };
  yield { row: `TLS 1.3, ${when}`, seen: kind(await connect(side, { version: '1.3', resume: 'tls13' })) };
}

/** Tickets of the one server, shown to the other. */
async function* crossed(side: Side): AsyncGenerator<Observation> {
  file(side, 'current.key', 80);
  await side.start(one('ssl_session_ticket_key current.key;'));
  const other = side.name === 'nginx' ? 'tlsmith' : 'nginx';
  for (const version of ['1.2', '1.3'] as const) {
    const name = `crossed-${version}`;
    await connect(side, { version, save: name });
    await present(join(side.folder, '..', other, `${name}.session`));
    const outcome = await connect(side, { version, resume: `../${other}/${name}` });
    yield { row: `TLS ${version}: a ticket of the other server`, seen: kind(outcome) };
  }
  await side.stop();
}

async function present(path: string): Promise<void> {
  for (let turn = 0; turn < 200 && !existsSync(path); turn++) await after(50);
  // Whoever writes it may not be through.
  await after(200);
}

/** What outlives a reload where nobody gave keys. */
async function* reloaded(side: Side, cache: string): AsyncGenerator<Observation> {
  const directives = `ssl_session_cache ${cache};`;
  await side.start(one(directives));
  await connect(side, { version: '1.2', save: 'ticket12' });
  await connect(side, { version: '1.3', save: 'ticket13' });
  await connect(side, { version: '1.2', tickets: false, save: 'id' });
  await side.reload(one(directives));
  yield { row: 'TLS 1.2 ticket', seen: kind(await connect(side, { version: '1.2', resume: 'ticket12' })) };
  yield { row: 'TLS 1.3 ticket', seen: kind(await connect(side, { version: '1.3', resume: 'ticket13' })) };
  yield {
    row: 'TLS 1.2 session ID',
    seen: kind(await connect(side, { version: '1.2', tickets: false, resume: 'id' })),
  };
  await side.stop();
}

async function* rotated(side: Side, directives: string): AsyncGenerator<Observation> {
  await side.start(one(directives));
  const names = await namesInTime(side);
  yield { row: 'keys that seal in eight seconds', seen: names.size > 2 ? 'several' : String(names.size) };
  await side.stop();
}

async function* rotatedNot(side: Side): AsyncGenerator<Observation> {
  file(side, 'current.key', 80);
  await side.start(
    one('ssl_session_cache shared:SSL:1m; ssl_session_timeout 2s; ssl_session_ticket_key current.key;'),
  );
  const names = await namesInTime(side);
  yield { row: 'keys that seal in eight seconds', seen: String(names.size) };
  await side.stop();
}

async function namesInTime(side: Side): Promise<ReadonlySet<string | undefined>> {
  const names = new Set<string | undefined>();
  for (let turn = 0; turn < 16; turn++) {
    names.add((await connect(side, { version: '1.2' })).keyName);
    await after(500);
  }
  return names;
}

/** The same bytes on both sides, others for every name and variant. */
export function file(side: Side, path: string, length: number, variant: string = ''): void {
  writeFileSync(join(side.folder, path), content(path, variant).subarray(0, length));
}

function name(_side: Side, path: string): string {
  return content(path, '').subarray(0, 16).toString('hex');
}

function content(path: string, variant: string): Buffer {
  const part = (number: number): Buffer =>
    createHash('sha256').update(`${path} ${variant} ${number}`).digest();
  return Buffer.concat([part(0), part(1), part(2)]);
}
