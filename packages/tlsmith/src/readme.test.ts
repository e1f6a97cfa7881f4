import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { compileFunction } from 'node:vm';
import { node } from '@tlsmith/crypto/node';
import { freePort, selfSigned } from '@tlsmith/testkit/node';
import { trustAnchors } from '@tlsmith/x509';
import { describe, expect, test } from 'vitest';
import { identity } from './identity.ts';
import { connect, createServer } from './node/index.ts';

const repository = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, repository), 'utf8');
const readme = read('README.md');

describe('the README', () => {
  test.each(['apps/client/src/core.ts', 'apps/server/src/core.ts'])('quotes %s as it is', (file) => {
    const [, quoted] = readme.split(new RegExp(`<!-- ${file}: (?:begin|end) -->`));
    expect(quoted, 'npm run tables --prefix tools/docs').toBe(
      `\n\n\`\`\`ts\n${read(file).trimEnd()}\n\`\`\`\n\n`,
    );
  });

  test('has an example that runs as it stands and prints what the text says', async () => {
    const code = /<!-- example -->\s*```ts\n(.*?)```/s.exec(readme)?.[1] ?? '';
    const announced = /It prints `([^`]+)`/.exec(readme)?.[1];
    const { chainPem, privateKeyPem } = selfSigned({ subject: 'server.example', dns: ['server.example'] });
    const files: Readonly<Record<string, string>> = { 'chain.pem': chainPem, 'key.pem': privateKeyPem };
    const stdout = new PassThrough();
    const names = {
      readFileSync: (name: string) => files[name],
      process: { stdout },
      node,
      trustAnchors,
      identity,
      connect,
      createServer,
    };
    const imports = [...code.matchAll(/^import \{ (.+) \} from/gm)].flatMap(([, list]) => list?.split(', '));
    expect(imports.filter((name) => !Object.hasOwn(names, name ?? ''))).toEqual([]);
    const body = code.replace(/^import .*$/gm, '').replaceAll('4433', String(await freePort()));
    const run = compileFunction(body, Object.keys(names)) as (...values: readonly unknown[]) => void;
    run(...Object.values(names));
    expect(await text(stdout)).toBe(`${announced}\n`);
  });
});
