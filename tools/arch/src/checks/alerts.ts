import { alertFile, contentTypes } from '../rules.ts';
import type { SourceFile, Violation } from '../source.ts';
import { type Node, identifierName, isNode, nodesOf, stringOf, walk } from '../tree.ts';

/** Alert names without case and underscores, with their numbers. */
export type AlertNumbers = ReadonlyMap<string, number>;

/** Reads the numbers out of the one file that may have them. */
export function alertNumbers(file: SourceFile): AlertNumbers {
  const numbers = new Map<string, number>();
  walk(file.program, (node) => {
    const value = node.type === 'Property' ? numberOf(node['value']) : undefined;
    if (value !== undefined) numbers.set(plain(keyName(node['key'])), value);
  });
  return numbers;
}

/** Rule 10, numbers: the four ways in which an alert number shows itself as one. */
export function checkAlerts(file: SourceFile, numbers: AlertNumbers): Violation[] {
  if (!file.isCore || file.isGenerated || file.path === alertFile) return [];
  const found: Violation[] = [];
  walk(file.program, (node, ancestors) => {
    if (isContentType(node, ancestors.at(-1))) return;
    if (assigned(node, numbers) || compared(node) || switched(node) || passed(node)) {
      found.push({
        path: file.path,
        line: file.lineOf(node),
        rule: 10,
        message: `an alert number outside ${alertFile}`,
      });
    }
  });
  return found;
}

// { description: 47 }, const description = 47, and const illegalParameter = 47 under whatever spelling.
function assigned(node: Node, numbers: AlertNumbers): boolean {
  const fields = assigning[node.type];
  if (fields === undefined) return false;
  const [name, value] = [keyName(node[fields[0]]), numberOf(node[fields[1]])];
  return value !== undefined && (isAlertField(name) || numbers.get(plain(name)) === value);
}

const assigning: Readonly<Record<string, readonly [name: string, value: string]>> = {
  Property: ['key', 'value'],
  PropertyDefinition: ['key', 'value'],
  VariableDeclarator: ['id', 'init'],
  AssignmentPattern: ['left', 'right'],
  AssignmentExpression: ['left', 'right'],
};

// { alert: 21, handshake: 22 }: a table of content types has a row called alert.
function isContentType(node: Node, parent: Node | undefined): boolean {
  if (node.type !== 'Property' || parent?.type !== 'ObjectExpression') return false;
  const rows = nodesOf(parent['properties']);
  const isType = (row: Node): boolean =>
    numberOf(row['value']) === (contentTypes.get(keyName(row['key'])) ?? Number.NaN);
  return rows.length > 1 && rows.every(isType);
}

// message.description === 47
function compared(node: Node): boolean {
  if (node.type !== 'BinaryExpression') return false;
  const sides = [node['left'], node['right']];
  return (
    sides.some((side) => numberOf(side) !== undefined) && sides.some((side) => isAlertField(keyName(side)))
  );
}

// switch (description) { case 47: }
function switched(node: Node): boolean {
  if (node.type !== 'SwitchStatement' || !isAlertField(keyName(node['discriminant']))) return false;
  return nodesOf(node['cases']).some((branch) => numberOf(branch['test']) !== undefined);
}

// sendAlert(2, 47)
function passed(node: Node): boolean {
  if (node.type !== 'CallExpression' || !/alert/i.test(keyName(node['callee']))) return false;
  return nodesOf(node['arguments']).some((argument) => numberOf(argument) !== undefined);
}

const isAlertField = (name: string): boolean =>
  /^(alert|description|alert_?description|alert_?number)$/i.test(name);

const plain = (name: string): string => name.replaceAll('_', '').toLowerCase();

function keyName(node: unknown): string {
  const member = isNode(node) && node.type === 'MemberExpression' ? node['property'] : node;
  return identifierName(member) ?? stringOf(member) ?? '';
}

function numberOf(node: unknown): number | undefined {
  return isNode(node) && node.type === 'Literal' && typeof node['value'] === 'number'
    ? node['value']
    : undefined;
}
