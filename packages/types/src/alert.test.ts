import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { alertDescription, alertLevel, alertName } from './alert.ts';

// The RFCs do not agree on which of the alerts no longer sent are called _RESERVED.
const bare = (name: string): string => name.replace('_RESERVED', '');
const ours: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(alertDescription).map(([name, code]) => [bare(name), code]),
);

test.each([
  ['RFC 9846 §6', 'rfc9846.md', 28],
  ['RFC 5246 §7.2', 'rfc5246.txt', 25],
  ['RFC 6066 §9', 'rfc6066.txt', 28],
])('the alerts of %s have the same numbers here', (_section, file, atLeast) => {
  const url = new URL(`../../../../shared/rfcs/${file}`, import.meta.url);
  if (!existsSync(url)) {
    console.log(`${file} is not here: its alert numbers are not compared`);
    return;
  }
  const alerts = alertsOf(readFileSync(url, 'utf8'));
  for (const [name, code] of alerts) expect(ours[bare(name)], name).toBe(code);
  expect(alerts.size).toBeGreaterThanOrEqual(atLeast);
});

test('alerts of later RFCs have their numbers: RFC 7507 §2, RFC 7301 §3.2, RFC 9849', () => {
  expect(alertDescription).toMatchObject({
    inappropriate_fallback: 86,
    no_application_protocol: 120,
    ech_required: 121,
  });
});

test('a number becomes its name, and an unknown one stays visible', () => {
  for (const [name, code] of Object.entries(alertDescription)) expect(alertName(code)).toBe(name);
  expect(alertName(255)).toBe('unknown(255)');
  expect(alertLevel).toEqual({ warning: 1, fatal: 2 });
});

test('no number has two names', () => {
  const codes = Object.values(alertDescription);
  expect(new Set(codes).size).toBe(codes.length);
});

/** The AlertDescription enum with the most names in an RFC's text; page breaks stand in its middle. */
function alertsOf(text: string): ReadonlyMap<string, number> {
  const enums = text.split(/enum \{/).map((part) => part.slice(0, part.indexOf('}')));
  const found = enums
    .filter((part) => part.includes('close_notify(0)'))
    .map((part) => [...part.matchAll(/(\w+)\s?\((\d+)\)/g)].map(([, name, code]) => [name, code] as const));
  const [largest] = found.toSorted((a, b) => b.length - a.length);
  return new Map((largest ?? []).map(([name, code]) => [name as string, Number(code)]));
}
