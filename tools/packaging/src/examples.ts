import { readFileSync } from 'node:fs';

/** A program from a document, as a reader would copy it. */
export interface Example {
  readonly code: string;
  /** What it says that it prints. */
  readonly prints: string;
}

/** What a README tells its reader to do. */
export interface Readme {
  /** The packages of its `npm install` line. */
  readonly installs: readonly string[];
  readonly examples: readonly Example[];
}

/** Reads the `npm install` line of a README, and the code blocks below `<!-- example -->`. */
export function readme(path: string): Readme {
  const text = readFileSync(path, 'utf8');
  const installs = /^npm install (.+)$/m.exec(text)?.[1]?.split(' ') ?? [];
  const blocks = [...text.matchAll(/<!-- example -->\s*```ts\n(.*?)```(?:\s*It prints `([^`]+)`)?/gs)];
  return {
    installs,
    examples: blocks.map(([, code = '', announced]) => ({
      code,
      prints: announced === undefined ? printed(code) : `${announced}\n`,
    })),
  };
}

/**
 * What the comments of an example announce: the one behind each `console.log(...);`, and the comment lines at the end,
 * for a loop that prints several lines.
 */
export function printed(code: string): string {
  const behind = [...code.matchAll(/console\.log\(.*\);[ ]\/\/ (.*)$/gm)].map(([, line]) => line);
  const lines = code.trimEnd().split('\n');
  const last = lines.findLastIndex((line) => !line.startsWith('// '));
  const after = lines.slice(last + 1).map((line) => line.slice('// '.length));
  return [...behind, ...after].map((line) => `${line}\n`).join('');
}

/** Packages that a program names in its imports, those of Node apart. */
export function importedPackages(code: string): readonly string[] {
  const specifiers = [...code.matchAll(/ from '([^'.][^']*)';/g)].map(([, specifier]) => specifier ?? '');
  const names = specifiers
    .filter((specifier) => !specifier.startsWith('node:'))
    .map((specifier) =>
      specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/'),
    );
  return [...new Set(names)].toSorted();
}
