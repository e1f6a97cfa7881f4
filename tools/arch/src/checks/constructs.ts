import { anyCeilings, generatorPackages, effectMethods, synchronous, untypedErrors } from '../rules.ts';
import { isGlobalReference } from '../scope.ts';
import type { SourceFile, Violation } from '../source.ts';
import { type Node, identifierName, isNode, nodesOf, walk } from '../tree.ts';

/** One construct that a rule forbids: what to call it, or undefined where the node is fine. */
type Construct = (node: Node, ancestors: readonly Node[]) => string | undefined;

/** Rules 6, 8, 10 and 11: what a file must not contain, whatever it imports. */
export function checkConstructs(file: SourceFile): Violation[] {
  const active = forbidden.filter(({ holds }) => holds(file));
  const found: Violation[] = [];
  walk(file.program, (node, ancestors) => {
    for (const { rule, construct } of active) {
      const message = construct(node, ancestors);
      if (message !== undefined) found.push({ path: file.path, line: file.lineOf(node), rule, message });
    }
  });
  return found;
}

/** Rule 9: counts `any` against the ceiling of the file. */
export function checkAny(file: SourceFile): Violation[] {
  if (file.isTest) return [];
  const found: Node[] = [];
  walk(file.program, (node) => {
    if (node.type === 'TSAnyKeyword') found.push(node);
  });
  const ceiling = anyCeilings[file.path] ?? 0;
  const first = found[ceiling];
  if (first === undefined) return [];
  return [
    {
      path: file.path,
      line: file.lineOf(first),
      rule: 9,
      message: `any stands here ${found.length} times, allowed are ${ceiling}`,
    },
  ];
}

const asynchronous: Construct = (node, ancestors) => {
  if (node['async'] === true) return 'async function';
  if (node.type === 'AwaitExpression' || node['await'] === true) return 'await';
  const name = identifierName(node) ?? '';
  return /^Promise(Like)?$/.test(name) && isGlobalReference(node, ancestors) ? name : undefined;
};

const untypedError: Construct = (node, ancestors) => {
  if (node.type !== 'NewExpression' && node.type !== 'CallExpression') return undefined;
  const callee = node['callee'];
  const name = identifierName(callee) ?? '';
  if (!untypedErrors.has(name) || !isNode(callee) || !isGlobalReference(callee, [...ancestors, node]))
    return undefined;
  return `${name} says neither violation nor misuse: throw a class of @tlsmith/types`;
};

const moduleForm: Construct = (node) => {
  if (node.type === 'ExportAllDeclaration') return 'export *';
  if (node.type === 'ExportDefaultDeclaration') return 'default export';
  if (node.type === 'ExportSpecifier' && exportedName(node) === 'default') return 'default export';
  return typescriptForms[node.type];
};

const typescriptForms: Readonly<Record<string, string>> = {
  TSEnumDeclaration: 'enum',
  TSModuleDeclaration: 'namespace',
  TSParameterProperty: 'parameter property',
  TSExportAssignment: 'export =',
  TSImportEqualsDeclaration: 'import =',
};

const bareCall: Construct = (node) =>
  node.type === 'ExpressionStatement' && discardedCalls(node['expression']).length > 0
    ? 'a call as a statement: use its result, or yield* it'
    : undefined;

// The value of a statement may come from either arm of `a && f()`, `a ? f() : g()` or `f(), g()`.
function discardedCalls(expression: unknown): Node[] {
  if (!isNode(expression)) return [];
  if (expression.type === 'CallExpression') return isEffectMethod(expression['callee']) ? [] : [expression];
  if (!transparent.has(expression.type)) return [];
  const arms = [
    expression['expression'],
    expression['argument'],
    expression['consequent'],
    expression['alternate'],
    expression['right'],
  ];
  return [...arms, ...nodesOf(expression['expressions'])].flatMap(discardedCalls);
}

const transparent = new Set([
  'ChainExpression',
  'ConditionalExpression',
  'LogicalExpression',
  'SequenceExpression',
  'UnaryExpression',
  'TSAsExpression',
  'TSNonNullExpression',
  'TSSatisfiesExpression',
]);

function isEffectMethod(callee: unknown): boolean {
  if (!isNode(callee) || callee.type !== 'MemberExpression' || callee['computed'] === true) return false;
  return effectMethods.has(identifierName(callee['property']) ?? '');
}

function exportedName(specifier: Node): string | undefined {
  return identifierName(specifier['exported']);
}

function isSynchronous({ path, isTest }: SourceFile): boolean {
  const { paths, except } = synchronous;
  return !isTest && paths.some((prefix) => path.startsWith(prefix)) && !except.some((file) => file === path);
}

const forbidden = [
  { rule: 6, construct: asynchronous, holds: isSynchronous },
  { rule: 8, construct: moduleForm, holds: () => true },
  { rule: 10, construct: untypedError, holds: (file: SourceFile) => file.isCore },
  {
    rule: 11,
    construct: bareCall,
    holds: (file: SourceFile) =>
      file.area === 'packages' && generatorPackages.has(file.folder) && !file.isTest,
  },
];
