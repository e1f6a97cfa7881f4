import { distinguishedName, utf8String } from '@tlsmith/testkit';
import { issue, makeAuthority, selfSigned } from '@tlsmith/testkit/node';
import { Reader } from '@tlsmith/codec';
import { expect, test } from 'vitest';
import { openPurse } from './budget.ts';
import { parseCertificate } from './certificate.ts';
import { checkNameConstraints } from './constraints.ts';
import type { NameConstraints } from './extensions/name-constraints.ts';
import type { GeneralName } from './general-name.ts';
import { parseIp } from './ip.ts';
import { mailboxOf } from './mailbox.ts';
import { type Name, name } from './name.ts';
import { isComparable, subtrees } from './subtrees.ts';

const dns = (value: string): GeneralName => ({ form: 'dNSName', value });
const mail = (value: string): GeneralName => ({ form: 'rfc822Name', value });
const uri = (value: string): GeneralName => ({ form: 'uniformResourceIdentifier', value });
const ip = (...texts: readonly string[]): GeneralName => ({
  form: 'iPAddress',
  value: Uint8Array.from(texts.flatMap((text) => [...(parseIp(text) ?? [])])),
});
const directory = (...parts: Parameters<typeof distinguishedName>[0][]): GeneralName => ({
  form: 'directoryName',
  value: dn(parts[0] ?? []),
});
const dn = (input: Parameters<typeof distinguishedName>[0]): Name =>
  name.read(new Reader(distinguishedName(input)));

