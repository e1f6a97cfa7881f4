import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isIP } from 'node:net';
import { pem } from '@tlsmith/testkit';
import type { Chain, Verdict } from './chain.ts';

/** Another verifier: judges many chains at once, in their order. */
export interface Peer {
  readonly name: PeerName;
  readonly version: string;
  judge(chains: readonly Chain[]): Promise<readonly Verdict[]>;
  close(): void;
}

/** The verifiers that we compare with. */
export type PeerName = 'openssl' | 'go';

/** The peers on this machine, and a line for each that is not. */
export function findPeers(): { readonly peers: readonly Peer[]; readonly leftOut: readonly string[] } {
  const found = { openssl: openssl(), go: go() };
  const leftOut = Object.entries(found).flatMap(([name, peer]) =>
    peer === undefined ? [`left out: ${name} is not installed`] : [],
  );
  return { peers: Object.values(found).filter((peer) => peer !== undefined), leftOut };
}

// Go's own installer puts it where no PATH leads.
const env = { ...process.env, PATH: [process.env['PATH'], '/usr/local/go/bin'].join(delimiter) };

function versionOf(command: string): string | undefined {
  const { status, stdout } = spawnSync(command, ['version'], { env, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

function temporary(): string {
  return mkdtempSync(join(tmpdir(), 'tlsmith-differential-'));
}

function openssl(): Peer | undefined {
  const version = versionOf('openssl');
  if (version === undefined) return undefined;
  const folder = temporary();
  return {
    name: 'openssl',
    version,
    judge: async (chains) => {
      const half = Math.ceil(chains.length / 2);
      const parts = [chains.slice(0, half), chains.slice(half)];
      return (
        await Promise.all(parts.map((part, index) => verifyBatch(part, join(folder, `${index}`))))
      ).flat();
    },
    close: () => rmSync(folder, { recursive: true }),
  };
}

/** One shell for a whole batch: starting processes from it takes a fraction of the time that Node needs. */
async function verifyBatch(chains: readonly Chain[], path: string): Promise<readonly Verdict[]> {
  const commands = chains.map((chain, index) => {
    const file = `${path}-${index}`;
    writeFileSync(`${file}-root.pem`, pem('CERTIFICATE', chain.root));
    writeFileSync(`${file}-leaf.pem`, pem('CERTIFICATE', chain.leaf));
    writeFileSync(`${file}-others.pem`, chain.others.map((other) => pem('CERTIFICATE', other)).join(''));
    const untrusted = chain.others.length === 0 ? '' : `-untrusted '${file}-others.pem'`;
    const match = isIP(chain.name) === 0 ? '-verify_hostname' : '-verify_ip';
    return `openssl verify -CAfile '${file}-root.pem' -no-CApath -no-CAstore ${untrusted} -purpose sslserver -attime ${Math.floor(chain.at / 1000)} ${match} '${chain.name}' '${file}-leaf.pem' 2>&1; echo "status $?"`;
  });
  const output = await run('sh', [], `${commands.join('\n')}\n`);
  const verdicts = [...output.matchAll(/(.*?)^status (\d+)\n/gms)];
  return verdicts.map(([, words = '', status]) =>
    status === '0' ? { accepted: true, reason: '' } : { accepted: false, reason: opensslReason(words) },
  );
}

function opensslReason(words: string): string {
  const lines = words.split('\n').filter((line) => /^error \d|rror:/.test(line));
  return (
    lines.map((line) => line.replace(/^[0-9A-F]+:/, '').replace(/:\.\..*$/, '')).join('; ') || words.trim()
  );
}

function run(command: string, args: readonly string[], input: string | Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
    const parts: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => parts.push(part));
    child.on('error', reject);
    child.on('close', () => resolve(Buffer.concat(parts).toString('utf8')));
    child.stdin.end(input);
  });
}

function go(): Peer | undefined {
  const version = versionOf('go');
  if (version === undefined) return undefined;
  const folder = temporary();
  const program = join(folder, 'verify');
  const source = fileURLToPath(new URL('../go/main.go', import.meta.url));
  const built = spawnSync('go', ['build', '-o', program, source], { env, encoding: 'utf8' });
  if (built.status !== 0) throw new TypeError(`go build failed: ${built.stderr}`);
  return {
    name: 'go',
    version,
    judge: async (chains) => {
      const output = await run(program, [], Buffer.concat(chains.map(goJob)));
      const lines = output.split('\n').slice(0, -1);
      return lines.map((line) => ({ accepted: line === 'ok', reason: line === 'ok' ? '' : line }));
    },
    close: () => rmSync(folder, { recursive: true }),
  };
}

function goJob({ root, leaf, others, name, at }: Chain): Uint8Array {
  const text = new TextEncoder();
  const count = new Uint8Array(4);
  new DataView(count.buffer).setUint32(0, 2 + others.length);
  const fields = [text.encode(name), text.encode(`${Math.floor(at / 1000)}`), count, root, leaf, ...others];
  return Buffer.concat(
    fields.flatMap((field) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(field.length);
      return [length, field];
    }),
  );
}
