import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Bench, measure, type Result } from './harness.ts';
import { bounds } from './rows/bound.ts';
import { bulk, bulkMixed } from './rows/bulk.ts';
import { cache } from './rows/cache.ts';
import { cpu } from './rows/cpu.ts';
import { handshakes, handshakesMixed, resumptions } from './rows/handshakes.ts';
import { memory } from './rows/memory.ts';
import { pingPong } from './rows/ping-pong.ts';
import { x509 } from './rows/x509.ts';

const benches: readonly Bench[] = [
  ...handshakes,
  ...handshakesMixed,
  ...resumptions,
  ...cpu,
  ...pingPong,
  ...bulk,
  ...bulkMixed,
  ...bounds,
  ...memory,
  ...cache,
  ...x509,
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' }, help: { type: 'boolean' }, list: { type: 'boolean' } },
});

if (values.help === true) {
  console.log('npm run bench -- [name…] [--list] [--json FILE]\nA name selects all rows whose name has it.');
  process.exit(0);
}

const chosen = benches.filter(
  ({ name }) => positionals.length === 0 || positionals.some((part) => name.includes(part)),
);
if (values.list === true) for (const { name } of chosen) console.log(name);
else await run();

async function run(): Promise<void> {
  const results: Result[] = [];
  console.log(
    `${'row'.padEnd(52)}${'tlsmith'.padStart(10)}${'node:tls'.padStart(10)}${'ratio'.padStart(8)}  unit`,
  );
  for (const bench of chosen) {
    const row = await bench.open();
    const result = await measure(row);
    row.close();
    results.push(result);
    const { name, ours, peer, ratio, unit } = result;
    console.log(`${name.padEnd(52)}${show(ours)}${show(peer)}${ratio.toFixed(2).padStart(8)}  ${unit}`);
  }
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, undefined, 2)}\n`);
  process.exit(0);
}

function show(value: number): string {
  return value
    .toLocaleString('en', { maximumFractionDigits: value < 100 ? 1 : 0, useGrouping: false })
    .padStart(10);
}
