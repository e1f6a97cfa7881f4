import { expect, test, vi } from 'vitest';
import {
  CertificateRejected,
  ConnectionFailed,
  DecodeError,
  isCertificateRejected,
  isConnectionFailed,
  isDecodeError,
  isPeerAlert,
  isTlsMisuse,
  isTlsViolation,
  PeerAlert,
  TlsMisuse,
  TlsViolation,
} from './errors.ts';
import { defineViolation, violation } from './violation.ts';

const row = defineViolation({ code: 'my-own', alert: 'illegal_parameter', blame: 'broken' });
const rejection = { code: 'expired', alert: 'certificate_expired', rank: 3 } as const;

const here = {
  TlsViolation,
  CertificateRejected,
  PeerAlert,
  ConnectionFailed,
  TlsMisuse,
  DecodeError,
};
const guards = {
  isTlsViolation,
  isCertificateRejected,
  isPeerAlert,
  isConnectionFailed,
  isTlsMisuse,
  isDecodeError,
};

/** One error of every class, made by one copy of the module. */
const oneOfEach = (copy: typeof here) => ({
  isTlsViolation: new copy.TlsViolation(row, { at: 3 }),
  isCertificateRejected: new copy.CertificateRejected(rejection),
  isPeerAlert: new copy.PeerAlert('handshake_failure'),
  isConnectionFailed: new copy.ConnectionFailed('internal', 'it broke', { cause: row }),
  isTlsMisuse: new copy.TlsMisuse('too-late', 'call it sooner'),
  isDecodeError: new copy.DecodeError(7, ['ClientHello', 'random'], '32 more bytes'),
});
type Guard = keyof typeof guards;

test('each guard knows its own class and no other, from this copy of the package and from another', async () => {
  vi.resetModules();
  const other = await import('./errors.ts');
  expect(other.TlsViolation).not.toBe(here.TlsViolation);
  for (const errors of [oneOfEach(here), oneOfEach(other)]) {
    for (const made of Object.keys(errors) as Guard[]) {
      const knowing = (Object.keys(errors) as Guard[]).filter((guard) => guards[guard](errors[made]));
      expect(knowing).toEqual([made]);
    }
  }
});

test('what is not one of our errors is known by no guard', () => {
  const strangers = [undefined, null, 0, 'TlsViolation', new Error('x'), { code: 'my-own' }, () => 0];
  for (const guard of Object.keys(oneOfEach(here)) as Guard[]) {
    expect(
      strangers.some((stranger) => guards[guard](stranger)),
      guard,
    ).toBe(false);
  }
});

test('every error is an Error with its name, a stable code and a message for a person', () => {
  const errors = oneOfEach(here);
  for (const error of Object.values(errors)) expect(error).toBeInstanceOf(Error);
  expect(Object.values(errors).map(({ name }) => name)).toEqual([
    'TlsViolation',
    'CertificateRejected',
    'PeerAlert',
    'ConnectionFailed',
    'TlsMisuse',
    'DecodeError',
  ]);
  expect(Object.values(errors).map(({ message }) => message)).toEqual([
    'my-own (alert illegal_parameter)',
    'certificate rejected: expired (alert certificate_expired)',
    'the peer sent the fatal alert handshake_failure',
    'it broke',
    'call it sooner',
    'ClientHello.random at byte 7: expected 32 more bytes',
  ]);
  expect(errors.isPeerAlert.code).toBe('peer-alert');
  expect(errors.isConnectionFailed.cause).toBe(row);
});

test('a violation says which row, which alert and with which facts', () => {
  const error = violation(row, { found: 0x9999 });
  expect(error.row).toBe(row);
  expect([error.code, error.alert, error.facts]).toEqual(['my-own', 'illegal_parameter', { found: 0x9999 }]);
  expect(violation(row).facts).toEqual({});
  expect(Object.isFrozen(row)).toBe(true);
});

test('a rejected certificate says which alert and why', () => {
  const error = new here.CertificateRejected(rejection, { notAfter: '2020-01-01' });
  expect([error.code, error.alert, error.facts]).toEqual([
    'expired',
    'certificate_expired',
    { notAfter: '2020-01-01' },
  ]);
});

test('a decode error without a path speaks of the input, and is malformed unless it says otherwise', () => {
  expect(new here.DecodeError(0, [], 'the end').message).toBe('input at byte 0: expected the end');
  expect(new here.DecodeError(0, [], 'the end').kind).toBe('malformed');
  expect(new here.DecodeError(0, [], 'once', 'duplicate-extension').kind).toBe('duplicate-extension');
});
