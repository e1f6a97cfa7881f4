import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Comparison, compare, type Disagreement } from './compare.ts';
import { documentUrl, renderDocument } from './document.ts';
import { findPeers } from './peers.ts';

const usage = `usage: npm run differential -- [options]

Judges random certificate chains with @tlsmith/x509, OpenSSL and Go, as far as they are installed.

options:
  --count N   how many chains; 20000 when left out
  --from N    the first seed; 0 when left out
  --document  only writes docs/x509-differential.md from the table of classes

The status is 1 where a disagreement is in no class of the table.`;

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    options: {
      count: { type: 'string', default: '20000' },
      from: { type: 'string', default: '0' },
      document: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  const [count, from] = [Number(values.count), Number(values.from)];
  if (values.help === true || !Number.isInteger(count) || !Number.isInteger(from)) {
    console.log(usage);
    return values.help === true ? 0 : 2;
  }
  if (values.document === true) {
    writeFileSync(fileURLToPath(documentUrl), renderDocument());
    return 0;
  }
  const { peers, leftOut } = findPeers();
  for (const line of leftOut) console.log(line);
  for (const { name, version } of peers) console.log(`${name}: ${version}`);
  try {
    return report(await compare(peers, from, count));
  } finally {
    for (const peer of peers) peer.close();
  }
}

function report({ chains, accepted, disagreements, refusedValid }: Comparison): number {
  const counts = Object.entries(accepted).map(([name, count]) => `${name} ${count}`);
  console.log(`${chains} chains; accepted by ${counts.join(', ')}`);
  const classes = grouped(disagreements, ({ explained }) => explained);
  for (const [of, members] of classes) {
    if (of !== undefined) console.log(`${members.length} ${of.peer}, refused by ${of.refusedBy}: ${of.name}`);
  }
  const unexplained = classes.get(undefined) ?? [];
  for (const [title, members] of grouped(unexplained, titleOf)) {
    console.log(
      `unexplained: ${members.length} ${title}, seeds ${members
        .slice(0, 3)
        .map(({ chain }) => chain.seed)
        .join(' ')}`,
    );
  }
  for (const { seed } of refusedValid) console.log(`valid and refused by us: seed ${seed}`);
  const explained = disagreements.length - unexplained.length;
  console.log(`${disagreements.length} disagreements, ${explained} explained, ${unexplained.length} not`);
  return unexplained.length === 0 && refusedValid.length === 0 ? 0 : 1;
}

/** As Map.groupBy, which Node 20 lacks. */
function grouped<T, K>(items: readonly T[], keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

function titleOf({ chain, peer, ours, theirs }: Disagreement): string {
  const refusing = ours.accepted
    ? `${peer} says "${theirs.reason}"`
    : `we say "${ours.reason}", ${peer} accepts`;
  return `[${chain.mutations.join(' + ')}] ${refusing}`;
}

process.exitCode = await main(process.argv.slice(2));
