import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { capture, freePort, issue, makeAuthority, selfSigned, stream } from '@tlsmith/testkit/node';
import { compile } from './compile.ts';
import { type Example, importedPackages, printed, readme } from './examples.ts';
import { project } from './project.ts';
import { root, run } from './repository.ts';
import type { Tarball } from './tarballs.ts';
import type { Wish } from './wishes.ts';

/** Installs what a wish's programs import, and nothing else; what speaks against it being fulfilled by that. */
export async function wishProblems(
  wish: Wish,
  path: string,
  tarballs: readonly Tarball[],
): Promise<readonly string[]> {
  const { examples, installs } = programs(wish.file);
  if (examples.length === 0) return ['no example'];
  const names = [...new Set(examples.flatMap(({ code }) => importedPackages(code)))];
  const { installed } = project(path, names, tarballs);
  writeFiles(path);
  const results: string[] = [];
  for (const [i, example] of examples.entries()) results.push(...(await runs(example, path, `example${i}`)));
  return [
    ...(installs === undefined ? [] : names)
      .filter((name) => installs?.includes(name) !== true)
      .map((name) => `the example imports ${name}, which its "npm install" line does not name`),
    ...installed.filter((name) => !wish.pulls.includes(name)).map((name) => `${name} came along`),
    ...wish.pulls.filter((name) => !installed.includes(name)).map((name) => `${name} did not come`),
    ...results,
  ];
}

// A document without an installation line, and a program on its own, need what they import.
function programs(file: string): {
  readonly examples: readonly Example[];
  readonly installs?: readonly string[];
} {
  const path = `${root}/${file}`;
  if (file.endsWith('.md')) {
    const { examples, installs } = readme(path);
    return installs.length === 0 ? { examples } : { examples, installs };
  }
  const code = readFileSync(path, 'utf8');
  return { examples: [{ code, prints: printed(code) }] };
}

async function runs({ code, prints }: Example, path: string, name: string): Promise<readonly string[]> {
  // 4433 stands for a port; whether it is free here is not the example's business.
  const port = code.includes('4433') ? await freePort() : 4433;
  mkdirSync(`${path}/${name}`);
  writeFileSync(`${path}/${name}/main.ts`, code.replaceAll('4433', String(port)));
  const outDir = `${path}/out`;
  const file = `${name}/main.ts`;
  const errors = compile({ path, file, compiler: 'typescript-7.0', resolution: 'nodenext', outDir });
  if (errors.length > 0) return errors;
  const { ok, stdout, text } = run(process.execPath, [`${outDir}/${name}/main.js`], {
    cwd: path,
    timeout: 30_000,
  });
  if (!ok) return [`the example ends badly\n${text}`];
  return stdout.replaceAll(/ +$/gm, '') === prints && prints !== ''
    ? []
    : [`the example announces\n${prints}and prints\n${stdout}`];
}

// What examples read: a self-signed certificate with its key, a server's chain below a root, and two connections that
// OpenSSL made, with their key logs.
function writeFiles(path: string): void {
  const own = selfSigned({ subject: 'server.example', dns: ['server.example'] });
  const authority = makeAuthority({ name: 'Example Root' });
  const intermediate = makeAuthority({ name: 'Example Intermediate', under: authority });
  const server = issue(intermediate, { subject: 'www.example.com', dns: ['www.example.com'] });
  writeFileSync(`${path}/chain.pem`, own.chainPem);
  writeFileSync(`${path}/key.pem`, own.privateKeyPem);
  writeFileSync(`${path}/server.pem`, server.chainPem);
  writeFileSync(`${path}/roots.pem`, authority.chainPem);
  for (const [name, made] of [
    ['tls13', capture('openssl-13-full')],
    ['tls12', capture('openssl-12-ecdhe-ecdsa')],
  ] as const) {
    for (const side of ['client', 'server'] as const)
      writeFileSync(`${path}/${name}.${side}`, stream(made, side));
    writeFileSync(`${path}/${name}.keys`, made.keylog.join('\n'));
  }
}
