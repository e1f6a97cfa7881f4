import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { declarations } from './declarations.ts';
import { attwProblems, publintProblems } from './lint.ts';
import { Report } from './report.ts';
import { must, published, root } from './repository.ts';
import { listingProblems, pack, packNoble, type Tarball } from './tarballs.ts';
import { wishProblems } from './wish-run.ts';
import { wishes } from './wishes.ts';

// Looks at every published package as its users get it: packed, installed into an empty project, imported there.
const packages = published();
const report = new Report();
const folder = mkdtempSync(join(tmpdir(), 'tlsmith-pack-'));
try {
  must('pnpm', ['exec', 'turbo', 'run', 'build', '--output-logs=errors-only'], root);
  const tarballs = packages.map((one) => pack(one, `${folder}/tarballs`));
  await looksRight(tarballs);
  const available = [...tarballs, ...packNoble(`${folder}/tarballs`)];
  for (const wish of wishes) {
    const path = `${folder}/${wish.file.replaceAll('/', '+')}`;
    report.check(`${wish.wish} (${wish.file})`, await wishProblems(wish, path, available));
  }
  const consumer = declarations(`${folder}/consumer`, packages, available);
  for (const { name, problems } of consumer) report.check(name, problems);
  report.leftOut('the registry', 'packages come from this repository and from what is installed in it');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
report.end();

async function looksRight(tarballs: readonly Tarball[]): Promise<void> {
  for (const tarball of tarballs) {
    const problems = listingProblems(tarball);
    report.check(`${tarball.name}: ${tarball.paths.length} files, all of them belong`, problems);
    report.check(`${tarball.name}: publint`, await publintProblems(tarball));
    report.check(`${tarball.name}: attw`, attwProblems(tarball));
  }
}
