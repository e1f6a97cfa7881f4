import { expect, test } from 'vitest';
import { explainRejection } from './explain.ts';
import { rejections } from './rejection.ts';

const rows = Object.values(rejections);

test('every reason is explained with and without facts', () => {
  for (const { code } of rows) {
    const { section, sentence, browser } = explainRejection(code);
    expect(section).toMatch(/^RFC \d+ §[\d.]+$/);
    expect(sentence).toMatch(/^[A-Z].*\.$/);
    expect(browser).toMatch(/^This connection is not private: [^A-Z]*.*[^.]\.$/);
    expect(browser).not.toContain('undefined');
  }
});

test('of the certificate of a client nothing is said about a site', () => {
  for (const { code } of rows) {
    const { browser } = explainRejection(code, {}, 'client');
    expect(browser).toMatch(/^This client is not let in: .*[^.]\.$/);
    expect(browser).not.toMatch(/\bsites?\b/);
  }
});

test('facts fill in dates and names', () => {
  const browser = (code: (typeof rows)[number]['code'], facts: Record<string, unknown>) =>
    explainRejection(code, facts).browser.replace('This connection is not private: ', '');
  expect(browser('expired', { notAfter: '2024-03-01T00:00:00Z' })).toBe(
    'the certificate of the site expired on 2024-03-01.',
  );
  expect(browser('wrong-name', { wanted: 'a.example', presented: ['DNS:b.example', 'IP:192.0.2.1'] })).toBe(
    'the certificate is not for a.example, only for b.example, 192.0.2.1.',
  );
  expect(browser('name-constraint-violated', { name: 'DNS:b.example' })).toBe(
    'the authority may not issue certificates for b.example.',
  );
  expect(browser('expired', { certificate: 'CN=Between', notAfter: '2024-03-01T00:00:00Z' })).toBe(
    'the certificate of CN=Between expired on 2024-03-01.',
  );
  expect(browser('wrong-name', { wanted: 'a.example', presented: [] })).toBe(
    'the certificate is not for a.example, it has no name at all.',
  );
  expect(browser('weak-key', { detail: 'an RSA modulus of 1024 bits' })).toContain(
    '(an RSA modulus of 1024 bits)',
  );
});

test('codes and ranks are distinct, so that the order of failures is total', () => {
  expect(new Set(rows.map(({ code }) => code)).size).toBe(rows.length);
  expect(new Set(rows.map(({ rank }) => rank)).size).toBe(rows.length);
});

test('alerts are those for certificates (RFC 9846 §6.2)', () => {
  const alerts = [
    'bad_certificate',
    'unsupported_certificate',
    'certificate_expired',
    'certificate_revoked',
    'certificate_unknown',
    'unknown_ca',
    'bad_certificate_status_response',
  ];
  expect(rows.filter(({ alert }) => !alerts.includes(alert))).toEqual([]);
});
