import { expect, test } from 'vitest';
import { findingsAt, findingsIn } from './planted.ts';
import { ambientNames, anyCeilings, effectMethods, untypedErrors } from './rules.ts';

test('rule 5: every ambient name is caught where the core uses it', () => {
  for (const name of ambientNames)
    expect(findingsAt('packages/x509/src/a.ts', `\nexport const a = ${name};`), name).toEqual(['2 rule 5']);
});

const caught = [
  [
    'rule 5: a type that names the clock',
    'packages/x509/src/a.ts',
    'export type A = { at: Date };',
    ['1 rule 5'],
  ],
  [
    'rule 5: a global in a default value',
    'packages/record/src/a.ts',
    'export const a = ({ now = Date.now }) => now;',
    ['1 rule 5'],
  ],
  ['rule 5: a global as shorthand', 'packages/codec/src/a.ts', 'export const a = { console };', ['1 rule 5']],
  [
    'rule 5: a global beside a parameter of its name elsewhere',
    'packages/codec/src/a.ts',
    'const a = (process: number) => process;\nexport const b = process;',
    ['2 rule 5'],
  ],
  ['rule 5: Math.random', 'packages/types/src/a.ts', 'export const a = Math.random();', ['1 rule 5']],
  [
    'rule 5: Math.random by index',
    'packages/types/src/a.ts',
    `export const a = Math['random']();`,
    ['1 rule 5'],
  ],
  ['rule 5: Math.random by pattern', 'packages/types/src/a.ts', 'const { random: r } = Math;', ['1 rule 5']],
  [
    'rule 5: a timer behind AbortSignal',
    'packages/session-cache/src/a.ts',
    'export const a = AbortSignal.timeout(5);',
    ['1 rule 5'],
  ],
  ['rule 6: async function', 'packages/handshake/src/a.ts', 'export async function f() {}', ['1 rule 6']],
  [
    'rule 6: async arrow and await',
    'packages/codec/src/a.ts',
    'export const f = async () => {\n  await g;\n};',
    ['1 rule 6', '2 rule 6'],
  ],
  ['rule 6: async method', 'packages/x509/src/a.ts', 'export class A {\n  async f() {}\n}', ['2 rule 6']],
  ['rule 6: for await', 'packages/types/src/a.ts', 'for await (const a of b) {\n}', ['1 rule 6']],
  [
    'rule 6: Promise as a type',
    'packages/key-schedule/src/a.ts',
    'export type A = Promise<number>;',
    ['1 rule 6'],
  ],
  [
    'rule 6: PromiseLike as a type',
    'packages/key-schedule/src/a.ts',
    'export type A = PromiseLike<number>;',
    ['1 rule 6'],
  ],
  [
    'rule 6: Promise as a value',
    'packages/record/src/sealer.ts',
    'export const a = Promise.resolve();',
    ['1 rule 6'],
  ],
  ['rule 8: export *', 'packages/codec/src/index.ts', `export * from './a.ts';`, ['1 rule 8']],
  ['rule 8: export * as', 'packages/codec/src/index.ts', `export * as a from './a.ts';`, ['1 rule 8']],
  ['rule 8: default export', 'tools/x/src/a.ts', 'export default 1;', ['1 rule 8']],
  [
    'rule 8: default export by name',
    'tools/x/src/a.ts',
    'const a = 1;\nexport { a as default };',
    ['2 rule 8'],
  ],
  ['rule 8: enum', 'packages/types/src/a.ts', 'export enum A { b }', ['1 rule 8']],
  ['rule 8: const enum', 'packages/types/src/a.ts', 'export const enum A { b }', ['1 rule 8']],
  [
    'rule 8: namespace',
    'packages/types/src/a.ts',
    'export namespace A { export const b = 1; }',
    ['1 rule 8'],
  ],
  [
    'rule 8: parameter property',
    'packages/types/src/a.ts',
    'export class A { constructor(readonly b: number) {} }',
    ['1 rule 8'],
  ],
  ['rule 8: import =', 'tools/x/src/a.ts', `import a = require('node:fs');`, ['1 rule 8']],
  ['rule 9: any', 'packages/record/src/a.ts', 'export const a = (b: unknown) => b as any;', ['1 rule 9']],
  [
    'rule 9: any in a type argument',
    'apps/client/src/a.ts',
    'export type A = Generator<1, 2, any>;',
    ['1 rule 9'],
  ],
  [
    'rule 10: a renamed error',
    'packages/codec/src/a.ts',
    `export const f = () => {\n  throw RangeError('x');\n};`,
    ['2 rule 10'],
  ],
  [
    'rule 10: an alert number in a field',
    'packages/handshake/src/a.ts',
    'export const a = { alert: 47 };',
    ['1 rule 10'],
  ],
  [
    'rule 10: an alert number under its name',
    'packages/handshake/src/a.ts',
    'const illegalParameter = 47;',
    ['1 rule 10'],
  ],
  [
    'rule 10: an alert number under its wire name',
    'packages/codec/src/a.ts',
    'export const names = { illegal_parameter: 47 };',
    ['1 rule 10'],
  ],
  [
    'rule 10: an alert number among things that are no content types',
    'packages/record/src/a.ts',
    'export const a = { alert: 21, handshake: 22, illegal_parameter: 47 };\nexport const b = { alert: 21 };',
    ['1 rule 10', '1 rule 10', '2 rule 10'],
  ],
  [
    'rule 10: an alert number in a table of content types that are not',
    'packages/record/src/a.ts',
    'export const a = { alert: 47, handshake: 22 };\nexport const b = { ...c, alert: 21 };',
    ['1 rule 10', '2 rule 10'],
  ],
  [
    'rule 10: an alert number compared',
    'packages/handshake/src/a.ts',
    'export const f = (m) => m.description === 0;',
    ['1 rule 10'],
  ],
  [
    'rule 10: an alert number in a case',
    'packages/handshake/src/a.ts',
    'switch (description) {\n  case 47:\n}',
    ['1 rule 10'],
  ],
  [
    'rule 10: an alert number as an argument',
    'packages/record/src/a.ts',
    'export const a = sendAlert(level, 47);',
    ['1 rule 10'],
  ],
  ['rule 11: a call as a statement', 'packages/handshake/src/a.ts', 'f();', ['1 rule 11']],
  ['rule 11: a method call as a statement', 'packages/x509/src/a.ts', 'chain.verify(1);', ['1 rule 11']],
  ['rule 11: an optional call', 'packages/key-schedule/src/a.ts', 'a?.b();', ['1 rule 11']],
  ['rule 11: void before a call', 'packages/key-schedule/src/a.ts', 'void f();', ['1 rule 11']],
  ['rule 11: a call behind &&', 'packages/handshake/src/a.ts', 'a && f();', ['1 rule 11']],
  ['rule 11: a call in an arm of ?:', 'packages/handshake/src/a.ts', 'a ? push(1) : b;', ['1 rule 11']],
  ['rule 11: a call after a comma', 'packages/handshake/src/a.ts', '(a, f());', ['1 rule 11']],
  [
    'rule 11: a call inside an arrow with a body',
    'packages/handshake/src/a.ts',
    'export const g = () => {\n  f();\n};',
    ['2 rule 11'],
  ],
] as const;

