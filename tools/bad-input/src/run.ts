import { collect, type HeapParts, heapParts } from './heap.ts';
import { type Played, play } from './play.ts';
import { randomOf } from './random.ts';
import { type Scene, scenes } from './scenes.ts';
import { Tally } from './tally.ts';

/** How many bad inputs, of which seed. */
export interface RunOptions {
  readonly count: number;
  readonly seed: number;
  /** The first input; 0 by default. With `count` 1, that input alone. */
  readonly first?: number;
  /** Told before each input. */
  readonly onInput?: (input: number) => void;
  /** Told after each input, when it has been counted. */
  readonly onPlayed?: (played: Played) => void;
  /** Told of each measurement. */
  readonly onSample?: (sample: Sample) => void;
}

/** What the process held after so many inputs, when garbage was gone. */
export interface Sample {
  readonly inputs: number;
  readonly heap: number;
  /** Array buffers and other memory outside of the heap that objects in it hold. */
  readonly external: number;
}

export interface RunResult {
  readonly tally: Tally;
  readonly samples: readonly Sample[];
  /** Bytes per input by which each part of the heap grew, the first fifth of the inputs apart: caches fill there. */
  readonly growth: HeapParts;
  readonly slowest: { readonly input: number; readonly milliseconds: number };
}

/**
 * Feeds bad inputs to both roles in every state.
 *
 * @throws {Error} the first that does not end as it should, with the number of the input.
 */
export function run(options: RunOptions): RunResult {
  const { count, seed, first = 0, onInput } = options;
  const stage = scenes();
  const tally = new Tally();
  const watcher = new Measurements(options);
  let slowest = { input: first, milliseconds: 0 };
  for (let done = 0; done < count; done++) {
    const input = first + done;
    onInput?.(input);
    watcher.before(done);
    const start = performance.now();
    const played = one(stage, input, seed, tally);
    const milliseconds = performance.now() - start;
    if (milliseconds > slowest.milliseconds) slowest = { input, milliseconds };
    options.onPlayed?.(played);
  }
  return { tally, slowest, ...watcher.end() };
}

function one(stage: readonly Scene[], input: number, seed: number, tally: Tally): Played {
  try {
    const played = play(stage, randomOf(seed, input));
    tally.count(played);
    return played;
  } catch (error) {
    throw new Error(`input ${input} of seed ${seed}: ${(error as Error).message}`, { cause: error });
  }
}

/** Looks at memory now and then. */
class Measurements {
  readonly #count: number;
  readonly #warm: number;
  readonly #every: number;
  readonly #onSample: RunOptions['onSample'];
  readonly #samples: Sample[] = [];
  #begin: HeapParts = { data: 0, code: 0 };

  constructor({ count, onSample }: RunOptions) {
    this.#count = count;
    this.#warm = Math.floor(count / 5);
    this.#every = Math.max(25, Math.floor(count / 10));
    this.#onSample = onSample;
  }

  before(done: number): void {
    if (done === this.#warm) this.#begin = heapParts();
    if (done > 0 && done % this.#every === 0) this.#sample(done);
  }

  end(): Pick<RunResult, 'samples' | 'growth'> {
    this.#sample(this.#count);
    const { data, code } = heapParts();
    const inputs = this.#count - this.#warm;
    const growth = { data: (data - this.#begin.data) / inputs, code: (code - this.#begin.code) / inputs };
    return { samples: this.#samples, growth };
  }

  #sample(inputs: number): void {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    const sample = { inputs, heap: heapUsed, external };
    this.#samples.push(sample);
    this.#onSample?.(sample);
  }
}
