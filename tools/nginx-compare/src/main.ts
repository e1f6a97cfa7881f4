import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { nginxSide, nginxVersion } from './nginx.ts';
import { ourSide } from './ours.ts';
import { compared, reasonsOf, type Row, table } from './report.ts';
import { directives } from './rows/directives.ts';
import { expiry } from './rows/expiry.ts';
import { full } from './rows/full.ts';
import { keyFiles } from './rows/key-files.ts';
import { matrix } from './rows/matrix.ts';
import { virtual } from './rows/virtual.ts';
import type { Group, Observation, Side } from './side.ts';
import { meaning13 } from './tls13.ts';
import { workshop } from './workshop.ts';

const usage = `npm run nginx-compare [-- --json FILE] [--only TEXT]

Drives the same connections (openssl s_client) against nginx and tlsmith and prints both columns.
  --json FILE   writes every row, with what each side says at a refusal
  --only TEXT   only groups whose name contains the text
Ends with 1 when a row differs without a written reason, with 2 when there is no nginx.`;

/** What goes on at the same time, each lane with servers of its own: those that wait for an expiry do little else. */
const lanes: readonly (readonly Group[])[] = [
  [...directives, ...matrix, ...full, ...keyFiles, ...virtual],
  ...expiry.map((group) => [group]),
];

const { values } = parseArgs({
  options: { json: { type: 'string' }, only: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
});
if (values.help === true) console.log(usage);
else process.exitCode = await compare(values.only ?? '', values.json);

async function compare(only: string, json: string | undefined): Promise<number> {
  const version = nginxVersion();
  if (version === undefined) {
    console.error(
      'There is no nginx on this machine. On Debian: apt-get install -y --no-install-recommends nginx',
    );
    return 2;
  }
  console.log(`nginx ${version} and tlsmith, driven by openssl s_client on 127.0.0.1`);
  const rows = await allRows(lanes.map((lane) => lane.filter(({ name }) => name.includes(only))));
  if (reasonsOf(rows).length > 0) console.log('\nReasons');
  for (const [index, reason] of reasonsOf(rows).entries()) console.log(`  ${index + 1}  ${reason}`);
  console.log('\nIn TLS 1.3');
  for (const [directive, meaning] of meaning13) console.log(`  ${directive}: ${meaning}`);
  const count = (verdict: Row['verdict']): number => rows.filter((row) => row.verdict === verdict).length;
  const wrong = count('DIFFERS');
  const reasoned = count('differs, for a reason');
  console.log(
    `\n${rows.length} rows: ${count('same')} the same, ${reasoned} differ for a written reason, ${wrong} differ`,
  );
  if (json !== undefined) {
    const meaning = Object.fromEntries(meaning13);
    writeFileSync(json, `${JSON.stringify({ nginx: version, rows, tls13: meaning }, undefined, 2)}\n`);
  }
  return wrong === 0 && rows.length > 0 ? 0 : 1;
}

async function allRows(chosen: readonly (readonly Group[])[]): Promise<readonly Row[]> {
  const busy = chosen.filter((lane) => lane.length > 0);
  const rows: Row[] = [];
  for (const compares of (await Promise.all(busy.map(laneRows))).flat()) {
    rows.push(...compares);
    console.log(table(compares, reasonsOf(rows)));
  }
  return rows;
}

/** The rows of each group. */
async function laneRows(lane: readonly Group[]): Promise<readonly (readonly Row[])[]> {
  const shop = workshop();
  const sides = [await nginxSide(shop), await ourSide(shop)] as const;
  const found: (readonly Row[])[] = [];
  try {
    for (const group of lane) {
      const [nginx, tlsmith] = await Promise.all([column(group, sides[0]), column(group, sides[1])]);
      found.push(compared(group, nginx, tlsmith));
    }
  } finally {
    await Promise.allSettled(sides.map((side) => side.stop()));
    shop.close();
  }
  return found;
}

async function column(group: Group, side: Side): Promise<readonly Observation[]> {
  const seen: Observation[] = [];
  for await (const observation of group.observe(side)) seen.push(observation);
  return seen;
}