// Base, name, whether it is permitted under the base, whether the base excludes it.
test.each<[GeneralName, GeneralName, boolean, boolean]>([
  [dns('example.com'), dns('example.com'), true, true],
  [dns('example.com'), dns('EXAMPLE.com'), true, true],
  [dns('Example.com'), dns('www.example.com'), true, true],
  [dns('example.com'), dns('a.b.example.com'), true, true],
  [dns('example.com'), dns('notexample.com'), false, false],
  [dns('example.com'), dns('com'), false, false],
  [dns('com'), dns('example.com'), true, true],
  [dns(''), dns('example.com'), true, true],
  [dns('.example.com'), dns('www.example.com'), true, true],
  [dns('.example.com'), dns('example.com'), false, true],
  [dns('example.com'), dns('*.example.com'), true, true],
  [dns('.example.com'), dns('*.example.com'), true, true],
  [dns('example.com'), dns('*.www.example.com'), true, true],
  [dns('www.example.com'), dns('*.example.com'), false, true],
  [dns('a.www.example.com'), dns('*.example.com'), false, false],
  [dns('example.com'), dns('*.com'), false, true],
  [dns('example.com'), dns('*.example.org'), false, false],
  [mail('a@example.com'), mail('a@example.com'), true, true],
  [mail('a@example.com'), mail('a@EXAMPLE.com'), true, true],
  [mail('a@example.com'), mail('A@example.com'), false, false],
  [mail('a@example.com'), mail('b@example.com'), false, false],
  [mail('*@example.com'), mail('b@example.com'), false, false],
  [mail('*@example.com'), mail('*@example.com'), true, true],
  [mail('example.com'), mail('a@example.com'), true, true],
  [mail('example.com'), mail('a@www.example.com'), false, false],
  [mail('.example.com'), mail('a@www.example.com'), true, true],
  [mail('.example.com'), mail('a@example.com'), false, false],
  [mail('example.com'), mail('"a b"@example.com'), true, true],
  [mail('example.com'), mail('a@evil.org@example.com'), false, true],
  [mail('example.com'), mail('example.com'), false, true],
  [uri('example.com'), uri('https://example.com/path'), true, true],
  [uri('example.com'), uri('https://user@EXAMPLE.com:8443?q#f'), true, true],
  [uri('example.com'), uri('https://www.example.com/'), false, false],
  [uri('.example.com'), uri('https://www.example.com'), true, true],
  [uri('.example.com'), uri('https://example.com'), false, false],
  [uri('example.com'), uri('https://evil.org/@example.com'), false, false],
  [uri('example.com'), uri('https://192.0.2.1/'), false, true],
  [uri('example.com'), uri('urn:example.com'), false, true],
  [ip('192.0.2.0', '255.255.255.0'), ip('192.0.2.77'), true, true],
  [ip('192.0.2.0', '255.255.255.0'), ip('192.0.3.77'), false, false],
  [ip('192.0.2.0', '255.255.255.0'), ip('::ffff:192.0.2.77'), false, false],
  [ip('192.0.2.1', '255.255.255.255'), ip('192.0.2.1'), true, true],
  [ip('0.0.0.0', '0.0.0.0'), ip('10.0.0.1'), true, true],
  [ip('192.0.2.99', '255.255.255.0'), ip('192.0.2.1'), true, true],
  [ip('2001:db8::', 'ffff:ffff:8000::'), ip('2001:db8:7fff::1'), true, true],
  [ip('2001:db8::', 'ffff:ffff:8000::'), ip('2001:db8:8000::1'), false, false],
  [
    directory([['C', 'CH']]),
    directory([
      ['C', 'CH'],
      ['O', 'A'],
    ]),
    true,
    true,
  ],
  [directory([['C', 'CH']]), directory([['C', 'CH']]), true, true],
  [
    directory([
      ['C', 'CH'],
      ['O', 'A'],
    ]),
    directory([['C', 'CH']]),
    false,
    false,
  ],
  [
    directory([['O', 'Some  Thing ']]),
    directory([
      ['O', 'SOME thing'],
      ['CN', 'x'],
    ]),
    true,
    true,
  ],
  [
    directory([['O', 'A']]),
    directory([
      ['C', 'CH'],
      ['O', 'A'],
    ]),
    false,
    false,
  ],
  [directory([['O', 'A']]), directory([['OU', 'A']]), false, false],
  [directory([]), directory([['O', 'A']]), true, true],
  [dns('example.com'), mail('a@example.com'), false, true],
  [{ form: 'registeredID', value: '1.2.3' }, { form: 'registeredID', value: '1.2.3' }, false, true],
])('below %o, is %o permitted: %s, excluded: %s (RFC 5280 §4.2.1.10)', (base, of, permitted, excluded) => {
  const tree = subtrees(base.form, [base]);
  if ('faulty' in tree) throw new TypeError('a faulty base');
  expect([tree.permits(of), tree.excludes(of)]).toEqual([permitted, excluded]);
});

test.each<[string, GeneralName]>([
  ['a wildcard', dns('*.example.com')],
  ['a DNS name with an empty label', dns('a..example.com')],
  ['a URL as DNS name', dns('https://example.com')],
  ['two at signs', mail('a@b@example.com')],
  ['a mailbox without host', mail('a@')],
  ['a mailbox without local part', mail('@example.com')],
  ['a URI instead of its host', uri('https://example.com')],
  ['an address without mask', ip('192.0.2.1')],
  ['an IPv6 address without mask', { form: 'iPAddress', value: new Uint8Array(16) }],
  ['five octets', { form: 'iPAddress', value: new Uint8Array(5) }],
  ['no octets', { form: 'iPAddress', value: new Uint8Array(0) }],
  ['a mask with a hole', ip('192.0.2.0', '255.0.255.0')],
])('%s is no constraint', (_, base) => {
  expect(subtrees(base.form, [base])).toEqual({ faulty: base });
});

test('names that are not of their form cannot be compared', () => {
  const odd = [
    dns('.example.com'),
    dns(''),
    dns('a b'),
    mail('a@b@c'),
    uri('mailto:a@b'),
    uri('https://[::1]/'),
  ];
  expect(odd.filter(isComparable)).toEqual([]);
  expect([dns('*.example.com'), ip('192.0.2.1'), directory([])].filter(isComparable)).toHaveLength(3);
});

