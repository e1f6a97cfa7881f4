import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { publintProblems } from './lint.ts';
import { Report } from './report.ts';
import { must, type Published, published, root, run } from './repository.ts';
import { listingProblems, pack, type Tarball } from './tarballs.ts';

// `--dry-run` rehearses the next release in a copy of the last commit and asks nobody; without it, what stands here is
// published.
const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean' }, help: { type: 'boolean' } } });

// Nothing here may ask a registry.
const offline = { npm_config_offline: 'true', pnpm_config_offline: 'true' };

if (values.help === true) console.log('npm run release -- [--dry-run]');
else if (values['dry-run'] === true) await rehearse();
else publish();

async function rehearse(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tlsmith-release-'));
  const report = new Report();
  try {
    const copy = `${folder}/copy`;
    must('git', ['clone', '--quiet', '--no-hardlinks', root, copy], folder);
    // Changesets compare with a branch of this name, whatever the branch here is called.
    must('git', ['checkout', '--quiet', '-B', 'main'], copy);
    const head = must('git', ['log', '-1', '--format=%h %s'], copy).trim();
    console.log(`Rehearsing a release of ${head}`);
    if (isDirty(root)) report.leftOut('changes that are not committed', 'a release is made of a commit');
    report.check('dependencies, from what is on this machine', install(copy));
    versions(copy, report);
    const tarballs = await packed(copy, `${folder}/tarballs`, report);
    console.log('\nThis would be published, with access "public" and the tag "latest":');
    for (const tarball of tarballs) console.log(`  ${line(tarball)}`);
    report.leftOut('whether the registry has these versions already', 'nobody was asked');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  report.end();
}

function install(copy: string): readonly string[] {
  const args = ['install', '--offline', '--frozen-lockfile'];
  const { ok, text } = run('pnpm', args, { cwd: copy, env: offline });
  return ok ? [] : [text];
}

// What `changeset version` makes of the changesets: numbers, changelogs, ranges between siblings.
function versions(copy: string, report: Report): void {
  const before = new Map(published(copy).map(({ name, manifest }) => [name, manifest.version]));
  for (const args of [['status'], ['version']]) {
    const { ok, text } = run('pnpm', ['exec', 'changeset', ...args], { cwd: copy, env: offline });
    report.check(`changeset ${args.join(' ')}`, ok ? [] : [text]);
  }
  const after = published(copy);
  const still = after.filter(({ name, manifest }) => manifest.version === before.get(name));
  const together = new Set(after.map(({ manifest }) => manifest.version)).size === 1;
  report.check(
    `${after.length} packages, from ${[...new Set(before.values())].join()} to ${after[0]?.manifest.version}`,
    [
      ...still.map(({ name, manifest }) => `${name} stays at ${manifest.version}: it has no changeset`),
      ...(together ? [] : ['versions differ, although all packages are one group']),
      ...after
        .filter(({ path }) => !existsSync(`${path}/CHANGELOG.md`))
        .map(({ name }) => `${name} has no changelog`),
    ],
  );
}

async function packed(copy: string, into: string, report: Report): Promise<readonly Tarball[]> {
  const tarballs: Tarball[] = [];
  for (const one of published(copy)) {
    const tarball = pack(one, into);
    tarballs.push(tarball);
    const problems = [
      ...listingProblems(tarball),
      ...siblingProblems(tarball, one),
      ...(await publintProblems(tarball)),
    ];
    report.check(`${one.name}: packed, its files belong, publint`, problems);
  }
  return tarballs;
}

// Siblings are asked for in the version that is released with them, or a later compatible one.
function siblingProblems({ manifest }: Tarball, { manifest: source }: Published): readonly string[] {
  return Object.entries(manifest.dependencies ?? {})
    .filter(
      ([name, range]) =>
        source.dependencies?.[name]?.startsWith('workspace:') === true && range !== `^${source.version}`,
    )
    .map(([name, range]) => `asks for ${name} ${range}`);
}

function line({ name, file, paths, manifest }: Tarball): string {
  const needs = Object.entries(manifest.dependencies ?? {}).map(([other, range]) => `${other} ${range}`);
  const size = `${Math.ceil(statSync(file).size / 1000)} kB`.padStart(7);
  return `${`${name} ${manifest.version}`.padEnd(30)}${size}, ${String(paths.length).padStart(3)} files  ${needs.join(', ')}`;
}

// Versions are made by `changeset version` and reviewed in a commit before.
function publish(): void {
  const pending = readdirSync(`${root}/.changeset`).filter(
    (name) => name.endsWith('.md') && name !== 'README.md',
  );
  const problems = [
    ...(isDirty(root) ? ['there are changes that are not committed'] : []),
    ...(pending.length > 0 ? [`${pending.join(', ')} not applied: pnpm exec changeset version`] : []),
  ];
  const report = new Report();
  report.check('ready to publish', problems);
  if (problems.length === 0) {
    must('pnpm', ['exec', 'turbo', 'run', 'build', '--output-logs=errors-only'], root);
    const { ok, text } = run('pnpm', ['exec', 'changeset', 'publish'], { cwd: root });
    report.check('changeset publish', ok ? [] : [text]);
  }
  report.end();
}

function isDirty(folder: string): boolean {
  return must('git', ['status', '--porcelain'], folder).trim() !== '';
}
