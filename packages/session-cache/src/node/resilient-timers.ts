import type { Timers } from '../timers.ts';

/**
 * The process's clock and timers, which do not keep it alive. What comes due runs after the input that has already
 * arrived, so that a process that was busy does not take an answer that waits in its socket for a late one.
 */
export const systemTimers: Timers = {
  now: () => performance.now(),
  after: (milliseconds, run) => {
    let immediate: NodeJS.Immediate | undefined;
    const timer = setTimeout(() => {
      immediate = setImmediate(run);
    }, milliseconds).unref();
    return () => {
      clearTimeout(timer);
      if (immediate !== undefined) clearImmediate(immediate);
    };
  },
};
