import type { SourceFile } from './source.ts';
import { type Node, isNode, stringOf, walk } from './tree.ts';

/** One import of any kind: static, re-export, dynamic or in a type. */
export interface Import {
  readonly specifier: string;
  readonly node: Node;
}

export function importsOf(file: SourceFile): Import[] {
  const found: Import[] = [];
  walk(file.program, (node) => {
    const specifier = stringOf(sourceOf(node));
    if (specifier !== undefined) found.push({ specifier, node });
  });
  return found;
}

/** The path that a relative specifier stands for, in the repository. */
export function resolveRelative(from: string, specifier: string): string {
  return new URL(specifier, `file:///${from}`).pathname.slice(1);
}

/** `@tlsmith/crypto/node` -> folder `crypto`, subpath `./node`; undefined when it is none of our packages. */
export function siblingOf(
  specifier: string,
): { readonly folder: string; readonly subpath: string } | undefined {
  const [, scoped, facade, rest = ''] = /^(?:@tlsmith\/([^/]+)|(tlsmith))(?:\/(.+))?$/.exec(specifier) ?? [];
  const folder = scoped ?? facade;
  return folder === undefined ? undefined : { folder, subpath: rest === '' ? '.' : `./${rest}` };
}

function sourceOf(node: Node): unknown {
  if (importing.has(node.type)) return node['source'];
  if (node.type === 'TSImportEqualsDeclaration' && isNode(node['moduleReference']))
    return node['moduleReference']['expression'];
  return undefined;
}

const importing = new Set([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
]);
