import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { noble } from '@tlsmith/crypto/noble';
import { node } from '@tlsmith/crypto/node';
import { webcrypto } from '@tlsmith/crypto/webcrypto';
import { absence, wycheproofPath } from '@tlsmith/testkit/node';
import { publicSuffixes } from '@tlsmith/x509';
import { isBelowExpected } from './expected.ts';
import { isCore, type LimboRun, limboPath, loadLimbo, type ProfileChoice, runCase } from './limbo.ts';
import { loadPkits, pkitsPath, runPkits } from './pkits.ts';
import { type CaseResult, scoreLine, type Summary, summaryOf } from './score.ts';
import { runWycheproof } from './wycheproof.ts';

const usage = `usage: npm run conformance -- <suite> [options]

suites:
  limbo       x509-limbo: 208 cases of path validation
  bettertls   BetterTLS: 9,572 cases of path building and name constraints
  pkits       NIST PKITS: 249 tests of path validation, CRLs and policies included
  wycheproof  the primitives of the provider
  all         all of them, one after the other

options:
  --provider node|noble|webcrypto                 node when left out
  --json FILE                                     write the results; a list of them for all
  --only TEXT                                     only cases whose name contains it
  --profile by-namespace|default|rfc5280|webpki   limbo and bettertls; by-namespace when left out
  --public-suffixes FILE                          a copy of the Public Suffix List, for the profile webpki

The status is 1 where a whole suite scores less than is written down in expected.ts.`;

const providers = { node, noble, webcrypto } as const;
const choices: readonly ProfileChoice[] = ['by-namespace', 'default', 'rfc5280', 'webpki'];

interface Run extends LimboRun {
  readonly only: string;
}

/** A suite that was run: its title, under which its score is written down, and the results. */
interface Ran {
  readonly title: string;
  readonly results: readonly CaseResult[];
  /** The same results by file, where a suite is many. */
  readonly files?: readonly { readonly file: string; readonly results: readonly CaseResult[] }[];
}

type Suite = (run: Run) => Promise<Ran | undefined>;

const suites: Readonly<Record<string, Suite>> = {
  limbo: (run) => limbo(run, `x509-limbo ${run.profile}`, isCore),
  bettertls: (run) => limbo(run, 'BetterTLS', (of) => !isCore(of)),
  pkits: async (run) => {
    const suite = loadPkits();
    if (suite === undefined) return leftOut('PKITS', pkitsPath);
    const results: CaseResult[] = [];
    for (const test of suite.tests.filter(({ number, title }) => `${number} ${title}`.includes(run.only))) {
      results.push(await runPkits(test, suite, run));
    }
    return { title: 'PKITS', results };
  },
  wycheproof: async ({ provider, only }) => {
    const files = await runWycheproof(provider, only);
    if (files === undefined) return leftOut('Wycheproof', wycheproofPath);
    return { title: 'Wycheproof', results: files.flatMap(({ results }) => results), files };
  },
};

async function limbo(run: Run, title: string, belongs: typeof isCore): Promise<Ran | undefined> {
  const cases = loadLimbo()?.filter((of) => belongs(of) && of.id.includes(run.only));
  if (cases === undefined) return leftOut(title, limboPath);
  const results: CaseResult[] = [];
  for (const of of cases) results.push(await runCase(of, run));
  return { title, results };
}

async function main(args: readonly string[]): Promise<number> {
  const wish = wishOf(args);
  if (typeof wish === 'number') return wish;
  const { names, run, json } = wish;
  const reports: Reported[] = [];
  for (const suite of names) {
    const ran = await suites[suite]?.(run);
    if (ran !== undefined) reports.push(report(suite, ran, run));
  }
  const summaries = reports.map(({ summary }) => summary);
  const written = names.length > 1 ? summaries : summaries[0];
  if (json !== undefined && written !== undefined) {
    writeFileSync(json, `${JSON.stringify(written, undefined, 1)}\n`);
  }
  return reports.some(({ isBelow }) => isBelow) ? 1 : 0;
}

interface Wish {
  readonly names: readonly string[];
  readonly run: Run;
  readonly json: string | undefined;
}

/** What the command line asks for, or the status to end with once the reason is printed. */
function wishOf(args: readonly string[]): Wish | number {
  const { values, positionals } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    allowPositionals: true,
    options,
  });
  if (values.help === true) {
    console.log(usage);
    return 0;
  }
  const name = positionals[0] ?? '';
  const profile = choices.find((choice) => choice === values.profile);
  const list = values['public-suffixes'];
  const isKnown = name === 'all' || isOneOf(suites, name);
  if (!isKnown || !isOneOf(providers, values.provider) || profile === undefined) {
    console.error(usage);
    return 2;
  }
  if (list !== undefined && !existsSync(list)) {
    console.error(`${list} is absent`);
    return 2;
  }
  const publicSuffix = list === undefined ? {} : { publicSuffix: publicSuffixes(readFileSync(list, 'utf8')) };
  const provider = providers[values.provider];
  const run = { profile, provider, now: Date.now(), only: values.only, ...publicSuffix };
  return { names: name === 'all' ? Object.keys(suites) : [name], run, json: values.json };
}

const options = {
  profile: { type: 'string', default: 'by-namespace' },
  provider: { type: 'string', default: 'node' },
  only: { type: 'string', default: '' },
  'public-suffixes': { type: 'string' },
  json: { type: 'string' },
  help: { type: 'boolean' },
} as const;

interface Reported {
  readonly summary: Summary;
  /** Whether a whole suite scores less than is written down. */
  readonly isBelow: boolean;
}

function report(suite: string, { title, results, files = [] }: Ran, { provider, only }: Run): Reported {
  const summary = summaryOf(suite, results);
  for (const one of files) console.log(scoreLine(one.file, one.results));
  console.log(scoreLine(`${title}, provider ${provider.name}`, results));
  for (const { id, expected, got, reason } of summary.wrong) {
    console.log(`  ${id}: expected ${expected}, got ${got}: ${reason}`);
  }
  const isBelow = only === '' && isBelowExpected(title, provider.name, results);
  if (isBelow) console.error('less than is written down in tools/conformance/src/expected.ts');
  return { summary, isBelow };
}

function isOneOf<T extends object>(of: T, key: string): key is keyof T & string {
  return Object.hasOwn(of, key);
}

function leftOut(what: string, path: string): undefined {
  console.log(absence(what, path));
  return undefined;
}

process.exitCode = await main(process.argv.slice(2));