test.each(caught)('%s is caught', (_, path, text, findings) => {
  expect(findingsAt(path, text)).toEqual(findings);
});

const fine = [
  [
    'a property named like a global',
    'packages/types/src/a.ts',
    'export interface P { crypto: 1; console(): void }\nexport const f = (p: P) => p.crypto + p.console();',
  ],
  [
    'a parameter named like a global',
    'packages/types/src/a.ts',
    'export const f = (crypto: number, { process }: X, [self]: Y, ...window: Z) => [crypto, process, self, window];',
  ],
  [
    'a local, an import and a function named like globals',
    'packages/codec/src/a.ts',
    `import { performance } from './b.ts';\nfunction fetch() { const name = performance; let Date = name; return Date; }\nexport const a = fetch;`,
  ],
  [
    'a caught error, a loop variable and a type parameter named like globals',
    'packages/codec/src/a.ts',
    'try { a; } catch (console) { console; }\nfor (const self of b) self;\nexport type A<Date> = Date[];',
  ],
  [
    'a re-export of a name like a global',
    'packages/codec/src/a.ts',
    `export const b = 1;\nexport { Date } from './b.ts';`,
  ],
  [
    'a global in a comment, a string and a key',
    'packages/types/src/a.ts',
    `// Date.now()\nexport const a = { Date: 'console.log', process: 1 };`,
  ],
  [
    'Math without random, and random elsewhere',
    'packages/types/src/a.ts',
    'export const a = Math.max(1, provider.random(2));',
  ],
  [
    'the clock in a node subpath',
    'packages/session-cache/src/node/a.ts',
    'export const now = () => Date.now();',
  ],
  [
    'the clock in the facade, a provider and an app',
    'packages/tlsmith/src/a.ts',
    'export const now = () => Date.now();',
  ],
  ['the clock in a test', 'packages/x509/src/a.test.ts', 'Date.now();'],
  [
    'Promise where asynchrony belongs',
    'packages/types/src/work.ts',
    'export async function f(): Promise<void> { await g; }',
  ],
  [
    'Promise in the connection and in the channel',
    'packages/record/src/channel.ts',
    'export type A = Promise<void>;',
  ],
  ['await in a test', 'packages/handshake/src/a.test.ts', 'export const f = async () => await g;'],
  [
    'a property named async or await',
    'packages/codec/src/a.ts',
    'export const a = { async: 1, Promise: 2 };\nexport const b = a.Promise + a.async;',
  ],
  [
    'a named re-export in an index',
    'packages/codec/src/index.ts',
    `export { a } from './a.ts';\nexport type { B } from './b.ts';`,
  ],
  [
    'as const tables and declared functions',
    'packages/codec/src/a.ts',
    'export const a = { b: 1 } as const;\nexport class C { readonly d: number; constructor(d: number) { this.d = d; } }',
  ],
  [
    'the word any in a comment, a string and a name',
    'packages/codec/src/a.ts',
    `// any: as any\nexport const any = 'any';\nexport const anyOf = any;`,
  ],
  ['any in a test', 'packages/codec/src/a.test.ts', 'export const a = b as any;'],
  [
    'a typed error, an error class and a local called Error',
    'packages/types/src/a.ts',
    'export class MyError extends Error {}\nthrow new MyError("x");',
  ],
  [
    'an error test by instanceof',
    'packages/types/src/a.ts',
    'export const f = (e: unknown) => e instanceof Error;',
  ],
  ['new Error outside the core', 'packages/tlsmith/src/a.ts', `throw new Error('x');`],
  [
    'an alert by name and a number that is no alert',
    'packages/handshake/src/a.ts',
    `export const a = { alert: 'illegal_parameter', closeNotify: 47, length: 47 };`,
  ],
  [
    'a comparison with a description in words',
    'packages/handshake/src/a.ts',
    `export const f = (m) => m.description === 'close_notify' && m.length === 47;`,
  ],
  [
    'the content type called alert',
    'packages/record/src/a.ts',
    'export const contentType = { change_cipher_spec: 20, alert: 21, handshake: 22, application_data: 23 } as const;',
  ],
  [
    'alert numbers in generated names',
    'packages/types/src/a.gen.ts',
    'export const a = { illegal_parameter: 47 };',
  ],
  [
    'a yield* as a statement',
    'packages/handshake/src/a.ts',
    'export function* f() {\n  yield* check();\n  const a = g();\n  return a;\n}',
  ],
  ['an assignment from a call', 'packages/x509/src/a.ts', 'a = f();\na.b ??= f();'],
  ['a concise arrow that returns a call', 'packages/x509/src/a.ts', 'export const f = () => g();'],
  ['a call as a statement in another package', 'packages/codec/src/a.ts', 'f();'],
  ['a call as a statement in a test', 'packages/handshake/src/a.test.ts', 'f();'],
] as const;

