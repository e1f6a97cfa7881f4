import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { run } from './repository.ts';
import type { Tarball } from './tarballs.ts';

const require = createRequire(import.meta.url);

/** What publint has to say about a tarball; in strict mode its warnings are errors. */
export async function publintProblems({ file }: Tarball): Promise<readonly string[]> {
  const bytes = readFileSync(file);
  const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
  return messages.map((message) => formatMessage(message, pkg ?? {}, { color: false }) ?? message.code);
}

/** What "Are the types wrong?" has to say; CommonJS is not on offer. */
export function attwProblems({ file }: Tarball): readonly string[] {
  const cli = require.resolve('@arethetypeswrong/cli/package.json').replace('package.json', 'dist/index.js');
  const options = ['--profile', 'esm-only', '--no-color', '--no-emoji'];
  const { ok, text } = run(process.execPath, [cli, file, ...options], { cwd: dirname(file) });
  return ok ? [] : [text];
}