const anchor = (constraints: Partial<NameConstraints>) => ({
  subject: dn('Root'),
  nameConstraints: { permitted: [], excluded: [], ...constraints },
});

function verdict(leaf: Parameters<typeof selfSigned>[0], constraints: Partial<NameConstraints>): unknown {
  const { certificate } = selfSigned(leaf);
  const failure = checkNameConstraints([parseCertificate(certificate)], anchor(constraints), openPurse());
  return failure?.facts['verdict'] ?? failure?.reason.code ?? 'fine';
}

test.each<[string, Parameters<typeof selfSigned>[0], Partial<NameConstraints>, string]>([
  ['nothing is constrained', { subject: 'x', dns: ['a.example'] }, {}, 'fine'],
  [
    'another form is constrained',
    { subject: 'x', dns: ['a.example'] },
    { permitted: [ip('10.0.0.0', '255.0.0.0')] },
    'fine',
  ],
  [
    'one of two names lies outside',
    { subject: 'x', dns: ['a.example', 'b.example'] },
    { permitted: [dns('a.example')] },
    'not permitted',
  ],
  [
    'each name lies in one of two subtrees',
    { subject: 'x', dns: ['a.example', 'b.example'] },
    { permitted: [dns('a.example'), dns('b.example')] },
    'fine',
  ],
  [
    'excluded beats permitted',
    { subject: 'x', dns: ['a.example'] },
    { permitted: [dns('example')], excluded: [dns('a.example')] },
    'excluded',
  ],
  [
    'IPv6 under permitted IPv4',
    { subject: 'x', ip: ['::1'] },
    { permitted: [ip('10.0.0.0', '255.0.0.0')] },
    'not permitted',
  ],
  [
    'a name that is none, under a constraint',
    { subject: 'x', dns: ['.a.example'] },
    { permitted: [dns('a.example')] },
    'not of its form',
  ],
  [
    'a name that is none, without a constraint',
    { subject: 'x', dns: ['.a.example'] },
    { permitted: [mail('a.example')] },
    'fine',
  ],
  [
    'the subject is a directory name',
    { subject: [['O', 'B']] },
    { permitted: [directory([['O', 'A']])] },
    'not permitted',
  ],
  [
    'an empty subject is not',
    { subject: [], dns: ['a.example'] },
    { permitted: [directory([['O', 'A']])] },
    'fine',
  ],
  [
    'a directory name in subjectAltName',
    { subject: [['O', 'A']], directory: [[['O', 'B']]] },
    { permitted: [directory([['O', 'A']])] },
    'not permitted',
  ],
  ['the common name is no DNS name', { subject: 'b.example' }, { permitted: [dns('a.example')] }, 'fine'],
  ['a malformed constraint', { subject: 'x' }, { excluded: [dns('*.example')] }, 'malformed-name-constraint'],
])('%s', (_, leaf, constraints, expected) => {
  expect(verdict(leaf, constraints)).toBe(expected);
});

test('e-mail addresses in the subject count where subjectAltName has none (RFC 5280 §4.2.1.10)', () => {
  const { certificate } = selfSigned({ subject: 'x' });
  const read = parseCertificate(certificate);
  const address = { type: '1.2.840.113549.1.9.1', tag: 0x16, value: new TextEncoder().encode('m@b.example') };
  const named = { ...read, subject: { der: read.subject.der, parts: [[address]] } };
  const check = (of: typeof read) =>
    checkNameConstraints([of], anchor({ permitted: [mail('a.example')] }), openPurse())?.facts['name'];
  expect(check(named)).toBe('email:m@b.example');
  expect(check({ ...named, sans: [mail('m@a.example')] })).toBeUndefined();
});

