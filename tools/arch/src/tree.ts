/** A node of the syntax tree, without the hundred shapes: fields are read by name and narrowed where used. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

/** A node with the way down to it: `ancestors` begins at the program and ends at the parent. */
export type Visit = (node: Node, ancestors: readonly Node[]) => void;

/** Visits every node once, parents first, in the order of the text. */
export function walk(program: Node, visit: Visit): void {
  const ancestors: Node[] = [];
  const descend = (node: Node): void => {
    visit(node, ancestors);
    ancestors.push(node);
    for (const child of children(node)) descend(child);
    ancestors.pop();
  };
  descend(program);
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Node>).type === 'string';
}

export function nodesOf(value: unknown): Node[] {
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** The name of an identifier, undefined for any other node. */
export function identifierName(value: unknown): string | undefined {
  return isNode(value) && value.type === 'Identifier' ? String(value['name']) : undefined;
}

/** The text of a string literal, undefined for any other node. */
export function stringOf(value: unknown): string | undefined {
  return isNode(value) && value.type === 'Literal' && typeof value['value'] === 'string'
    ? value['value']
    : undefined;
}

function children(node: Node): Node[] {
  return Object.values(node).flatMap((value) => (isNode(value) ? [value] : nodesOf(value)));
}
