import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { startCrew } from './crew.ts';
import { goodOutcome, renderJson, renderOutcome, renderTotal, tableHead } from './report.ts';
import { allSeries, nameOf, type Outcome } from './series.ts';

const usage = `usage: npm run handshake-series -- [--count N] [--json FILE] [--only WORDS] [--processes N]
  --count      full handshakes in each of the ${allSeries.length} series, 1500 by default
  --only       series whose names contain all of these words, such as "server 1.3"
  --processes  how many work side by side; one for each processor by default
Ends with 1 when a handshake failed.`;

/** Plays the series with node:tls, prints a line for each as it is done, and a total. */
async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      count: { type: 'string', default: '1500' },
      json: { type: 'string' },
      only: { type: 'string', default: '' },
      processes: { type: 'string', default: String(availableParallelism()) },
      help: { type: 'boolean' },
    },
  });
  const [count, processes] = [Number(values.count), Number(values.processes)];
  const words = values.only.split(' ').filter(Boolean);
  const series = allSeries.filter((one) => words.every((word) => nameOf(one).split(' ').includes(word)));
  const right = [count, processes].every((number) => Number.isSafeInteger(number) && number > 0);
  if (values.help === true || !right || series.length === 0) {
    console.log(usage);
    return values.help === true ? 0 : 1;
  }
  const began = performance.now();
  console.log(tableHead);
  const outcomes: Outcome[] = [];
  const crew = startCrew(processes);
  try {
    await crew.play(series, count, (outcome) => {
      outcomes.push(outcome);
      console.log(renderOutcome(outcome, count));
    });
  } finally {
    await crew.end();
  }
  console.log(renderTotal(outcomes, (performance.now() - began) / 1000));
  if (values.json !== undefined) writeFileSync(values.json, renderJson(outcomes, count));
  return outcomes.every((outcome) => goodOutcome(outcome, count)) ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
