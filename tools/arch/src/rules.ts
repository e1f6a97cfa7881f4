/** The dependency rules. Checks, picture and tests read this table and nothing else. */
export const ruleTexts = {
  1: 'types imports nothing; codec, key-schedule and crypto import types only',
  2: 'handshake speaks to record, x509, session-cache and crypto by ask and effect, and imports none of them',
  3: 'a package imports only the packages below it; testkit is for tests, apps and tools',
  4: 'node:* only in subpaths named node, in apps and in tools',
  5: 'no ambient effects in the core: time, randomness, timers and output are asks or arguments',
  6: 'no async, await or Promise where work must stay synchronous or be an ask',
  7: 'runtime dependencies: noble in crypto/noble, nothing else anywhere',
  8: 'no cycles, deep imports, barrels, export *, default exports, enums, namespaces or parameter properties',
  9: 'any only where the table allows it, and never more often',
  10: 'alert numbers only in types/src/alert.ts; untyped errors never in the core',
  11: 'in handshake, key-schedule and x509 a call is never a statement: a forgotten yield* would skip a check',
  12: 'a package has README, LICENSE, no side effects and exports that its sources stand behind',
} as const;

export type RuleNumber = keyof typeof ruleTexts;

export interface PackageRule {
  /** The sibling packages it may import, by folder name. */
  readonly imports: readonly string[];
  /** The rule that an import outside this list breaks. */
  readonly rule: RuleNumber;
}

const below = ['types', 'codec', 'key-schedule', 'record', 'x509', 'session-cache', 'handshake', 'crypto'];

/** What each folder of packages/ may import, lowest first. */
export const packages: Readonly<Record<string, PackageRule>> = {
  types: { imports: [], rule: 1 },
  codec: { imports: ['types'], rule: 1 },
  'key-schedule': { imports: ['types'], rule: 1 },
  crypto: { imports: ['types'], rule: 1 },
  record: { imports: ['types', 'codec', 'key-schedule'], rule: 3 },
  x509: { imports: ['types', 'codec'], rule: 3 },
  'session-cache': { imports: ['types', 'codec'], rule: 3 },
  handshake: { imports: ['types', 'codec', 'key-schedule'], rule: 2 },
  dissector: { imports: ['types', 'codec', 'key-schedule', 'record'], rule: 3 },
  tlsmith: { imports: below, rule: 3 },
  // Not tlsmith: its tests use the test kit.
  testkit: { imports: ['types', 'codec', 'x509', 'handshake'], rule: 3 },
};

/** Siblings that the tests of every package may import besides (root devDependencies, so the package graph stays free of cycles). */
export const testImports: readonly string[] = ['testkit', 'crypto'];

/** Packages whose code has no ambient effects; their `node` subpaths are adapters and exempt. */
export const core: ReadonlySet<string> = new Set([
  'types',
  'codec',
  'key-schedule',
  'record',
  'x509',
  'session-cache',
  'handshake',
  'dissector',
]);

/** Globals that reach outside the program or make its result depend on when and where it runs. */
// biome-ignore format: one name a line would fill a page
export const ambientNames: ReadonlySet<string> = new Set([
  'Buffer', 'Date', 'XMLHttpRequest', 'WebSocket', '__dirname', '__filename', 'clearImmediate', 'clearInterval',
  'clearTimeout', 'console', 'crypto', 'document', 'fetch', 'global', 'globalThis', 'localStorage', 'navigator',
  'performance', 'process', 'queueMicrotask', 'require', 'self', 'setImmediate', 'setInterval', 'setTimeout', 'window',
]);

/** Members with the same effect, of globals that are harmless otherwise. */
export const ambientMembers: Readonly<Record<string, readonly string[]>> = {
  Math: ['random'],
  AbortSignal: ['timeout'],
};

/** Where rule 6 holds (a folder or a file), and the files in there that asynchrony is the business of. */
export const synchronous = {
  paths: [
    'packages/types/src/',
    'packages/codec/src/',
    'packages/key-schedule/src/',
    'packages/handshake/src/',
    'packages/x509/src/',
    'packages/record/src/frame.ts',
    'packages/record/src/sealer.ts',
    'packages/record/src/opener.ts',
  ],
  except: ['packages/types/src/work.ts', 'packages/types/src/provider.ts'],
} as const;

/** How often `any` may stand in a file; a number here may only fall. */
export const anyCeilings: Readonly<Record<string, number>> = {
  'packages/types/src/work.ts': 1,
};

/** The one file with alert numbers. */
export const alertFile = 'packages/types/src/alert.ts';

/** TLS ContentType: one of them is called alert, and its number is no alert number. */
export const contentTypes: ReadonlyMap<string, number> = new Map([
  ['change_cipher_spec', 20],
  ['alert', 21],
  ['handshake', 22],
  ['application_data', 23],
]);

/** Untyped errors: the core throws the classes of types/errors.ts. */
export const untypedErrors: ReadonlySet<string> = new Set([
  'Error',
  'TypeError',
  'RangeError',
  'SyntaxError',
  'AggregateError',
]);

/** Packages made of `Work` generators, where rule 11 holds. */
export const generatorPackages: ReadonlySet<string> = new Set(['handshake', 'key-schedule', 'x509']);

/** Methods that may be called for their effect there: built-in collections and `Secret.wipe`. No generator bears these names. */
export const effectMethods: ReadonlySet<string> = new Set([
  'push',
  'unshift',
  'set',
  'add',
  'delete',
  'clear',
  'fill',
  'wipe',
]);

/** The packages that rule 7 lets in, and the folder that may import them. */
export const external = {
  packages: ['@noble/ciphers', '@noble/curves', '@noble/hashes'],
  folder: 'packages/crypto/src/noble/',
  owner: 'crypto',
} as const;
