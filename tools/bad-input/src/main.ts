import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { violations } from '@tlsmith/types';
import { explainViolation } from '@tlsmith/types/explain';
import { raisedRows } from './raised.ts';
import { type RunResult, run, type Sample } from './run.ts';
import { watch } from './watch.ts';

const usage = `npm run bad-input [-- COUNT] [--seed N] [--first N] [--json FILE]
npm run bad-input -- --rows

Feeds COUNT random and mutated inputs (20,000 by default) to clients and servers in every state, in the clear and under
their keys. Ends with 1 when an end throws, fails with anything but one of the five errors, loses data that came before,
tells another alert than its row's, when a state saw no input, or when memory grows; killed by a watch when an input takes
a minute. --first N --seed N repeats one input of a run, with COUNT 1. --rows instead lists every violation with who
raised it because of bytes, and ends with 1 when there is one that nobody raised.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    first: { type: 'string', default: '0' },
    json: { type: 'string' },
    rows: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
});
const count = Number(positionals[0] ?? 20_000);
const seed = Number(values.seed);

const list = (names: readonly string[]): string => (names.length === 0 ? '' : `: ${names.join(', ')}`);
const mebi = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(2)} MiB`;
// Runs from which on every state has to be met; bytes per input that are none to speak of: an error that stays costs 1,000,
// a connection 10,000.
const enough = 5000;
const level = 10;

if (values.help === true) console.log(usage);
else if (values.rows === true) rows();
else await main();

async function main(): Promise<void> {
  const guard = watch(60);
  const start = performance.now();
  const first = Number(values.first);
  const result = run({ count, seed, first, onInput: (input) => guard.at(input), onSample: progress });
  await guard.end();
  report(result, (performance.now() - start) / 1000);
}

function rows(): void {
  const raised = raisedRows();
  for (const { name, by, problems } of raised) {
    const { code, alert } = violations[name];
    const who = Object.entries(by).flatMap(([end, times]) => (times > 0 ? [`${end} ${times}`] : []));
    const told = [...who, ...problems].join(', ');
    console.log(`${code}  ${alert}  ${explainViolation(code)?.section}  ${told}`);
  }
  const wrong = raised.filter(({ problems }) => problems.length > 0).length;
  console.log(`${raised.length - wrong} of ${raised.length} rows raised as they should be`);
  if (wrong > 0) process.exitCode = 1;
}

function progress({ inputs, heap, external }: Sample): void {
  console.log(`  after ${inputs}: heap ${mebi(heap)}, outside ${mebi(external)}`);
}

function report({ tally, growth, slowest, samples }: RunResult, seconds: number): void {
  const problems = [];
  const ended = [...tally.outcomes.values()].reduce((sum, times) => sum + times, 0);
  if (ended !== 2 * count) problems.push(`${2 * count} ends, ${ended} of them counted`);
  const states = tally.states.size;
  console.log(
    `${count} bad inputs (seed ${seed}) in ${seconds.toFixed(0)} s; the slowest, ${slowest.input}, took`,
  );
  console.log(`  ${slowest.milliseconds.toFixed(0)} ms`);
  for (const [outcome, times] of tally.outcomes) console.log(`  ${outcome}: ${times}`);
  console.log(`  ${tally.rows.size} of ${Object.keys(violations).length} rows raised`);
  console.log(`  ${states} states had input, ${tally.uncovered.length} had none${list(tally.uncovered)}`);
  console.log(
    `  heap: ${growth.data.toFixed(2)} bytes of data per input, ${growth.code.toFixed(2)} of compiled code`,
  );
  if (count >= enough && tally.uncovered.length > 0) problems.push('states without input');
  if (count >= enough && growth.data > level) problems.push('memory');
  if (values.json !== undefined) {
    const { outcomes, rows, states: seen } = tally;
    const lists = { outcomes: [...outcomes], rows: [...rows], states: [...seen] };
    writeFileSync(values.json, JSON.stringify({ count, seed, seconds, growth, slowest, samples, ...lists }));
  }
  console.log(problems.length === 0 ? 'all ended as they should' : `wrong: ${problems.join(', ')}`);
  if (problems.length > 0) process.exitCode = 1;
}
