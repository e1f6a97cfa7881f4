import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { misquotations } from './collect.ts';
import { complianceDocument } from './document.ts';
import { repository, sourceFiles } from './source.ts';

// Writes docs/compliance.md; with --check only says whether it is current. Either way a citation of a section that does
// not exist is an error.
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const path = new URL('docs/compliance.md', repository);
const files = sourceFiles();
const document = complianceDocument(files);
const isCurrent = existsSync(path) && readFileSync(path, 'utf8') === document;

if (!isCurrent && !values.check) writeFileSync(path, document);
console.log(
  `docs/compliance.md is ${isCurrent ? 'current' : values.check ? 'out of date: npm run citations' : 'written'}`,
);

const wrong = misquotations(files);
for (const cited of wrong)
  console.log(`${cited.path}:${cited.line}: RFC ${cited.rfc} has no §${cited.section}`);
if (wrong.length > 0 || (values.check && !isCurrent)) process.exitCode = 1;