test('an internationalized mailbox fails every constraint of mailboxes, since it is not read (RFC 8398)', () => {
  const { certificate } = selfSigned({ subject: 'x' });
  const sans: readonly GeneralName[] = [
    { form: 'otherName', typeId: '1.3.6.1.5.5.7.8.9', value: new Uint8Array(2) },
  ];
  const path = [{ ...parseCertificate(certificate), sans }];
  expect(
    checkNameConstraints(path, anchor({ excluded: [mail('a.example')] }), openPurse())?.facts['verdict'],
  ).toBe('not of its form');
  expect(checkNameConstraints(path, anchor({ excluded: [dns('a.example')] }), openPurse())).toBeUndefined();
});

test('authorities on the path are constrained too, self-issued ones are not (RFC 5280 §6.1.3)', () => {
  const root = makeAuthority({ name: 'Root' });
  const odd = makeAuthority({ name: 'Between', under: root, dns: ['b.example'] });
  const selfIssued = makeAuthority({ name: 'Root', under: root, dns: ['b.example'] });
  const check = (above: typeof root) => {
    const leaf = issue(above, { subject: 'x', dns: ['www.a.example'] });
    const path = [leaf.certificate, above.certificate].map(parseCertificate);
    return checkNameConstraints(path, anchor({ permitted: [dns('a.example')] }), openPurse())?.facts['name'];
  };
  expect(check(odd)).toBe('DNS:b.example');
  expect(check(selfIssued)).toBeUndefined();
});

test('a constraint binds what is below its holder and not the holder', () => {
  const root = makeAuthority({ name: 'Root' });
  const holder = makeAuthority({
    name: 'Holder',
    under: root,
    dns: ['holder.example'],
    nameConstraints: { permitted: { dns: ['a.example'] } },
  });
  const leaf = issue(holder, { subject: 'x', dns: ['a.example'] });
  const path = [leaf.certificate, holder.certificate].map(parseCertificate);
  expect(checkNameConstraints(path, anchor({}), openPurse())).toBeUndefined();
  const other = issue(holder, { subject: 'x', dns: ['holder.example'] });
  const bad = [other.certificate, holder.certificate].map(parseCertificate);
  expect(checkNameConstraints(bad, anchor({}), openPurse())?.facts).toMatchObject({
    name: 'DNS:holder.example',
    constrainedBy: 'CN=Holder',
  });
});

test('comparisons are paid from the purse', () => {
  const names = Array.from({ length: 100 }, (_, i) => `h${i}.example`);
  const path = [parseCertificate(selfSigned({ subject: 'x', dns: names }).certificate)];
  const many = anchor({ excluded: names.map((host) => dns(`not-${host}`)) });
  expect(checkNameConstraints(path, many, openPurse({ comparisons: 10_000 }))).toBeUndefined();
  expect(checkNameConstraints(path, many, openPurse({ comparisons: 9_999 }))?.reason.code).toBe(
    'budget-exceeded',
  );
});