test.each(fine)('%s is not caught', (_, path, text) => {
  expect(findingsAt(path, text)).toEqual([]);
});

test('rule 9: the ceiling of a file is allowed, one more is caught at its line', () => {
  for (const [path, ceiling] of Object.entries(anyCeilings)) {
    const times = (count: number) =>
      Array.from({ length: count }, (_, index) => `export type A${index} = any;\n`).join('');
    expect(findingsAt(path, times(ceiling)), path).toEqual([]);
    expect(findingsAt(path, times(ceiling + 1)), path).toEqual([`${ceiling + 1} rule 9`]);
  }
});

test('rule 10: every untyped error is caught in the core, called or constructed', () => {
  for (const name of untypedErrors) {
    expect(
      findingsAt('packages/session-cache/src/a.ts', `throw new ${name}('x');\nthrow ${name}('x');`),
      name,
    ).toEqual(['1 rule 10', '2 rule 10']);
  }
});

test('rule 11: only methods that change a collection or wipe a secret may be called for their effect', () => {
  for (const method of effectMethods) {
    expect(findingsAt('packages/x509/src/a.ts', `list.${method}(1);`), method).toEqual([]);
    expect(
      findingsAt('packages/x509/src/a.ts', `list.${method}Each(1);\nlist['${method}'](1);`),
      method,
    ).toEqual(['1 rule 11', '2 rule 11']);
  }
});

