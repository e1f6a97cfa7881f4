import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Task } from './shared-worker.test-support.ts';

/** A thread that runs a task of `shared-worker.test-support.ts` from source. */
export function thread(task: Task): Worker {
  const register = createRequire(import.meta.url).resolve('tsx/cjs/api');
  const program = fileURLToPath(new URL('shared-worker.test-support.ts', import.meta.url));
  const code = `require(${JSON.stringify(register)}).register(); require(${JSON.stringify(program)});`;
  return new Worker(code, { eval: true, execArgv: ['--conditions=@tlsmith/source'], workerData: task });
}

/** What a thread answers when its task is done. */
export async function answer<T>(worker: Worker): Promise<T> {
  const [result] = (await once(worker, 'message')) as [T];
  await worker.terminate();
  return result;
}
