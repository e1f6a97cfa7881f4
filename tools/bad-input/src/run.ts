import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Line, lineThrough } from './line.ts';
import { play } from './play.ts';
import { randomOf } from './random.ts';
import { scenes } from './scenes.ts';
import { Tally } from './tally.ts';

/** How many bad inputs, of which seed. */
export interface RunOptions {
  readonly count: number;
  readonly seed: number;
  /** The first input; 0 by default. With `count` 1, that input alone. */
  readonly first?: number;
  /** Told before each input. */
  readonly onInput?: (input: number) => void;
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
  /** Bytes per input of heap and external memory, after a fifth of the inputs; undefined for runs that are too short. */
  readonly slope: Line | undefined;
  readonly slowest: { readonly input: number; readonly milliseconds: number };
}

/**
 * Feeds bad inputs to both roles in every state.
 *
 * @throws {Error} the first that does not end as it should, with the number of the input.
 */
export function run({ count, seed, first = 0, onInput, onSample }: RunOptions): RunResult {
  const stage = scenes();
  const tally = new Tally();
  const samples: Sample[] = [];
  const every = Math.max(25, Math.floor(count / 50));
  let slowest = { input: first, milliseconds: 0 };
  for (let input = first; input < first + count; input++) {
    onInput?.(input);
    const start = performance.now();
    one(stage, input, seed, tally);
    const milliseconds = performance.now() - start;
    if (milliseconds > slowest.milliseconds) slowest = { input, milliseconds };
    if ((input - first + 1) % every !== 0) continue;
    samples.push(sampleAfter(input - first + 1));
    onSample?.(samples.at(-1) as Sample);
  }
  return { tally, samples, slope: slopeOf(samples), slowest };
}

function one(stage: ReturnType<typeof scenes>, input: number, seed: number, tally: Tally): void {
  try {
    tally.count(play(stage, randomOf(seed, input)));
  } catch (error) {
    throw new Error(`input ${input} of seed ${seed}: ${(error as Error).message}`, { cause: error });
  }
}

function sampleAfter(inputs: number): Sample {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return { inputs, heap: heapUsed, external };
}

/** Caches fill and code is compiled at first: what comes later has to be level. */
function slopeOf(samples: readonly Sample[]): Line | undefined {
  const level = samples.slice(Math.floor(samples.length / 5));
  return level.length < 3
    ? undefined
    : lineThrough(level.map(({ inputs, heap, external }) => [inputs, heap + external]));
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
