import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import type { Workshop } from '../bench/bench.ts';
import type { Identified } from '../bench/pki.ts';

/** What NSS programs know: whom they trust, and who they are. */
export interface NssIdentity {
  readonly rootPath: string;
  readonly own: Identified | undefined;
}

/** The nickname of one's own certificate in a database of {@link nssDatabase}. */
export const nickname = 'own';

/** Makes an NSS database, once for a run; NSS has one nickname for all certificates of a subject, so each gets its own. */
export function nssDatabase({ folder }: Workshop, { rootPath, own }: NssIdentity): string {
  const name = `${folder} ${rootPath} ${own?.chainPath ?? ''}`;
  const found = made.get(name);
  if (found !== undefined) return found;
  const path = `${folder}/nss-${made.size}`;
  const database = `sql:${path}`;
  mkdirSync(path);
  run('certutil', ['-N', '-d', database, '--empty-password']);
  run('certutil', ['-A', '-d', database, '-n', 'root', '-t', 'CT,,', '-a', '-i', rootPath]);
  if (own !== undefined) {
    const { chainPath, keyPath } = own;
    const packed = `${path}/own.p12`;
    const pack = ['pkcs12', '-export', '-inkey', keyPath, '-in', chainPath, '-name', nickname];
    run('openssl', [...pack, '-passout', 'pass:', '-out', packed]);
    run('pk12util', ['-i', packed, '-d', database, '-W', '', '-K', '']);
  }
  made.set(name, database);
  return database;
}

function run(command: string, args: readonly string[]): void {
  const { error, status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command}: ${stderr}`);
}

const made = new Map<string, string>();
