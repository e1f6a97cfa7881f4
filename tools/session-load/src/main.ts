import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { hasRedisServer } from '@tlsmith/testkit/node';
import { clusterFleet, type Fleet, redisFleet } from './fleet.ts';
import { load, type LoadResult } from './load.ts';

const usage = `npm run session-load [-- --connections N] [--at-once N] [--limit MS] [--only cluster|redis] [--json FILE]

Resumes N sessions (20,000 by default) in random order across the processes of a cluster, and of two servers with one
Redis. --limit is what a store may take, 50 ms by default as in production; --at-once, 4 by default, how many connections
there are at a time: clients, servers and stores share this machine, and who waits for a core is late. Ends with 1 when fewer than 99.9 % are resumed,
when one is resumed where it must not be, or when a connection fails.`;

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '20000' },
    'at-once': { type: 'string', default: '4' },
    limit: { type: 'string', default: '50' },
    only: { type: 'string' },
    json: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});

if (values.help === true) console.log(usage);
else process.exitCode = (await all()) ? 0 : 1;

async function all(): Promise<boolean> {
  const limit = Number(values.limit);
  const outcomes: Outcome[] = [];
  if (values.only !== 'redis') outcomes.push(await one(await clusterFleet(limit)));
  if (values.only !== 'cluster' && hasRedisServer('the load over Redis')) {
    outcomes.push(await one(await redisFleet(limit)));
  }
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(outcomes, undefined, 2)}\n`);
  return outcomes.every(({ passed }) => passed);
}

/** A load and whether it was good, as JSON holds it. */
interface Outcome extends LoadResult {
  readonly fleet: string;
  readonly seconds: number;
  readonly passed: boolean;
}

async function one(fleet: Fleet): Promise<Outcome> {
  const start = performance.now();
  const result = await load(fleet, Number(values.connections), Number(values['at-once']));
  await fleet.close();
  const seconds = Math.round(performance.now() - start) / 1000;
  console.log(report(fleet.name, result, seconds));
  const { offered, resumed, wrong, failures } = result;
  const passed = offered > 0 && resumed >= 0.999 * offered && wrong.length === 0 && failures.length === 0;
  return { fleet: fleet.name, passed, seconds, ...result };
}

function report(name: string, result: LoadResult, seconds: number): string {
  const { offered, resumed, elsewhere, foreign, missed, wrong, first, failures } = result;
  const others = Object.entries(foreign).map(([differs, count]) => `${count} of another ${differs}`);
  return [
    name,
    `  ${offered} sessions offered where they belong, ${resumed} resumed: ${((100 * resumed) / offered).toFixed(2)} %`,
    `  ${elsewhere} of them by another process than the one that made the session`,
    `  ${others.join(', ')} offered; wrong resumptions: ${wrong.length}`,
    `  ${first} connections without a session, ${failures.length} failed, ${seconds.toFixed(0)} s`,
    ...Object.entries(missed).map(([origin, count]) => `  not resumed: ${count} of ${origin}`),
    ...[...wrong, ...failures].slice(0, 5).map((line) => `  ! ${line}`),
  ].join('\n');
}
