import { importsOf, resolveRelative } from '../imports.ts';
import type { SourceFile, Violation } from '../source.ts';
import { type Node, nodesOf } from '../tree.ts';
import type { Workspace } from '../workspace.ts';

/** Rule 8, barrels: only a declared entry may consist of re-exports. */
export function checkBarrel(file: SourceFile, workspace: Workspace): Violation[] {
  const statements = nodesOf(file.program['body']);
  const entries = workspace.manifests.get(`${file.area}/${file.folder}`)?.entries ?? [];
  if (statements.length === 0 || !statements.every(isReexport) || entries.includes(file.path)) return [];
  return [
    { path: file.path, line: 1, rule: 8, message: 'a barrel that is no declared export of its package' },
  ];
}

/**
 * Rule 8, cycles between files of one package. Type-only imports count: they are gone when the modules load, but
 * neither file can be read without the other. Cycles between packages cannot occur, the table has none.
 */
export function checkCycles(files: readonly SourceFile[]): Violation[] {
  const edges = new Map(files.map((file) => [file.path, dependencies(file)]));
  const open: string[] = [];
  const done = new Set<string>();
  const cycles: string[][] = [];
  const visit = (path: string): void => {
    const start = open.indexOf(path);
    if (start >= 0) cycles.push(open.slice(start));
    if (start >= 0 || done.has(path)) return;
    open.push(path);
    for (const next of edges.get(path) ?? []) visit(next);
    open.pop();
    done.add(path);
  };
  for (const path of edges.keys()) visit(path);
  return cycles.map((cycle) => describe(cycle, files));
}

function describe(cycle: readonly string[], files: readonly SourceFile[]): Violation {
  const [first = '', second = first] = cycle;
  const file = files.find(({ path }) => path === first);
  const back = file && importsOf(file).find(({ specifier }) => resolveRelative(first, specifier) === second);
  return {
    path: first,
    line: file && back ? file.lineOf(back.node) : 1,
    rule: 8,
    message: `cycle: ${[...cycle, first].join(' -> ')}`,
  };
}

function dependencies(file: SourceFile): string[] {
  return importsOf(file)
    .filter(({ specifier }) => specifier.startsWith('.'))
    .map(({ specifier }) => resolveRelative(file.path, specifier));
}

function isReexport(statement: Node): boolean {
  if (statement.type === 'ExportAllDeclaration') return true;
  return (
    statement.type === 'ExportNamedDeclaration' &&
    statement['source'] !== null &&
    statement['source'] !== undefined
  );
}
