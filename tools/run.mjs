#!/usr/bin/env node
// Node and npm are all that a fresh machine needs: `npm test` and its siblings come here, and the
// script runs under the pnpm that package.json pins. A pnpm of the same major on PATH is used as it
// is; otherwise npm fetches the pinned one into its own cache. pnpm then installs what is missing.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const root = new URL('..', import.meta.url);
const pinned = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')).packageManager;
const [script, ...args] = process.argv.slice(2);
// turbo reports usage to its makers unless told otherwise.
const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1' };
const options = { cwd: root, env, shell: process.platform === 'win32' };

const pnpm = pnpmOnPath() ? ['pnpm'] : ['npm', 'exec', '--yes', '--prefer-offline', '--', pinned];
const [command, ...rest] = [...pnpm, 'run', script, ...args];
const child = spawn(command, rest, { ...options, stdio: 'inherit' });

// A terminal sends Ctrl-C to the whole group; a supervisor signals this process alone.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  console.error(`cannot start ${command}: ${error.message}`);
  process.exitCode = 1;
});
child.on('exit', (status) => {
  process.exitCode = status ?? 1;
});

function pnpmOnPath() {
  const { stdout } = spawnSync('pnpm', ['--version'], { ...options, encoding: 'utf8' });
  return stdout?.split('.')[0] === /@(\d+)/.exec(pinned)[1];
}
