import { explainViolation } from '@tlsmith/types/explain';
import { isTlsViolation, violations } from '@tlsmith/types';
import { describe, expect, test } from 'vitest';
import { badClients } from './bad-clients.ts';
import { badRecords, exhaustedOpener } from './bad-records.ts';
import type { RowName } from './bad-input.ts';
import { badServers } from './bad-servers.ts';

const names = Object.keys(violations) as readonly RowName[];
const inputsOf = (name: RowName) => [badClients, badServers, badRecords].flatMap((rows) => rows[name] ?? []);

/** Rows that bytes have raised, with who raised them. */
const raised = new Map<RowName, Set<string>>();
const note = (name: RowName, by: string): void =>
  void raised.set(name, (raised.get(name) ?? new Set()).add(by));

const cases = names.flatMap((name) => inputsOf(name).map((bad, nth) => ({ name, nth, ...bad })));

describe('bytes from a peer that breaks a rule raise its row, and the peer gets the alert of that row', () => {
  test.each(cases)('$name of a $by ($nth)', ({ name, by, play }) => {
    const wire = play();
    const victim = by === 'client' ? 'server' : 'client';
    const error = wire.failure(victim);
    expect(error).toMatchObject({ code: violations[name].code, alert: violations[name].alert });
    expect(isTlsViolation(error)).toBe(true);
    expect(explainViolation(violations[name].code)?.section).toMatch(/^RFC \d+ §/);
    expect(wire.heard(by)).toBe(violations[name].alert);
    note(name, victim);
  });
});

test('an Opener raises sequence-number-overflow before it would repeat a number (RFC 9846 §5.3)', () => {
  expect(exhaustedOpener).toThrow(violations.sequenceNumberOverflow.code);
  note('sequenceNumberOverflow', 'Opener');
});

test('every row was raised by bytes fed to Client, Server or Opener', () => {
  const count = (who: string): number => [...raised.values()].filter((by) => by.has(who)).length;
  console.log(
    `${raised.size} of ${names.length} rows raised by ${cases.length + 1} bad inputs: ` +
      `${count('client')} in a client, ${count('server')} in a server, ${count('Opener')} in an opener`,
  );
  expect(names.filter((name) => !raised.has(name))).toEqual([]);
});
