import { Worker } from 'node:worker_threads';

/** Looks from another thread at whether this one gets on. */
export interface Watch {
  /** This thread is at this input now. */
  at(input: number): void;
  end(): Promise<number>;
}

/** Ends the process with status 3, and says at which input, when nothing has moved for so many seconds. */
export function watch(seconds: number): Watch {
  const shared = new BigInt64Array(new SharedArrayBuffer(8));
  const worker = new Worker(watcher, { eval: true, workerData: { shared, seconds } });
  worker.unref();
  return { at: (input) => void Atomics.store(shared, 0, BigInt(input)), end: () => worker.terminate() };
}

// In plain JavaScript: a worker has no loader for TypeScript. What the main thread waits for is the kernel's to tell.
const watcher = `
const { workerData: { shared, seconds } } = require('node:worker_threads');
const { readFileSync, writeSync } = require('node:fs');
let last = -1n;
let since = Date.now();
setInterval(() => {
  const input = Atomics.load(shared, 0);
  if (input !== last) { last = input; since = Date.now(); return; }
  if (Date.now() - since < seconds * 1000) return;
  const facts = ['wchan', 'syscall', 'stat'].map((name) => {
    try { return name + ': ' + readFileSync('/proc/' + process.pid + '/task/' + process.pid + '/' + name, 'utf8').trim(); }
    catch (error) { return name + ': ' + error.code; }
  });
  writeSync(2, 'input ' + input + ' has not ended for ' + seconds + ' seconds\\n' + facts.join('\\n') + '\\n');
  process.kill(process.pid, 'SIGKILL');
}, 1000);
`;
