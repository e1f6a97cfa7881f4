import { spawn, spawnSync } from 'node:child_process';

/**
 * Starts this program once more where the loopback is the only interface, and gives its exit status: servers that
 * listen on every address are then reachable from there alone. Undefined inside, and where the system does not allow it:
 * then {@link namespaceRefusal} says why.
 */
export function insideNamespace(): Promise<number> | undefined {
  if (process.env[mark] !== undefined) return undefined;
  const unshare = ways.find((options) => attempt(options) === undefined);
  if (unshare === undefined) {
    process.env[mark] = `no network namespace to be had: ${attempt(ways[0])}`;
    return undefined;
  }
  const again = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const child = spawn('unshare', [...unshare, 'sh', '-c', `${loopbackUp} && exec "$0" "$@"`, ...again], {
    stdio: 'inherit',
    env: { ...process.env, [mark]: inside },
  });
  // A Ctrl-C reaches both; the one inside clears up, and this one waits for it.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve) => {
    child.on('error', () => resolve(1));
    child.on('close', (status) => resolve(status ?? 1));
  });
}

/** Why nothing may listen on every address here; undefined inside a namespace. */
export function namespaceRefusal(): string | undefined {
  const state = process.env[mark];
  return state === inside ? undefined : (state ?? 'not in a network namespace');
}

/** What is wrong with this way; undefined when it works. */
function attempt(options: readonly string[]): string | undefined {
  const { error, status, stderr } = spawnSync('unshare', [...options, 'sh', '-c', loopbackUp], {
    encoding: 'utf8',
  });
  return error?.message ?? (status === 0 ? undefined : stderr.trim());
}

/** As root, and as somebody who is root in a user namespace only. */
const ways = [['--net'], ['--net', '--map-root-user']] as const;

const loopbackUp = 'ip link set lo up';

const mark = 'TLSMITH_INTEROP_NAMESPACE';
const inside = 'inside';
