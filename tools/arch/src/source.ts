import { parseSync } from 'oxc-parser';
import { core } from './rules.ts';
import { type Node, isNode } from './tree.ts';

/** A parsed file with what its path says about it. */
export interface SourceFile {
  /** Relative to the repository, with forward slashes. */
  readonly path: string;
  readonly program: Node;
  readonly lineOf: (node: Node) => number;
  /** `packages`, `apps`, `examples` or `tools`. */
  readonly area: string;
  /** The folder below the area. */
  readonly folder: string;
  /** A test, or what several tests share: neither is built nor published. */
  readonly isTest: boolean;
  readonly isGenerated: boolean;
  /** In a subpath named `node`, the only place of a package that may know Node. */
  readonly isNodeSubpath: boolean;
  /** In a package of the core, outside tests and `node` subpaths. */
  readonly isCore: boolean;
}

export interface Violation {
  readonly path: string;
  readonly line: number;
  readonly rule: number;
  readonly message: string;
}

/** `a.test.ts` holds tests, `a.test-support.ts` what several of them share. */
export function isTestPath(path: string): boolean {
  return /\.test(-support)?\.ts$/.test(path);
}

export function parseSource(path: string, text: string): SourceFile {
  const { program, errors } = parseSync(path, text, { preserveParens: false, sourceType: 'module' });
  const tree: unknown = program;
  if (errors.length > 0 || !isNode(tree))
    throw new Error(`${path} does not parse: ${errors[0]?.message ?? 'no program'}`);
  const [area = '', folder = ''] = path.split('/');
  const isTest = isTestPath(path);
  const isNodeSubpath = area === 'packages' && /^packages\/[^/]+\/src\/node(\/|\.ts$)/.test(path);
  return {
    path,
    program: tree,
    lineOf: (node) => text.slice(0, node.start).split('\n').length,
    area,
    folder,
    isTest,
    isGenerated: path.endsWith('.gen.ts'),
    isNodeSubpath,
    isCore: area === 'packages' && core.has(folder) && !isTest && !isNodeSubpath,
  };
}
