import { Worker } from 'node:worker_threads';

/** Looks from another thread at whether this one gets on. */
export interface Watch {
  /** This thread is at this input now. */
  at(input: number): void;
  end(): Promise<number>;
}

/**
 * Ends the process, and says at which input and what its threads do, when this thread stays at one input: for so many
 * seconds of processor time (it runs in a circle), or of time in which every thread slept (they wait for each other). A
 * machine that gives the process no time makes no hang. BAD_INPUT_STOP=1 stops the process instead, for a debugger.
 */
export function watch(seconds: number): Watch {
  const shared = new BigInt64Array(new SharedArrayBuffer(8));
  const worker = new Worker(watcher, { eval: true, workerData: { shared, seconds } });
  worker.unref();
  return { at: (input) => void Atomics.store(shared, 0, BigInt(input)), end: () => worker.terminate() };
}

// In plain JavaScript: a worker has no loader for TypeScript. What threads do is the kernel's to tell, where it does.
const watcher = `
const { workerData: { shared, seconds } } = require('node:worker_threads');
const { readFileSync, readdirSync, writeSync } = require('node:fs');
const read = (path) => { try { return readFileSync(path, 'utf8').trim(); } catch { return ''; } };
const own = read('/proc/thread-self/stat').split(' ')[0];
// Name and state of each thread but this one, with what it sleeps in, and whether it waits for a processor.
const threads = () => {
  let names = [];
  try { names = readdirSync('/proc/self/task'); } catch { /* Not Linux: only processor time is watched. */ }
  return names.filter((name) => name !== own).map((name) => {
    const [, comm, state] = /\\((.*)\\) (\\S)/.exec(read('/proc/self/task/' + name + '/stat')) ?? ['', '', ''];
    return { name, comm, state, wchan: read('/proc/self/task/' + name + '/wchan') };
  });
};
const used = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1e6; };
let last = -1n;
let busySince = 0;
let asleep = 0;
setInterval(() => {
  const input = Atomics.load(shared, 0);
  if (input !== last) { last = input; busySince = used(); asleep = 0; return; }
  const now = threads();
  asleep = now.length > 0 && now.every(({ state }) => state === 'S') ? asleep + 1 : 0;
  const busy = used() - busySince;
  if (asleep < seconds && busy < seconds) return;
  const all = now.map(({ name, comm, state, wchan }) => name + ' ' + comm + ' ' + state + ' ' + wchan).join('\\n');
  const how = asleep < seconds ? 'has run for ' + Math.round(busy) : 'has had every thread asleep for ' + asleep;
  writeSync(2, 'input ' + input + ' ' + how + ' seconds\\n' + all + '\\n');
  process.kill(process.pid, process.env.BAD_INPUT_STOP === '1' ? 'SIGSTOP' : 'SIGKILL');
}, 1000);
`;
