import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { apiReport, type Entry } from './api-report.ts';
import { Report } from './report.ts';
import { entries, must, published, root } from './repository.ts';

// Writes etc/*.api.md, what each entry of each package exports, so that a change of it shows in a review.
const { values } = parseArgs({ options: { check: { type: 'boolean' }, help: { type: 'boolean' } } });

if (values.help === true) {
  console.log('npm run api -- [--check]\nWrites etc/*.api.md; --check only says which are out of date.');
} else {
  must('pnpm', ['exec', 'turbo', 'run', 'build', '--output-logs=errors-only'], root);
  const folder = mkdtempSync(join(tmpdir(), 'tlsmith-api-'));
  try {
    reports(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function reports(folder: string): void {
  const report = new Report();
  const mains = new Map<string, string>();
  const wanted = published().flatMap((one) =>
    entries(one).map(({ specifier, subpath }): Entry => {
      const name = [one.folder, ...subpath.split('/').slice(1)].join('.');
      return {
        specifier,
        name,
        path: one.path,
        types: subpath === '.' ? 'dist/index.d.ts' : `dist/${subpath.slice(2)}/index.d.ts`,
      };
    }),
  );
  mkdirSync(`${root}/etc`, { recursive: true });
  for (const entry of wanted) {
    const { text, problems } = apiReport({ ...entry, main: mains.get(entry.path) }, folder);
    if (!mains.has(entry.path)) mains.set(entry.path, text);
    const file = `${root}/etc/${entry.name}.api.md`;
    const current = existsSync(file) && readFileSync(file, 'utf8') === text;
    const outdated =
      values.check === true && !current ? [`etc/${entry.name}.api.md is out of date: npm run api`] : [];
    if (values.check !== true && !current) writeFileSync(file, text);
    const done = current ? 'current' : values.check === true ? 'outdated' : 'written';
    report.check(`${entry.specifier}: ${done}`, [...problems, ...outdated]);
  }
  const known = new Set(wanted.map(({ name }) => `${name}.api.md`));
  const left = readdirSync(`${root}/etc`).filter((name) => name.endsWith('.api.md') && !known.has(name));
  for (const name of left) report.check(`etc/${name}`, ['there is no such entry: remove the file']);
  report.end();
}
