import { builtinModules } from 'node:module';
import { type Import, importsOf, resolveRelative, siblingOf } from '../imports.ts';
import { type RuleNumber, external, packages, testImports } from '../rules.ts';
import { type SourceFile, type Violation, isTestPath } from '../source.ts';
import type { Workspace } from '../workspace.ts';

type Finding = readonly [rule: RuleNumber, message: string];

/** Rules 1-4, 7 and 8 for everything that a file imports. */
export function checkImports(file: SourceFile, workspace: Workspace): Violation[] {
  return importsOf(file).flatMap((one) =>
    findings(file, one, workspace).map(([rule, message]) => ({
      path: file.path,
      line: file.lineOf(one.node),
      rule,
      message,
    })),
  );
}

function findings(file: SourceFile, { specifier }: Import, workspace: Workspace): Finding[] {
  if (specifier.startsWith('.')) return relativeFindings(file, specifier);
  if (isBuiltin(specifier)) return mayKnowNode(file) ? [] : [[4, `${specifier} outside a node subpath`]];
  const sibling = siblingOf(specifier);
  if (sibling !== undefined) return siblingFindings(file, specifier, sibling, workspace);
  return externalFindings(file, specifier);
}

function relativeFindings(file: SourceFile, specifier: string): Finding[] {
  const target = resolveRelative(file.path, specifier);
  if (!target.startsWith(`${file.area}/${file.folder}/`))
    return [[8, `${specifier} leaves ${file.area}/${file.folder}: import the package by its name`]];
  if (isTestPath(target) && !file.isTest)
    return [[3, `${specifier} is a test's, and neither built nor published`]];
  const intoNode = /^packages\/[^/]+\/src\/node(\/|\.ts$)/.test(target);
  return intoNode && !mayKnowNode(file) ? [[4, `${specifier} is a node subpath`]] : [];
}

function siblingFindings(
  file: SourceFile,
  specifier: string,
  { folder, subpath }: { readonly folder: string; readonly subpath: string },
  workspace: Workspace,
): Finding[] {
  const found: Finding[] = [];
  // What apps have in common is a private package beside them, and theirs alone.
  const shared = file.area === 'apps' && folder.startsWith('app-');
  const place = shared ? `apps/${folder.slice('app-'.length)}` : `packages/${folder}`;
  const subpaths = workspace.manifests.get(place)?.subpaths;
  if (subpaths === undefined) return [[8, `${specifier} is not a package of this repository`]];
  if (!subpaths.includes(subpath)) found.push([8, `${specifier} is not an export of its package`]);
  if (subpath === './node' && !mayKnowNode(file)) found.push([4, `${specifier} outside a node subpath`]);
  if (file.area === 'packages') found.push(...layerFindings(file, folder));
  if (!file.isTest) found.push(...declarationFindings(file, specifier, workspace));
  return found;
}

function layerFindings(file: SourceFile, folder: string): Finding[] {
  const own = packages[file.folder];
  if (own === undefined)
    return [[3, `packages/${file.folder} is not in the table of tools/arch/src/rules.ts`]];
  if (own.imports.includes(folder)) return [];
  if (file.isTest && (testImports.includes(folder) || folder === file.folder)) return [];
  return [[own.rule, `${file.folder} must not import ${folder}`]];
}

function declarationFindings(file: SourceFile, specifier: string, workspace: Workspace): Finding[] {
  const name = specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : 'tlsmith';
  const manifest = workspace.manifests.get(`${file.area}/${file.folder}`);
  if (manifest === undefined || manifest.name === name || manifest.dependencies.includes(name)) return [];
  return [[8, `${name} is not among the dependencies in ${file.area}/${file.folder}/package.json`]];
}

function externalFindings(file: SourceFile, specifier: string): Finding[] {
  if (file.area !== 'packages' || file.isTest) return [];
  const allowed = external.packages.some((name) => specifier === name || specifier.startsWith(`${name}/`));
  if (allowed && file.path.startsWith(external.folder)) return [];
  return [[7, allowed ? `${specifier} outside ${external.folder}` : `${specifier} is a runtime dependency`]];
}

const isBuiltin = (specifier: string): boolean =>
  specifier.startsWith('node:') || builtinModules.includes(specifier);

const mayKnowNode = (file: SourceFile): boolean =>
  file.area !== 'packages' || file.isNodeSubpath || file.isTest;
