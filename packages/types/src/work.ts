/**
 * Work is a computation that asks questions on its way and needs no opinion on whether the answers come at once or
 * later: the same code runs on node:crypto, on noble and on WebCrypto.
 */
// `any` is what a `yield` returns: the typed helpers around each ask (ask.ts) give it its type, once.
export type Work<T, Ask> = Generator<Ask, T, any>;

/** A value now, or a thenable of it. */
export type Awaitable<T> = T | PromiseLike<T>;

/** Whoever may give up before an answer comes: an AbortController, whose signal is only made when it is asked for. */
export type Asker = Pick<AbortController, 'signal'>;

/** Answers asks; a thenable makes the caller wait, a throw or rejection is thrown into the work. */
export type Answer<in Ask> = (ask: Ask, asker?: Asker) => Awaitable<unknown>;

/**
 * Runs work to its end: synchronously until the first thenable answer, asynchronously from there on. When `asker`
 * aborts while an answer is pending, the work's `finally` blocks run, the late answer is ignored and the returned
 * promise rejects with the signal's reason.
 *
 * @example
 * ```ts
 * import { drive, type Work } from '@tlsmith/types';
 * function* double(): Work<number, 'n'> { return 2 * (yield 'n'); }
 * drive(double(), () => 21); // 42
 * await drive(double(), async () => 21); // 42
 * ```
 */
export function drive<T, Ask>(work: Work<T, Ask>, answer: Answer<Ask>, asker?: Asker): Awaitable<T> {
  return advance(work, work.next(), answer, asker);
}

/** Whether a value is a thenable; `instanceof Promise` would miss those of other realms and libraries. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

function advance<T, Ask>(
  work: Work<T, Ask>,
  from: IteratorResult<Ask, T>,
  answer: Answer<Ask>,
  asker: Asker | undefined,
): Awaitable<T> {
  let result = from;
  while (result.done !== true) {
    let answered: unknown;
    try {
      answered = answer(result.value, asker);
    } catch (cause) {
      result = work.throw(cause);
      continue;
    }
    if (isThenable(answered)) return later(work, answered, answer, asker);
    result = work.next(answered);
  }
  return result.value;
}

function later<T, Ask>(
  work: Work<T, Ask>,
  pending: PromiseLike<unknown>,
  answer: Answer<Ask>,
  asker: Asker | undefined,
): Promise<T> {
  return new Promise<T>((resolve, reject) => wait({ work, answer, asker, resolve, reject }, pending));
}

/** Work that waits for an answer, and whoever waits for the work. */
interface Waiting<T, Ask> {
  readonly work: Work<T, Ask>;
  readonly answer: Answer<Ask>;
  readonly asker: Asker | undefined;
  resolve(value: Awaitable<T>): void;
  reject(cause: unknown): void;
}

function wait<T, Ask>(from: Waiting<T, Ask>, pending: PromiseLike<unknown>): void {
  const signal = from.asker?.signal;
  // One of answer, rejection and abort counts, and what comes after it is ignored. Nor may it keep anything alive: who
  // never answers may hold on to the promise, and so to these functions, for ever.
  let waiting: Waiting<T, Ask> | undefined = from;
  const first = (): Waiting<T, Ask> | undefined => {
    const was = waiting;
    waiting = undefined;
    signal?.removeEventListener('abort', abort);
    return was;
  };
  const abort = (): void => {
    const was = first();
    was?.work.return(undefined as never);
    was?.reject(signal?.reason);
  };
  const resume = (step: (work: Work<T, Ask>) => IteratorResult<Ask, T>): void => {
    const was = first();
    if (was === undefined) return;
    try {
      was.resolve(advance(was.work, step(was.work), was.answer, was.asker));
    } catch (error) {
      was.reject(error);
    }
  };
  signal?.addEventListener('abort', abort, { once: true });
  // Handlers first, so that a rejection after an abort is nobody's unhandled one.
  Promise.resolve(pending).then(
    (value) => resume((work) => work.next(value)),
    (cause) => resume((work) => work.throw(cause)),
  );
  if (signal?.aborted === true) abort();
}
