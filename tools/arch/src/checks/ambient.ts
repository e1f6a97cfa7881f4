import { ambientMembers, ambientNames } from '../rules.ts';
import { isGlobalReference } from '../scope.ts';
import type { SourceFile, Violation } from '../source.ts';
import { type Node, identifierName, isNode, nodesOf, stringOf, walk } from '../tree.ts';

/** Rule 5: names of globals with effects, and effectful members of harmless ones, in the core. */
export function checkAmbient(file: SourceFile): Violation[] {
  if (!file.isCore) return [];
  const found: Violation[] = [];
  walk(file.program, (node, ancestors) => {
    if (!isGlobalReference(node, ancestors)) return;
    const name = String(node['name']);
    for (const effect of effects(name, node, ancestors.at(-1))) {
      found.push({ path: file.path, line: file.lineOf(node), rule: 5, message: `${effect} is ambient` });
    }
  });
  return found;
}

function effects(name: string, node: Node, parent: Node | undefined): string[] {
  if (ambientNames.has(name)) return [name];
  const members = Object.hasOwn(ambientMembers, name) ? (ambientMembers[name] ?? []) : [];
  return members
    .filter((member) => takenMembers(node, parent).includes(member))
    .map((member) => `${name}.${member}`);
}

// Math.random, Math['random'] and const { random } = Math.
function takenMembers(node: Node, parent: Node | undefined): (string | undefined)[] {
  if (parent?.type === 'MemberExpression' && parent['object'] === node) return [keyName(parent['property'])];
  if (parent?.type === 'VariableDeclarator' && parent['init'] === node && isNode(parent['id'])) {
    return nodesOf(parent['id']['properties']).map((property) => keyName(property['key']));
  }
  return [];
}

const keyName = (key: unknown): string | undefined => identifierName(key) ?? stringOf(key);
