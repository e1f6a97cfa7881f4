import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { check } from './check.ts';
import { withPicture } from './picture.ts';
import { type Workspace, readWorkspace } from './workspace.ts';

const root = new URL('../../../', import.meta.url);
const { values } = parseArgs({ options: { draw: { type: 'boolean', default: false } } });
const workspace = readWorkspace(root);
if (values.draw) draw(workspace);
else report(workspace);

function report(found: Workspace): void {
  const violations = check(found);
  for (const { path, line, rule, message } of violations)
    console.log(`${path}:${line} rule ${rule}: ${message}`);
  console.log(`${found.files.length} files, ${violations.length} violations`);
  process.exitCode = violations.length > 0 ? 1 : 0;
}

function draw(found: Workspace): void {
  const document = new URL('docs/ARCHITECTURE.md', root);
  writeFileSync(document, withPicture(readFileSync(document, 'utf8'), found));
}
