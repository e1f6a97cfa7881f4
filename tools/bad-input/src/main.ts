import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { violations } from '@tlsmith/types';
import { type RunResult, run, type Sample } from './run.ts';
import { watch } from './watch.ts';

const usage = `npm run bad-input [-- COUNT] [--seed N] [--first N] [--json FILE]

Feeds COUNT random and mutated inputs (20,000 by default) to clients and servers in every state, in the clear and under
their keys. Ends with 1 when an end throws, fails with anything but one of the five errors, loses data that came before,
tells another alert than its row's, when a state saw no input, or when memory grows; with 3 when an input does not end
within a minute. --first N --seed N repeats one input of a run, with COUNT 1.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    first: { type: 'string', default: '0' },
    json: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});
const count = Number(positionals[0] ?? 20_000);
const seed = Number(values.seed);

const list = (names: readonly string[]): string => (names.length === 0 ? '' : `: ${names.join(', ')}`);
const mebi = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(2)} MiB`;
// Runs from which on every state has to be met, and bytes per input that are none to speak of.
const enough = 5000;
const level = 4;

if (values.help === true) console.log(usage);
else await main();

async function main(): Promise<void> {
  const guard = watch(60);
  const start = performance.now();
  const first = Number(values.first);
  const result = run({ count, seed, first, onInput: (input) => guard.at(input), onSample: progress });
  await guard.end();
  report(result, (performance.now() - start) / 1000);
}

function progress({ inputs, heap, external }: Sample): void {
  if (inputs % Math.max(1, Math.floor(count / 10)) > count / 50) return;
  console.log(`  after ${inputs}: heap ${mebi(heap)}, outside ${mebi(external)}`);
}

function report({ tally, slope, slowest, samples }: RunResult, seconds: number): void {
  const problems = [];
  const states = tally.states.size;
  console.log(
    `${count} bad inputs (seed ${seed}) in ${seconds.toFixed(0)} s; the slowest, ${slowest.input}, took`,
  );
  console.log(`  ${slowest.milliseconds.toFixed(0)} ms`);
  for (const [outcome, times] of tally.outcomes) console.log(`  ${outcome}: ${times}`);
  console.log(`  ${tally.rows.size} of ${Object.keys(violations).length} rows raised`);
  console.log(`  ${states} states had input, ${tally.uncovered.length} had none${list(tally.uncovered)}`);
  if (slope !== undefined) {
    console.log(`  memory: ${slope.slope.toFixed(2)} ± ${slope.error.toFixed(2)} bytes per input`);
  }
  if (count >= enough && tally.uncovered.length > 0) problems.push('states without input');
  if (slope !== undefined && count >= enough && slope.slope > level + 3 * slope.error)
    problems.push('memory');
  if (values.json !== undefined) {
    const { outcomes, rows, states: seen } = tally;
    const lists = { outcomes: [...outcomes], rows: [...rows], states: [...seen] };
    writeFileSync(values.json, JSON.stringify({ count, seed, seconds, slope, slowest, samples, ...lists }));
  }
  console.log(problems.length === 0 ? 'all ended as they should' : `wrong: ${problems.join(', ')}`);
  if (problems.length > 0) process.exitCode = 1;
}
