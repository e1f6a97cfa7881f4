// A process with a fault that the watch or the look at the heap has to find: what is wrong is the first argument.
import type { Played } from './play.ts';
import { run } from './run.ts';
import { watch } from './watch.ts';

const [fault] = process.argv.slice(2);

if (fault === 'circle') circle();
else if (fault === 'sleep') sleep();
else if (fault === 'none') await goesOn();
else if (fault === 'leak') leaks();

function circle(): never {
  watch(1).at(7);
  for (;;);
}

function sleep(): void {
  watch(1).at(7);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

/** Runs for longer than the watch's limit, an input at a time. */
async function goesOn(): Promise<void> {
  const guard = watch(1);
  const start = performance.now();
  for (let input = 0; performance.now() - start < 2500; input++) guard.at(input);
  await guard.end();
}

/** Keeps every tenth connection, and prints what a look at the heap makes of it. */
function leaks(): void {
  const kept: Played[] = [];
  const keep = (played: Played): void => {
    if (played.wire.passed.length % 10 === 0) kept.push(played);
  };
  const clean = run({ count: 150, seed: 1 });
  const leaking = run({ count: 150, seed: 1, onPlayed: keep });
  console.log(JSON.stringify({ clean: clean.growth.data, leaking: leaking.growth.data, kept: kept.length }));
}
