import { type Awaitable, isThenable } from '@tlsmith/types';

/** Goes on with a value: at once when it is there, else when it comes. */
export function after<T, U>(value: Awaitable<T>, next: (value: T) => Awaitable<U>): Awaitable<U> {
  return isThenable(value) ? (value as PromiseLike<T>).then(next) : next(value);
}

/** What `attempt` gives; what `otherwise` makes of its error when it throws or rejects. */
export function recovered<T>(attempt: () => Awaitable<T>, otherwise: (error: unknown) => T): Awaitable<T> {
  try {
    const value = attempt();
    return isThenable(value) ? (value as PromiseLike<T>).then(undefined, otherwise) : value;
  } catch (error) {
    return otherwise(error);
  }
}
