import { expect, test } from 'vitest';
import type { Plan } from './cell.ts';
import { chosen, parseFlags } from './flags.ts';

const plan = (peer: string, name: string): Plan => ({
  peer,
  role: 'client',
  version: '1.3',
  case: name,
  play: () => Promise.resolve(),
});

test('without flags everything is played', () => {
  const flags = parseFlags([]);
  expect(flags).toEqual({
    json: undefined,
    only: [],
    cases: [],
    verbose: false,
    requireAll: false,
    help: false,
  });
  expect(chosen(flags, plan('curl', 'alpn'))).toBe(true);
});

test('peers and cases are chosen by the beginnings of their names', () => {
  const flags = parseFlags(['--only', 'openssl,node', '--case', 'resumed', '--case', 'alpn', '--json', 'x']);
  expect(flags.json).toBe('x');
  expect(chosen(flags, plan('openssl s_server', 'resumed-ticket'))).toBe(true);
  expect(chosen(flags, plan('node', 'alpn'))).toBe(true);
  expect(chosen(flags, plan('node', 'full-rsa'))).toBe(false);
  expect(chosen(flags, plan('curl', 'alpn'))).toBe(false);
});

test('an unknown flag is refused', () => {
  expect(() => parseFlags(['--onyl', 'curl'])).toThrow('--onyl');
});