test('many subtrees hold what one of them holds', () => {
  const hosts = ['', 'com', '.com', 'example.com', '.example.com', 'www.example.com', 'a.b', '.b'];
  const names = ['com', 'example.com', '*.example.com', 'www.example.com', '*.com', 'a.b', '*.b', 'b', 'x.y'];
  const ranges = [
    '10.0.0.0/255.0.0.0',
    '10.1.0.0/255.255.0.0',
    '0.0.0.0/0.0.0.0',
    '10.1.2.3/255.255.255.255',
  ];
  const tables: readonly (readonly [readonly GeneralName[], readonly GeneralName[]])[] = [
    [hosts.map(dns), names.map(dns)],
    [
      [...hosts.slice(1), 'm@com', 'M@a.b'].map(mail),
      names.flatMap((host) => [`m@${host}`, `M@${host}`, host]).map(mail),
    ],
    [hosts.slice(1).map(uri), names.map((host) => uri(`https://${host}/`))],
    [
      ranges.map((range) => ip(...range.split('/'))),
      ['10.0.0.1', '10.1.2.3', '10.1.2.4', '11.0.0.1', '::1'].map((text) => ip(text)),
    ],
    [
      [
        directory([]),
        directory([['C', 'CH']]),
        directory([
          ['C', 'CH'],
          ['O', 'A'],
        ]),
        directory([['O', 'A']]),
      ],
      [
        directory([['C', 'CH']]),
        directory([
          ['C', 'DE'],
          ['O', 'A'],
        ]),
        directory([
          ['O', 'a'],
          ['CN', 'x'],
        ]),
      ],
    ],
  ];
  for (const [bases, tested] of tables) {
    for (let chosen = 1; chosen < 2 ** bases.length; chosen++) {
      const some = bases.filter((_, index) => (chosen >> index) & 1);
      const [all, ...each] = [some, ...some.map((base) => [base])].map((list) => read(list));
      for (const of of tested) {
        expect(all?.permits(of)).toBe(each.some((tree) => tree.permits(of)));
        expect(all?.excludes(of)).toBe(each.some((tree) => tree.excludes(of)));
      }
    }
  }
});

function read(bases: readonly GeneralName[]) {
  const found = subtrees((bases[0] as GeneralName).form, bases);
  if ('faulty' in found) throw new TypeError('a faulty base');
  return found;
}

// RFC 9598 §3 and §6: the host is in A-label form, and constraints are those of rfc822Name.
test.each<[string, Uint8Array, GeneralName, string]>([
  ['its host permitted', utf8String('müller@a.example'), mail('a.example'), 'fine'],
  ['its domain permitted', utf8String('müller@b.a.example'), mail('.a.example'), 'fine'],
  ['its host in upper case', utf8String('müller@A.EXAMPLE'), mail('a.example'), 'fine'],
  ['its host in A-labels', utf8String('müller@xn--mller-kva.example'), mail('xn--mller-kva.example'), 'fine'],
  ['another host permitted', utf8String('müller@a.example'), mail('b.example'), 'not permitted'],
  ['another mailbox permitted', utf8String('müller@a.example'), mail('m@a.example'), 'not permitted'],
  ['a host in U-labels', utf8String('m@müller.example'), mail('a.example'), 'not of its form'],
  ['a byte order mark', utf8String('\uFEFFm@a.example'), mail('a.example'), 'not of its form'],
  ['no UTF8String', Uint8Array.of(0x16, 3, 97, 64, 98), mail('b'), 'not of its form'],
  ['a length too long', Uint8Array.of(0x0c, 4, 97, 64, 98), mail('b'), 'not of its form'],
])('an internationalized mailbox with %s', (_, value, base, expected) => {
  const { certificate } = selfSigned({ subject: 'x' });
  const sans: readonly GeneralName[] = [{ form: 'otherName', typeId: '1.3.6.1.5.5.7.8.9', value }];
  const path = [{ ...parseCertificate(certificate), sans }];
  const failure = checkNameConstraints(path, anchor({ permitted: [base] }), openPurse());
  expect(failure?.facts['verdict'] ?? 'fine').toBe(expected);
});

test.each([
  ['"a"@b.example', 'a@b.example'],
  ['"\\a"@b.example', 'a@b.example'],
  ['"a b"@b.example', '"a b"@b.example'],
  ['"a@b"@B.example', '"a@b"@b.example'],
  ['"a\\"b"@b.example', '"a\\"b"@b.example'],
  ['"a"b"@b.example', undefined],
  ['"a\\"@b.example', undefined],
  ['""@b.example', undefined],
  ['a@[192.0.2.1]', undefined],
  ['a"b@c.example', undefined],
])('the mailbox %s is %s (RFC 5321 §4.1.2)', (text, expected) => {
  const found = mailboxOf(text);
  expect(found && `${found.local}@${found.host}`).toBe(expected);
});
