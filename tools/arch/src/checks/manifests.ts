import { siblingOf } from '../imports.ts';
import { type RuleNumber, external, packages } from '../rules.ts';
import type { Violation } from '../source.ts';
import type { Workspace } from '../workspace.ts';

/** Rules 1-3 and 7 for what package.json files declare: a dependency is a promise even where no file uses it yet. */
export function checkManifests(workspace: Workspace): Violation[] {
  return [...workspace.manifests]
    .filter(([path]) => path.startsWith('packages/'))
    .flatMap(([path, { dependencies }]) => dependencies.flatMap((name) => checkDependency(path, name)));
}

function checkDependency(path: string, name: string): Violation[] {
  const folder = path.slice('packages/'.length);
  const at = (rule: RuleNumber, message: string): Violation[] => [
    { path: `${path}/package.json`, line: 1, rule, message },
  ];
  const own = packages[folder];
  if (own === undefined) return at(3, `${folder} is not in the table of tools/arch/src/rules.ts`);
  const sibling = siblingOf(name)?.folder;
  if (sibling !== undefined)
    return own.imports.includes(sibling) ? [] : at(own.rule, `${folder} must not depend on ${sibling}`);
  const allowed = folder === external.owner && external.packages.some((one) => one === name);
  return allowed ? [] : at(7, `${name} is a runtime dependency`);
}
