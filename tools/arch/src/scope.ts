import { type Node, identifierName, isNode, nodesOf } from './tree.ts';

/** Whether an identifier refers to something that the file does not declare: a global. */
export function isGlobalReference(node: Node, ancestors: readonly Node[]): boolean {
  const name = identifierName(node);
  const parent = ancestors.at(-1);
  if (name === undefined || parent === undefined || isMereName(node, parent)) return false;
  if (parent.type === 'ExportSpecifier' && isNode(ancestors.at(-2)?.['source'])) return false;
  return !ancestors.some((scope) => bindings(scope).has(name));
}

// Keys, members and labels are written like references without being one.
function isMereName(node: Node, parent: Node): boolean {
  const fields = nameFields[parent.type];
  if (fields === undefined || parent['computed'] === true) return false;
  if (parent.type === 'Property' && parent['shorthand'] === true)
    return parent['key'] === node && parent['value'] !== node;
  return fields.some((field) => parent[field] === node);
}

const nameFields: Readonly<Record<string, readonly string[]>> = {
  MemberExpression: ['property'],
  Property: ['key'],
  MethodDefinition: ['key'],
  PropertyDefinition: ['key'],
  AccessorProperty: ['key'],
  TSAbstractMethodDefinition: ['key'],
  TSAbstractPropertyDefinition: ['key'],
  TSPropertySignature: ['key'],
  TSMethodSignature: ['key'],
  TSEnumMember: ['id'],
  TSQualifiedName: ['right'],
  TSNamedTupleMember: ['label'],
  TSImportType: ['qualifier'],
  ImportSpecifier: ['imported'],
  ImportAttribute: ['key'],
  ExportSpecifier: ['exported'],
  ExportAllDeclaration: ['exported'],
  LabeledStatement: ['label'],
  BreakStatement: ['label'],
  ContinueStatement: ['label'],
  MetaProperty: ['meta', 'property'],
};

const known = new WeakMap<Node, ReadonlySet<string>>();

/** The names that a node brings into scope for everything inside it. */
function bindings(scope: Node): ReadonlySet<string> {
  const cached = known.get(scope);
  if (cached !== undefined) return cached;
  const names = new Set([
    ...nodesOf(scope['body']).flatMap(declaredNames),
    ...nodesOf(scope['cases']).flatMap((branch) => nodesOf(branch['consequent']).flatMap(declaredNames)),
    ...[scope['init'], scope['left']].filter(isNode).flatMap(declaredNames),
    ...nodesOf(scope['params']).flatMap(patternNames),
    ...nodesOf(scope['parameters']).flatMap(patternNames),
    ...patternNames(scope['param']),
    ...typeParameterNames(scope),
    ...ownName(scope),
  ]);
  known.set(scope, names);
  return names;
}

function declaredNames(statement: Node): string[] {
  if (isNode(statement['declaration'])) return declaredNames(statement['declaration']);
  if (statement.type === 'VariableDeclaration')
    return nodesOf(statement['declarations']).flatMap((one) => patternNames(one['id']));
  if (statement.type === 'ImportDeclaration')
    return nodesOf(statement['specifiers']).flatMap((one) => patternNames(one['local']));
  return /(Declaration|^TSDeclareFunction)$/.test(statement.type) ? patternNames(statement['id']) : [];
}

function patternNames(pattern: unknown): string[] {
  if (!isNode(pattern)) return [];
  const name = identifierName(pattern);
  if (name !== undefined) return [name];
  return [
    ...nodesOf(pattern['properties']).flatMap((property) => patternNames(property['value'] ?? property)),
    ...nodesOf(pattern['elements']).flatMap(patternNames),
    ...patternNames(pattern['argument']),
    ...(pattern.type === 'AssignmentPattern' ? patternNames(pattern['left']) : []),
    ...patternNames(pattern['parameter']),
  ];
}

function typeParameterNames(scope: Node): string[] {
  const list = isNode(scope['typeParameters']) ? nodesOf(scope['typeParameters']['params']) : [];
  return [
    ...list.flatMap((one) => patternNames(one['name'])),
    ...(scope.type === 'TSMappedType' ? patternNames(scope['key']) : []),
  ];
}

const ownName = (scope: Node): string[] =>
  /^(Function|Class)Expression$/.test(scope.type) ? patternNames(scope['id']) : [];
