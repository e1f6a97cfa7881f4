import { writeFileSync } from 'node:fs';
import { compile, compilers } from './compile.ts';
import { project } from './project.ts';
import { entries, type Published } from './repository.ts';
import type { Tarball } from './tarballs.ts';

/** What one compiler says in one way of finding packages. */
export interface Verdict {
  readonly name: string;
  readonly problems: readonly string[];
}

/**
 * Compiles one program that imports every entry of every package, declarations themselves included, with each compiler
 * from the oldest to the newest. It is wrong in three places where only a type that arrived can tell, and says so.
 */
export function declarations(
  path: string,
  packages: readonly Published[],
  tarballs: readonly Tarball[],
): readonly Verdict[] {
  const names = packages.map(({ name }) => name);
  project(path, names, tarballs);
  const specifiers = packages.flatMap((one) => entries(one).map(({ specifier }) => specifier));
  const imports = specifiers.map((specifier, i) => `import * as entry${i} from '${specifier}';`);
  const uses = specifiers.map((_, i) => `export const keys${i}: readonly string[] = Object.keys(entry${i});`);
  writeFileSync(`${path}/consumer.ts`, [...imports, ...uses, refusals].join('\n'));
  return compilers.flatMap((compiler) =>
    (['nodenext', 'bundler'] as const).map((resolution) => ({
      name: `declarations: ${compiler}, ${resolution}, ${specifiers.length} imports`,
      problems: compile({ path, file: 'consumer.ts', compiler, resolution }),
    })),
  );
}

const refusals = `
import { node } from '@tlsmith/crypto/node';
import { compute, type Secret, sha256 } from '@tlsmith/types';
import { earlySecret, type EarlyStage } from '@tlsmith/key-schedule';
import { defineClient } from 'tlsmith';
import { connect } from 'tlsmith/node';

export const stage: EarlyStage = compute(node, earlySecret(sha256));
// @ts-expect-error: a stage is no secret
export const secret: Secret<'traffic'> = stage;
// @ts-expect-error: trust is a decision without a default
export const socket = () => connect({ host: 'server.example', port: 443 });
// @ts-expect-error: there is no such option
export const config = () => defineClient({ provider: node, serverName: 'a', trust: { roots: [] }, verify: false });
`;
