import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { noble } from '@tlsmith/crypto/noble';
import { node } from '@tlsmith/crypto/node';
import { publicSuffixes } from '@tlsmith/x509';
import { isCore, type LimboRun, limboPath, loadLimbo, type ProfileChoice, runCase } from './limbo.ts';
import { loadPkits, pkitsPath, runPkits } from './pkits.ts';
import { type CaseResult, scoreLine } from './score.ts';
import { absence } from './shared.ts';

const usage = `usage: npm run conformance -- <suite> [options]

suites:
  limbo    x509-limbo and BetterTLS: 9,780 cases of path validation
  pkits    NIST PKITS: 249 tests, of which those about CRLs are skipped

options:
  --profile by-namespace|default|rfc5280|webpki   limbo only; by-namespace when left out
  --provider node|noble                           node when left out
  --only TEXT                                     only cases whose name contains it
  --public-suffixes FILE                          a copy of the Public Suffix List, for the profile webpki
  --json FILE                                     write every result`;

const providers = { node, noble } as const;
const profiles: readonly ProfileChoice[] = ['by-namespace', 'default', 'rfc5280', 'webpki'];

function main(args: readonly string[]): number {
  const { values, positionals } = parseArgs({
    args: [...args].filter((arg) => arg !== '--'),
    allowPositionals: true,
    options: {
      profile: { type: 'string', default: 'by-namespace' },
      provider: { type: 'string', default: 'node' },
      only: { type: 'string', default: '' },
      'public-suffixes': { type: 'string' },
      json: { type: 'string' },
    },
  });
  const profile = profiles.find((name) => name === values.profile);
  const provider = values.provider === 'noble' ? providers.noble : providers.node;
  const suite = suites[positionals[0] ?? ''];
  if (suite === undefined || profile === undefined || !(values.provider in providers)) {
    console.error(usage);
    return 2;
  }
  const list = values['public-suffixes'];
  if (list !== undefined && !existsSync(list)) {
    console.error(`${list} is absent`);
    return 2;
  }
  const publicSuffix = list === undefined ? {} : { publicSuffix: publicSuffixes(readFileSync(list, 'utf8')) };
  const results = suite({ profile, provider, now: Date.now(), ...publicSuffix }, values.only);
  if (results === undefined) return 0;
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, undefined, 1)}\n`);
  return 0;
}

type Suite = (run: LimboRun, only: string) => readonly CaseResult[] | undefined;

const suites: Readonly<Record<string, Suite>> = {
  limbo: (run, only) => {
    const cases = loadLimbo()?.filter(({ id }) => id.includes(only));
    if (cases === undefined) return leftOut('x509-limbo', limboPath);
    const core = cases.filter(isCore).map((of) => runCase(of, run));
    const better = cases
      .filter((of) => !isCore(of))
      .map((of) => runCase(of, { ...run, profile: betterProfile(run) }));
    print(`x509-limbo, profile ${run.profile}, provider ${run.provider.name}`, core);
    print(`BetterTLS, profile ${betterProfile(run)}, provider ${run.provider.name}`, better);
    return [...core, ...better];
  },
  pkits: (run, only) => {
    const suite = loadPkits();
    if (suite === undefined) return leftOut('PKITS', pkitsPath);
    const tests = suite.tests.filter(({ number, title }) => `${number} ${title}`.includes(only));
    const results = tests.map((test) => runPkits(test, suite, run));
    print(`PKITS, profile default, provider ${run.provider.name}`, results);
    return results;
  },
};

// BetterTLS asks what verifiers do in practice, so it has no namespace of its own.
function betterProfile({ profile }: LimboRun): ProfileChoice {
  return profile === 'by-namespace' ? 'default' : profile;
}

function print(title: string, results: readonly CaseResult[]): void {
  if (results.length === 0) return;
  console.log(scoreLine(title, results));
  for (const { id, verdict, reason, facts } of results) {
    if (verdict === 'right') continue;
    console.log(
      `  ${verdict}: ${id}: ${reason}${Object.keys(facts).length === 0 ? '' : ` ${JSON.stringify(facts)}`}`,
    );
  }
}

function leftOut(what: string, path: string): undefined {
  console.log(absence(what, path));
  return undefined;
}

process.exitCode = main(process.argv.slice(2));
