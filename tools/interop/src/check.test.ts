import { expect, test } from 'vitest';
import { expectResult, expectThat } from './check.ts';

test('every field that differs is named, with the reason the side gave', () => {
  const result = { suite: 'A', resumed: false, error: 'no shared cipher' };
  const wanted = { suite: 'A', resumed: true, error: '' };
  expect(() => expectResult('curl', result, wanted, 'lenient')).toThrow(
    'curl: resumed is false, not true; error is "no shared cipher", not "" (no shared cipher)',
  );
});

test('a side that cannot tell is excused only where it is lenient', () => {
  expect(() => expectResult('nginx', {}, { alert: 'unknown_ca' }, 'lenient')).not.toThrow();
  expect(() => expectResult('our server', {}, { alert: 'unknown_ca' }, 'strict')).toThrow(
    'our server: alert is unknown, not "unknown_ca"',
  );
});

test('a field that nothing is wanted of is not compared', () => {
  expect(() => expectResult('our server', { group: 'x25519' }, { group: undefined }, 'strict')).not.toThrow();
});

test('long values are cut', () => {
  const result = { received: 'x'.repeat(1000) };
  expect(() => expectResult('curl', result, { received: '' }, 'strict')).toThrow(/^.{100,140}$/);
});

test('a sentence that does not hold is the error', () => {
  expect(() => expectThat(true, 'no')).not.toThrow();
  expect(() => expectThat(false, 'the pipe is dry')).toThrow('the pipe is dry');
});
