import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importedPackages, printed, readme } from './examples.ts';

test('an example announces what its comments say, behind each console.log and at its end', () => {
  const code = [
    `console.log(1 + 1); // 2`,
    `const a = 3; // not printed`,
    `// nor is this`,
    `for (const b of [a]) console.log(b);`,
    `// 3`,
    `//   4`,
  ].join('\n');
  expect(printed(code)).toBe('2\n3\n  4\n');
});

test('an example needs the packages of its imports, each once, and not those of Node', () => {
  const code = [
    `import { readFileSync } from 'node:fs';`,
    `import { node } from '@tlsmith/crypto/node'; // native`,
    `import { noble } from '@tlsmith/crypto/noble';`,
    `import {\n  a,\n} from 'tlsmith/node';`,
    `import { b } from './b.ts';`,
  ].join('\n');
  expect(importedPackages(code)).toEqual(['@tlsmith/crypto', 'tlsmith']);
});

test('a README gives its installation line and the blocks that are marked, and no others', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tlsmith-readme-'));
  const path = join(folder, 'README.md');
  const fence = '```';
  writeFileSync(
    path,
    `${fence}sh\nnpm install a b\n${fence}\n\n<!-- example -->\n${fence}ts\nconsole.log(1); // 1\n${fence}\n\n${fence}ts\nother\n${fence}\n` +
      `<!-- example -->\n\n${fence}ts\nrun();\n${fence}\n\nIt prints \`hello\`.\n`,
  );
  expect(readme(path)).toEqual({
    installs: ['a', 'b'],
    examples: [
      { code: 'console.log(1); // 1\n', prints: '1\n' },
      { code: 'run();\n', prints: 'hello\n' },
    ],
  });
  rmSync(folder, { recursive: true });
});
