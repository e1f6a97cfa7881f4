import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate and its key, as files. */
export interface Pair {
  readonly certificate: string;
  readonly key: string;
}

/** A folder with what both sides need; goes with `close`. */
export interface Workshop {
  readonly folder: string;
  readonly pairs: Readonly<Record<'a' | 'b', Pair>>;
  side(name: string): string;
  close(): void;
}

/** Makes the folder and two certificates of which each is good for both names. */
export function workshop(): Workshop {
  const folder = mkdtempSync(join(tmpdir(), 'nginx-compare-'));
  return {
    folder,
    pairs: { a: pair(folder, 'a'), b: pair(folder, 'b') },
    side: (name) => {
      const own = join(folder, name);
      mkdirSync(own);
      return own;
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A port of the loopback address that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new RangeError('no port');
  return address.port;
}

export const text = (path: string): string => readFileSync(path, 'utf8');

function pair(folder: string, name: string): Pair {
  const [certificate, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
  // prettier-ignore
  const options = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '2',
    '-subj',
    `/CN=certificate ${name}`,
    '-addext',
    'subjectAltName=DNS:a.example,DNS:b.example',
    '-keyout',
    key,
    '-out',
    certificate,
  ];
  execFileSync('openssl', options, { stdio: 'ignore' });
  return { certificate, key };
}
