import { siblingOf } from './imports.ts';
import { external, packages } from './rules.ts';
import type { Workspace } from './workspace.ts';

const begin = '<!-- dependencies: drawn by `npm run arch:draw` -->';
const end = '<!-- /dependencies -->';

/** The document with the picture between its markers brought up to date. */
export function withPicture(document: string, workspace: Workspace): string {
  const [before, rest] = document.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined)
    throw new Error('the document lacks the markers of the dependency picture');
  return `${before}${begin}\n${picture(workspace)}\n${end}${after}`;
}

/**
 * Mermaid text. A full arrow is a declared dependency, a dotted one is allowed by the table but unused;
 * dependencies that another arrow already implies are left out.
 */
export function picture(workspace: Workspace): string {
  const present = Object.keys(packages).filter((folder) => workspace.manifests.has(`packages/${folder}`));
  return [
    '```mermaid',
    'flowchart BT',
    ...present.flatMap((folder) => arrows(folder, present, workspace)),
    '  apps --> tlsmith',
    '```',
  ].join('\n');
}

function arrows(folder: string, present: readonly string[], workspace: Workspace): string[] {
  const allowed = packages[folder]?.imports.filter((one) => present.includes(one)) ?? [];
  const declared = workspace.manifests.get(`packages/${folder}`)?.dependencies ?? [];
  const used = declared.map((name) => siblingOf(name)?.folder);
  const outside = declared
    .filter((name) => external.packages.some((one) => one === name))
    .map((name) => name.split('/')[0] ?? '');
  return [
    `  ${folder}`,
    ...direct(allowed).map((one) => `  ${folder} ${used.includes(one) ? '-->' : '-.->'} ${one}`),
    ...[...new Set(outside)].map((scope) => `  ${folder} --> ${scope.slice(1)}["${scope}/*"]`),
  ];
}

// tlsmith imports types, but so does all that it imports: one arrow less to follow.
function direct(imports: readonly string[]): string[] {
  return imports.filter((one) => !imports.some((other) => packages[other]?.imports.includes(one)));
}
