import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { issue, makeAuthority } from '@tlsmith/testkit/node';
import { afterAll, expect, test } from 'vitest';
import { run } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'verify-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const root = makeAuthority({ name: 'Root' });
const between = makeAuthority({ name: 'Between', under: root });
const leaf = issue(between, { subject: 'leaf', dns: ['www.example'] });
const chain = file('chain.pem', leaf.chainPem);
const roots = file('roots.pem', root.certificatePem);
const now = Date.UTC(2026, 6, 1);

function ran(...args: readonly string[]) {
  const { status, output, errors } = run(args, now);
  return { status, text: stripVTControlCharacters(output.join('\n')), errors: errors.join('\n') };
}

test('a good chain is verified: exit status 0 and a tree with every check', () => {
  const { status, text } = ran(chain, '--host', 'www.example', '--roots', roots);
  expect(status).toBe(0);
  expect(text).toMatch(/^VERIFIED\n\nOne path was tried:\n\nCN=leaf\n│ ✓ critical-extensions: /);
  expect(text).toContain('\n└─ CN=Between\n   │ ✓ authority: ');
  expect(text).toContain('\n   └─ CN=Root\n');
  expect(text).toContain('✓ name-constraints: Every name on the path lies within');
  expect(text).toContain('(RFC 5280 §4.2.1.10)');
  expect(text).not.toContain('✗');
});

test('a wrong name is refused: exit status 1 and the reason first', () => {
  const { status, text } = ran(chain, '--host', 'other.example', '--roots', roots);
  expect(status).toBe(1);
  expect(text.split('\n').slice(0, 3)).toEqual([
    'REFUSED: wrong-name',
    'This connection is not private: the certificate is not for other.example, only for www.example.',
    'None of the names in subjectAltName is the name that the caller asked for. (RFC 9525 §6)',
  ]);
  expect(text).toContain('✗ name: wrong-name');
});

test.each([
  [['--purpose', 'client'], 0, 'VERIFIED'],
  [['--purpose', 'codeSigning'], 1, 'REFUSED: wrong-purpose'],
  [['--purpose', '1.3.6.1.5.5.7.3.1'], 0, 'VERIFIED'],
  [['--at', '1999-12-31'], 1, 'REFUSED: not-yet-valid'],
  [['--at', '2060-01-01T00:00:00Z'], 1, 'REFUSED: expired'],
  [['--profile', 'webpki'], 1, 'REFUSED: profile-violation'],
])('%j decides', (flags, status, first) => {
  const found = ran(chain, '--roots', roots, ...flags);
  expect(found.status).toBe(status);
  expect(found.text).toContain(first);
});

test('the roots of the system are asked when none are named', () => {
  const { status, text } = ran(chain);
  expect(status).toBe(1);
  expect(text).toContain('REFUSED: unknown-issuer');
});

test('DER is read as well, and files may be many', () => {
  const first = file('leaf.der', leaf.certificate);
  const second = file('between.der', between.certificate);
  expect(ran(first, second, '--roots', roots).status).toBe(0);
});

test('a wildcard right below a public suffix is refused, below a name of one owner it is not', () => {
  const under = (dns: string, name: string) => {
    const signed = issue(between, { subject: 'w', dns: [dns] });
    return ran(file(`${name}.pem`, signed.chainPem), '--host', name, '--roots', roots).text.split('\n')[0];
  };
  expect(under('*.co.uk', 'a.co.uk')).toBe('REFUSED: public-suffix-wildcard');
  expect(under('*.github.io', 'a.github.io')).toBe('VERIFIED');
  expect(under('*.example.co.uk', 'a.example.co.uk')).toBe('VERIFIED');
});

test('every byte can be shown', () => {
  const { text } = ran(chain, '--roots', roots, '--bytes');
  const shown = text
    .split('\n')
    .flatMap((line) => /^ {0,5}\d+ {2}((?:[0-9a-f]{2} ?)+)(?: |$)/.exec(line)?.[1] ?? []);
  const octets = shown.join(' ').replace(/\s/g, '');
  expect(octets).toBe(Buffer.concat(leaf.chain).toString('hex'));
  expect(text).toContain('content · OBJECT IDENTIFIER · subjectAltName');
});

test('JSON has the verdict, the tree and the spans', () => {
  const { status, text } = ran(chain, '--roots', roots, '--json', '--bytes', '--at', '1999-12-31');
  const found = JSON.parse(text) as Record<string, unknown>;
  expect(status).toBe(1);
  expect(found).toMatchObject({
    verified: false,
    rejection: { code: 'not-yet-valid', section: 'RFC 5280 §4.1.2.5' },
    leaf: { subject: 'CN=leaf', passed: false },
    certificates: [{ span: { schema: 'Certificate', start: 0 } }, {}],
  });
});

test('a certificate that cannot be read is refused with its place', () => {
  const broken = file('broken.der', leaf.certificate.subarray(0, -1));
  const { status, text } = ran(broken, '--roots', roots, '--bytes');
  expect(status).toBe(1);
  expect(text).toContain('REFUSED: malformed');
  expect(text).toMatch(/cannot be read: at byte \d+, in \S+, expected \d+ more bytes/);
});

test.each([
  [[], 'which file?'],
  [['none.pem'], 'none.pem: ENOENT'],
  [[chain, '--at', 'tomorrow'], '--at tomorrow: not a date'],
  [[chain, '--at', '2026-07-01T12:00'], 'not a date'],
  [[chain, '--profile', 'strict'], 'one of default, rfc5280, webpki'],
  [[chain, '--purpose', 'mail'], 'one of server, client'],
  [[chain, '--purpose', '2.5.29.37.0'], 'the object identifier of a key purpose'],
  [[chain, '--host', 'a b'], 'is no DNS name'],
  [[chain, '--colour'], "Unknown option '--colour'"],
  [[file('empty.pem', '-----BEGIN NOTHING-----\n')], 'empty.pem: '],
] as const)('%j is answered with exit status 2', (args, message) => {
  const { status, errors } = ran(...args);
  expect(status).toBe(2);
  expect(errors).toContain(message);
});

test('--help says what there is', () => {
  const { status, text } = ran('--help');
  expect(status).toBe(0);
  expect(text).toContain('exit status: 0 verified');
});
