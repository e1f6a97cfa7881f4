import { readFileSync, writeFileSync } from 'node:fs';
import { blocks, repository } from './blocks.ts';
import { withBlock } from './markers.ts';

// Brings every generated block of the documentation up to date.
for (const { file, name, text } of blocks) {
  const path = new URL(file, repository);
  const document = readFileSync(path, 'utf8');
  const current = withBlock(document, name, text());
  if (current !== document) writeFileSync(path, current);
  console.log(`${current === document ? 'current' : 'written'}: ${file}, ${name}`);
}
