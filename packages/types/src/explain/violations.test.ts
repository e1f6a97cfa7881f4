import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { alertDescription } from '../alert.ts';
import { violations } from '../violations.ts';
import { explainViolation, violationText } from './violations.ts';

const rows = Object.values(violations);
const texts = Object.entries(violationText);
const rfcs = new URL('../../../../../shared/rfcs/', import.meta.url);

test('every row has its text, and no text is without a row', () => {
  const codes = rows.map(({ code }) => code as string);
  expect(new Set(codes).size).toBe(codes.length);
  expect(texts.map(([code]) => code).toSorted()).toEqual(codes.toSorted());
});

test('every row stands under its code in camel case', () => {
  const camel = (code: string): string => code.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  for (const [name, { code }] of Object.entries(violations)) {
    // One row names its version in short.
    const wanted = code === 'certificate-required-tls12' ? 'certificateRequired12' : camel(code);
    expect(name).toBe(wanted);
  }
});

test('every alert of a row is one that TLS still has', () => {
  for (const { code, alert } of rows) {
    expect(alertDescription, code).toHaveProperty(alert);
    expect(alert, code).not.toMatch(/RESERVED|close_notify/);
  }
});

test.each(texts)('%s is one sentence for a person', (_code, { sentence }) => {
  expect(sentence).toMatch(/^[A-Z][^.]*(TLS 1\.[23][^.]*)*\.$/);
  expect(sentence.length).toBeLessThan(150);
});

test('the sections cited are headings of their RFCs', () => {
  const sections = [...new Set(texts.map(([, { section }]) => section))];
  const unread: string[] = [];
  for (const section of sections) {
    const [, rfc, number] = /^RFC (\d+) §([0-9A-F](?:\.\d+)*)$/.exec(section) ?? [];
    expect(rfc, section).toBeDefined();
    const headings = headingsOf(rfc as string);
    if (headings === undefined) unread.push(section);
    else expect(headings.has(number as string), section).toBe(true);
  }
  if (unread.length > 0) console.log(`RFC texts not here, not looked up: ${unread.join(', ')}`);
  expect(sections.length).toBeGreaterThan(30);
});

test('a code is explained, and one of another package is not', () => {
  expect(explainViolation('second-retry')).toBe(violationText['second-retry']);
  expect(explainViolation('my-extension-too-short')).toBeUndefined();
  expect(explainViolation('constructor')).toBeUndefined();
});

/** Section numbers of an RFC, or undefined where its text is not at hand. */
function headingsOf(rfc: string): ReadonlySet<string> | undefined {
  const file = new URL(rfc === '9846' ? 'rfc9846-sections.txt' : `rfc${rfc}.txt`, rfcs);
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').split('\n');
  return new Set(lines.flatMap((line) => /^([0-9A-Z](?:\.\d+)*)\.? {1,3}\S/.exec(line)?.[1] ?? []));
}
