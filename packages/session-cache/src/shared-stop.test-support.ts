import { vi } from 'vitest';

/** Runs `doing` and stops it before the atomic step that follows so many, or right after one; false when it came to its end. */
export function stoppedAfter(steps: number, doing: () => void): boolean {
  let left = steps;
  const step = (): void => {
    if (left-- <= 0) throw new RangeError('stopped');
  };
  const { load, compareExchange } = Atomics;
  vi.spyOn(Atomics, 'load').mockImplementation(((...given: Parameters<typeof load>) => {
    step();
    return load(...given);
  }) as typeof load);
  vi.spyOn(Atomics, 'compareExchange').mockImplementation(((...given: Parameters<typeof compareExchange>) => {
    step();
    const before = compareExchange(...given);
    // What is not atomic follows such steps: a thread may also stop between the two.
    step();
    return before;
  }) as typeof compareExchange);
  try {
    doing();
    return false;
  } catch {
    return true;
  } finally {
    vi.restoreAllMocks();
  }
}
