import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { measure, type Size } from './measure.ts';
import { Report } from './report.ts';
import { must, root } from './repository.ts';

/** What an import statement may cost, and whose code it may bring along. */
interface Budget {
  readonly import: string;
  /** Bytes, minified and compressed. */
  readonly gzip: number;
  readonly packages: readonly string[];
}

const { values } = parseArgs({
  options: { write: { type: 'boolean' }, modules: { type: 'string' }, help: { type: 'boolean' } },
});
const file = new URL('sizes.json', import.meta.url);

if (values.help === true) {
  console.log(
    'npm run size -- [--write] [--modules STATEMENT]\n--write sets every budget to what it costs now and a tenth more.\n--modules lists what an import statement brings along.',
  );
} else {
  must('pnpm', ['exec', 'turbo', 'run', 'build', '--output-logs=errors-only'], root);
  if (values.modules === undefined) await budgets();
  else console.log((await measure(values.modules)).modules.join('\n'));
}

async function budgets(): Promise<void> {
  const report = new Report();
  const current: Budget[] = [];
  for (const budget of JSON.parse(readFileSync(file, 'utf8')) as Budget[]) {
    const size = await measure(budget.import);
    const packages = Object.keys(size.packages).toSorted();
    current.push({ ...budget, gzip: Math.ceil((size.gzip * 1.1) / 100) * 100, packages });
    report.check(`${budget.import}: ${describe(size)}`, values.write === true ? [] : problems(budget, size));
  }
  if (values.write === true) writeFileSync(file, `${JSON.stringify(current, undefined, 2)}\n`);
  report.end();
}

function problems(budget: Budget, { gzip, packages }: Size): readonly string[] {
  const strangers = Object.keys(packages).filter((name) => !budget.packages.includes(name));
  return [
    ...(gzip > budget.gzip ? [`${gzip} bytes are more than ${budget.gzip}`] : []),
    ...strangers.map((name) => `${name} came along, ${packages[name]} bytes`),
  ];
}

function describe({ minified, gzip, packages }: Size): string {
  const parts = Object.entries(packages).map(([name, bytes]) => `${name} ${kilobytes(bytes)}`);
  return `${kilobytes(gzip)} kB gzip, ${kilobytes(minified)} kB minified (${parts.join(', ')})`;
}

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(1);
}
