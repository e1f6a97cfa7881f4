import { readFileSync } from 'node:fs';
import { extensionTable } from './extensions.ts';
import { limitTable } from './limits.ts';
import { supportTable } from './support.ts';

/** A part of a document that is made from the code. */
export interface Block {
  /** Path from the top of the repository. */
  readonly file: string;
  /** What its markers are called. */
  readonly name: string;
  text(): string;
}

/** The top of the repository. */
export const repository: URL = new URL('../../../', import.meta.url);

/** A whole source file as a code block. */
function quotation(file: string, source: string): Block {
  const text = (): string =>
    `\`\`\`ts\n${readFileSync(new URL(source, repository), 'utf8').trimEnd()}\n\`\`\``;
  return { file, name: source, text };
}

/** Every generated part of the documentation that this tool keeps. */
export const blocks: readonly Block[] = [
  { file: 'README.md', name: 'supported', text: supportTable },
  { file: 'README.md', name: 'extensions', text: extensionTable },
  quotation('README.md', 'apps/client/src/core.ts'),
  quotation('README.md', 'apps/server/src/core.ts'),
  quotation('CONTRIBUTING.md', 'examples/build-statement/src/extension.ts'),
  quotation('CONTRIBUTING.md', 'examples/build-statement/src/module.ts'),
  quotation('CONTRIBUTING.md', 'examples/aes-128-ccm/src/aes-128-ccm.ts'),
  { file: 'docs/security-model.md', name: 'limits', text: limitTable },
];
