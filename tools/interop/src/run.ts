import { Bench, type Workshop } from './bench/bench.ts';
import { type Cell, LeftOut, type Plan, PortTaken } from './cell.ts';
import type { Entry } from './peers.ts';

/** Milliseconds for one cell: many times what the slowest takes on a slow machine. */
const timeout = 40_000;

/** Tries for a cell whose port somebody else takes. */
const attempts = 5;

/** The cells of a peer. Where it is missing, or must not run, each says so. */
export function plansOf({ pairing, cases, version, refusal }: Entry): readonly Plan[] {
  const { peer, role } = pairing;
  const missing = version() === undefined ? `${peer} is not installed` : refusal?.();
  return cases.flatMap(({ name, versions, play }) =>
    versions.map((of): Plan => {
      const refuse = (reason: string): Promise<never> => Promise.reject(new LeftOut(reason));
      const cell = { peer, role, version: of, case: name };
      return {
        ...cell,
        play: (bench) => (missing === undefined ? play({ bench, pairing, version: of }) : refuse(missing)),
      };
    }),
  );
}

/** A played cell, with what its programs printed. */
export interface Played {
  readonly cell: Cell;
  readonly notes: readonly string[];
}

/** Plays one cell and clears up after it. */
export async function playCell(plan: Plan, workshop: Workshop, attempt = 1): Promise<Played> {
  const bench = new Bench(workshop);
  const { peer, role, version, case: name } = plan;
  const began = performance.now();
  const outcome = await outcomeOf(plan, bench);
  bench.note(`took ${Math.round(performance.now() - began)} ms`);
  await bench.close();
  if (outcome instanceof PortTaken && attempt < attempts) return playCell(plan, workshop, attempt + 1);
  const told = outcome instanceof PortTaken ? { result: 'fail' as const, reason: String(outcome) } : outcome;
  return { cell: { peer, role, version, case: name, ...told }, notes: bench.notes };
}

async function outcomeOf(plan: Plan, bench: Bench): Promise<Pick<Cell, 'result' | 'reason'> | PortTaken> {
  const { interrupted } = bench.workshop;
  const watch = new AbortController();
  const late = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(new Error(`not done within ${timeout / 1000} s`)), timeout);
    watch.signal.addEventListener('abort', () => clearTimeout(timer));
    const stop = (): void => reject(new Error('interrupted'));
    interrupted.addEventListener('abort', stop, { signal: watch.signal });
    if (interrupted.aborted) stop();
  });
  try {
    await Promise.race([plan.play(bench), late]);
    return { result: 'pass' };
  } catch (error) {
    if (error instanceof PortTaken) return error;
    const reason = error instanceof Error ? error.message : String(error);
    return { result: error instanceof LeftOut ? 'left-out' : 'fail', reason };
  } finally {
    watch.abort();
  }
}
