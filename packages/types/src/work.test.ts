/* oxlint-disable unicorn/no-thenable -- thenables of others are what these tests are about */
import { expect, test } from 'vitest';
import { type Asker, drive, isThenable, type Work } from './work.ts';

/** Adds up the answers to three asks and keeps a diary. */
function* sum(diary: string[]): Work<number, string> {
  let total = 0;
  try {
    for (const ask of ['a', 'b', 'c']) {
      diary.push(ask);
      total += (yield ask) as number;
    }
    return total;
  } finally {
    diary.push('finally');
  }
}

/** Survives a failed ask. */
function* mends(): Work<string, string> {
  try {
    return (yield 'first') as string;
  } catch (error) {
    return `${(error as Error).message}, then ${(yield 'second') as string}`;
  }
}

const values: Readonly<Record<string, number>> = { a: 1, b: 20, c: 300 };
const value = (ask: string): number => values[ask] as number;

test('work whose asks are answered at once is done at once', () => {
  const diary: string[] = [];
  expect(drive(sum(diary), value)).toBe(321);
  expect(diary).toEqual(['a', 'b', 'c', 'finally']);
});

test('work waits for promises and goes on where it was', async () => {
  const diary: string[] = [];
  const pending = drive(sum(diary), async (ask) => value(ask));
  expect(isThenable(pending)).toBe(true);
  expect(diary).toEqual(['a']);
  expect(await pending).toBe(321);
  expect(diary).toEqual(['a', 'b', 'c', 'finally']);
});

test('answers may come at once and later in any mixture', async () => {
  const mixed = (ask: string): number | Promise<number> =>
    ask === 'b' ? Promise.resolve(value(ask)) : value(ask);
  expect(await drive(sum([]), mixed)).toBe(321);
});

test('a thenable that is no Promise is waited for', async () => {
  const thenable = (ask: string): PromiseLike<number> => ({
    then: (resolve) => Promise.resolve(value(ask)).then(resolve),
  });
  expect(await drive(sum([]), thenable)).toBe(321);
});

test('a callable thenable counts, and things without a then method do not', () => {
  const callable = Object.assign(() => 0, { then: () => 0 });
  const otherwise = { then: 1 };
  expect([callable, Promise.resolve()].every(isThenable)).toBe(true);
  expect([undefined, null, 0, 'then', otherwise, new Uint8Array(1)].some(isThenable)).toBe(false);
});

test('what an answer throws is thrown into the work, which may mend it', () => {
  const answer = (ask: string): string => {
    if (ask === 'first') throw new RangeError('no');
    return 'yes';
  };
  expect(drive(mends(), answer)).toBe('no, then yes');
});

test('what an answer rejects with is thrown into the work, which may mend it', async () => {
  const answer = async (ask: string): Promise<string> => {
    if (ask === 'first') throw new RangeError('no');
    return 'yes';
  };
  expect(await drive(mends(), answer)).toBe('no, then yes');
});

test('an error that the work does not mend reaches the caller, after its finally', async () => {
  const now: string[] = [];
  const fail = (): never => {
    throw new RangeError('at once');
  };
  expect(() => drive(sum(now), fail)).toThrow('at once');
  const later: string[] = [];
  await expect(drive(sum(later), () => Promise.reject(new RangeError('later')))).rejects.toThrow('later');
  expect([now, later]).toEqual([
    ['a', 'finally'],
    ['a', 'finally'],
  ]);
});

test('an abort while an answer is pending runs finally and ignores the late answer', async () => {
  const diary: string[] = [];
  const controller = new AbortController();
  let answerLate: (value: number) => void = () => {};
  const late = new Promise<number>((resolve) => {
    answerLate = resolve;
  });
  const pending = drive(sum(diary), () => late, controller);
  controller.abort(new RangeError('enough'));
  expect(diary).toEqual(['a', 'finally']);
  await expect(pending).rejects.toThrow('enough');
  answerLate(1);
  await late;
  expect(diary).toEqual(['a', 'finally']);
});

test('a rejection that comes after the abort is ignored as well', async () => {
  const diary: string[] = [];
  const controller = new AbortController();
  let failLate: (error: Error) => void = () => {};
  const late = new Promise<number>((_, reject) => {
    failLate = reject;
  });
  const pending = drive(sum(diary), () => late, controller);
  controller.abort();
  await expect(pending).rejects.toHaveProperty('name', 'AbortError');
  failLate(new RangeError('too late'));
  await expect(late).rejects.toThrow('too late');
  expect(diary).toEqual(['a', 'finally']);
});

test('a signal aborted beforehand stops the work at its first wait', async () => {
  const diary: string[] = [];
  const asked: (Asker | undefined)[] = [];
  const asker = { signal: AbortSignal.abort(new RangeError('before')) };
  const answer = (ask: string, given?: Asker): number | Promise<number> => {
    asked.push(given);
    return ask === 'a' ? 1 : Promise.resolve(2);
  };
  await expect(drive(sum(diary), answer, asker)).rejects.toThrow('before');
  expect(diary).toEqual(['a', 'b', 'finally']);
  expect(asked).toEqual([asker, asker]);
});

test('work whose answers are there at once never asks for a signal', async () => {
  let made = 0;
  const asker = {
    get signal(): AbortSignal {
      made++;
      return new AbortController().signal;
    },
  };
  expect(drive(sum([]), value, asker)).toBe(321);
  expect(made).toBe(0);
  expect(await drive(sum([]), async (ask) => value(ask), asker)).toBe(321);
  expect(made).toBeGreaterThan(0);
});

test('an abort after the end changes nothing', async () => {
  const controller = new AbortController();
  const pending = drive(sum([]), async (ask) => value(ask), controller);
  expect(await pending).toBe(321);
  controller.abort();
  expect(await pending).toBe(321);
});
