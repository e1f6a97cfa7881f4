import { isTlsViolation, violations } from '@tlsmith/types';
import { explainViolation } from '@tlsmith/types/explain';
import { badClients } from './bad-clients.ts';
import type { BadInput, RowName } from './bad-input.ts';
import { badRecords, exhaustedOpener } from './bad-records.ts';
import { badServers } from './bad-servers.ts';

/** Every row that this repository raises. */
export const rowNames = Object.keys(violations) as readonly RowName[];

/** A bad input, with the row that it has to raise. */
export interface BadCase extends BadInput {
  readonly name: RowName;
  readonly nth: number;
}

/** All bad inputs that are known by their row. */
export const badCases: readonly BadCase[] = rowNames.flatMap((name) =>
  [badClients, badServers, badRecords]
    .flatMap((rows) => rows[name] ?? [])
    .map((bad, nth) => ({ name, nth, ...bad })),
);

/** Who raised a row because of bytes; with whatever is wrong about it. */
export interface Raised {
  readonly name: RowName;
  /** How many inputs raised it in each of them. */
  readonly by: Readonly<Record<'client' | 'server' | 'opener', number>>;
  readonly problems: readonly string[];
}

/** Feeds every bad input, and tells of each row who raised it. */
export function raisedRows(): readonly Raised[] {
  return rowNames.map((name) => {
    const by = { client: 0, server: 0, opener: 0 };
    const problems: string[] = [];
    for (const bad of badCases.filter((one) => one.name === name)) {
      const wrong = problemOf(bad);
      if (wrong === undefined) by[bad.by === 'client' ? 'server' : 'client']++;
      else problems.push(wrong);
    }
    if (name === 'sequenceNumberOverflow' && raisesIn(exhaustedOpener, name)) by.opener++;
    const { client, server, opener } = by;
    return { name, by, problems: client + server + opener > 0 ? problems : [...problems, 'never raised'] };
  });
}

/** What is wrong about what a bad input led to: another error, another alert, or no RFC section. */
export function problemOf({ name, by, nth, play }: BadCase): string | undefined {
  const wire = play();
  const { code, alert } = violations[name];
  const error = wire.failure(by === 'client' ? 'server' : 'client');
  const heard = wire.heard(by);
  const section = explainViolation(code)?.section;
  const which = `${name} of a ${by} (${nth})`;
  if (!isTlsViolation(error) || error.code !== code) return `${which}: ${String(error)}`;
  if (error.alert !== alert || heard !== alert) return `${which}: the peer hears ${heard}`;
  return section?.startsWith('RFC ') === true ? undefined : `${which}: no RFC section`;
}

function raisesIn(act: () => void, name: RowName): boolean {
  try {
    act();
  } catch (error) {
    return isTlsViolation(error) && error.code === violations[name].code;
  }
  return false;
}
