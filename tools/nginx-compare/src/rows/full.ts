import { connect, kind } from '../client.ts';
import type { Group, Observation, Side } from '../side.ts';
import { one } from './matrix.ts';
import { droppedInBoth } from './reasons.ts';

/** Caches that overflow. */
export const full: readonly Group[] = [
  {
    name: 'ssl_session_cache builtin:3, five sessions',
    observe: (side) => crowded(side, 'ssl_session_cache builtin:3;', 5),
    reasons: { 'the last but two again': 'OpenSSL’s cache of n sessions holds n - 1, tlsmith’s holds n' },
  },
  {
    name: 'ssl_session_cache builtin:3, the first used again before the third and fourth come',
    observe: (side) => usedAgain(side),
    reasons: {
      'fourth, first again':
        'OpenSSL drops the session that is due to expire first; tlsmith the one that was not used for longest',
    },
  },
  {
    name: 'ssl_session_cache shared:SSL:32k, 220 sessions',
    observe: (side) => crowded(side, 'ssl_session_cache shared:SSL:32k;', 220),
    reasons: {},
  },
  {
    name: 'ssl_session_cache builtin:3 shared:SSL:1m, six sessions',
    observe: (side) => crowded(side, 'ssl_session_cache builtin:3 shared:SSL:1m;', 6),
    reasons: { 'the first again': droppedInBoth, 'the last but two again': droppedInBoth },
  },
];

/** So many sessions by ID, then the first, the second and the last two again. */
async function* crowded(side: Side, directives: string, count: number): AsyncGenerator<Observation> {
  await side.start(one(directives));
  for (let first = 0; first < count; first += 4) {
    const some = Array.from({ length: Math.min(4, count - first) }, (_, index) => first + index);
    // One after the other where their order counts.
    if (count < 10) for (const number of some) await made(side, number);
    else await Promise.all(some.map((number) => made(side, number)));
  }
  // A full handshake puts a session of its own into the cache: what should be there is asked for first.
  yield { row: 'the last again', seen: await again(side, count - 1) };
  yield { row: 'the last but one again', seen: await again(side, count - 2) };
  yield { row: 'the last but two again', seen: await again(side, count - 3) };
  yield { row: 'the first again', seen: await again(side, 0) };
  await side.stop();
}

async function* usedAgain(side: Side): AsyncGenerator<Observation> {
  await side.start(one('ssl_session_cache builtin:3;'));
  await made(side, 0);
  await made(side, 1);
  await again(side, 0);
  await made(side, 2);
  await made(side, 3);
  yield { row: 'fourth, first again', seen: `${await again(side, 3)}, ${await again(side, 0)}` };
  await side.stop();
}

async function made(side: Side, number: number): Promise<void> {
  await connect(side, { version: '1.2', tickets: false, save: `session${number}` });
}

async function again(side: Side, number: number): Promise<string> {
  return kind(await connect(side, { version: '1.2', tickets: false, resume: `session${number}` }));
}