test('rule 8: a barrel is caught unless package.json declares it', () => {
  const barrel = `export { a } from './x.ts';\nexport type { B } from './y.ts';`;
  expect(findingsAt('packages/codec/src/messages/index.ts', barrel)).toEqual(['1 rule 8']);
  expect(findingsAt('packages/codec/src/node/index.ts', barrel)).toEqual([]);
  expect(findingsAt('packages/codec/src/a.ts', `${barrel}\nexport const c = 1;`)).toEqual([]);
});

test('rule 8: a cycle between files is caught once, at the import that closes it', () => {
  const files = {
    'packages/codec/src/a.ts': `\nimport { b } from './b.ts';`,
    'packages/codec/src/b.ts': `import { c } from './deep/c.ts';`,
    'packages/codec/src/deep/c.ts': `export { a } from '../a.ts';\nexport const c = 1;`,
  };
  expect(findingsIn(files)).toEqual(['packages/codec/src/a.ts:2 rule 8']);
  expect(findingsIn({ 'packages/codec/src/self.ts': `import { a } from './self.ts';` })).toEqual([
    'packages/codec/src/self.ts:1 rule 8',
  ]);
});

test('rule 8: a diamond is no cycle, a cycle of types is one', () => {
  expect(
    findingsIn({
      'packages/codec/src/a.ts': `import { b } from './b.ts';\nimport { c } from './c.ts';`,
      'packages/codec/src/b.ts': `import { d } from './d.ts';`,
      'packages/codec/src/c.ts': `import { d } from './d.ts';`,
      'packages/codec/src/d.ts': `export const d = 1;`,
    }),
  ).toEqual([]);
  for (const back of [
    `import type { a } from './f.ts';`,
    `export type { a } from './f.ts';`,
    `export type A = import('./f.ts').A;`,
  ]) {
    const files = {
      'packages/codec/src/f.ts': `import { g } from './g.ts';`,
      'packages/codec/src/g.ts': `${back}\nexport const g = 1;`,
    };
    expect(findingsIn(files)).toEqual(['packages/codec/src/f.ts:1 rule 8']);
  }
  expect(findingsIn({ 'packages/codec/src/e.ts': `import { type a } from './e.ts';` })).toHaveLength(1);
});

test('a file that does not parse is an error, not a pass', () => {
  expect(() => findingsAt('packages/codec/src/a.ts', 'export const = 1;')).toThrow(
    'packages/codec/src/a.ts does not parse',
  );
});
