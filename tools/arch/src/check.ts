import { alertNumbers, checkAlerts } from './checks/alerts.ts';
import { checkAmbient } from './checks/ambient.ts';
import { checkAny, checkConstructs } from './checks/constructs.ts';
import { checkBarrel, checkCycles } from './checks/files.ts';
import { checkImports } from './checks/imports.ts';
import { checkManifests } from './checks/manifests.ts';
import { checkPackaging } from './checks/packaging.ts';
import { alertFile } from './rules.ts';
import type { Violation } from './source.ts';
import type { Workspace } from './workspace.ts';

/** Every place where the workspace breaks a rule, by file and line. */
export function check(workspace: Workspace): Violation[] {
  const alerts = workspace.files.find(({ path }) => path === alertFile);
  const numbers = alerts ? alertNumbers(alerts) : new Map<string, number>();
  return [
    ...checkManifests(workspace),
    ...checkPackaging(workspace),
    ...checkCycles(workspace.files),
    ...workspace.files.flatMap((file) => [
      ...checkImports(file, workspace),
      ...checkBarrel(file, workspace),
      ...checkAmbient(file),
      ...checkConstructs(file),
      ...checkAny(file),
      ...checkAlerts(file, numbers),
    ]),
  ].sort((a, b) => (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1));
}
