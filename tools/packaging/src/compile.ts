import { createRequire } from 'node:module';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './repository.ts';

const require = createRequire(import.meta.url);

/** The compilers that our declarations are for, oldest first. */
export const compilers = ['typescript-5.4', 'typescript-5.9', 'typescript-6.0', 'typescript-7.0'] as const;

/** How an importer finds a package. */
export type Resolution = 'nodenext' | 'bundler';

/** What a compilation is made of. */
export interface Compilation {
  /** The project's folder. */
  readonly path: string;
  readonly file: string;
  readonly compiler: (typeof compilers)[number];
  readonly resolution: Resolution;
  /** Where JavaScript goes; none is written without it. */
  readonly outDir?: string;
}

/** Compiles one file of a project, declarations of its packages included; what the compiler says against it. */
export function compile({ path, file, compiler, resolution, outDir }: Compilation): readonly string[] {
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2023', 'dom'],
    module: resolution === 'nodenext' ? 'nodenext' : 'esnext',
    moduleResolution: resolution,
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    types: ['node'],
    typeRoots: [fileURLToPath(new URL('../../../node_modules/@types', import.meta.url))],
    ...(outDir === undefined ? { noEmit: true } : { outDir, rootDir: path }),
  };
  const name = `tsconfig.${file.replaceAll('/', '.')}.${compiler}.${resolution}.json`;
  writeFileSync(join(path, name), JSON.stringify({ compilerOptions, files: [file] }, undefined, 2));
  const { ok, text } = run(process.execPath, [tsc(compiler), '-p', name, '--pretty', 'false'], { cwd: path });
  return ok ? [] : [text];
}

function tsc(compiler: string): string {
  const folder = dirname(require.resolve(`${compiler}/package.json`));
  return join(folder, 'bin', 'tsc');
}
